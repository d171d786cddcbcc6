"""`completion_args` as an agent's file writes them: the wire's own fields and ranges, checked before a turn meets them.

Sections 2.5 and 8 of the Agents API's reference. A response format may also be the path of a pydantic model, which
`response_format.py` resolves.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bot.catalog.forms import Form, mistake

MODEL_PATH = re.compile(r"[\w./-]+:[A-Za-z_]\w*")

Penalty = Annotated[float, Field(ge=-2, le=2, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    """YAML knows dates, anchors and more that JSON cannot say."""
    try:
        text = json.dumps(schema, allow_nan=False, ensure_ascii=False)
        text.encode()
        plain: dict[str, Any] = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise mistake("holds what JSON cannot say, such as a date without quotes or an alias of itself") from None
    return plain


class JsonSchema(Form):
    name: Annotated[str, Field(min_length=1)]
    description: str | None = None
    strict: bool = False
    # The wire's word; as an attribute it would hide one of pydantic's own.
    definition: Annotated[dict[str, Any], AfterValidator(_json)] = Field(alias="schema")


def _model_path(given: object) -> object:
    if isinstance(given, str) and not MODEL_PATH.fullmatch(given):
        raise mistake(
            f'"{given}" is no path of a pydantic model, such as package.module:Class or forms/ticket.py:Class'
        )
    return given


class ResponseFormat(Form):
    """`pydantic` is the path of a model, `package.module:Class` or `path/to/file.py:Class`."""

    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: JsonSchema | None = None
    pydantic: Annotated[str, BeforeValidator(_model_path)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _path(cls, written: Any) -> Any:
        return {"pydantic": written} if isinstance(written, str) else written

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = self.model_fields_set
        if self.pydantic is not None and given != {"pydantic"}:
            raise mistake("has a pydantic model and more; the model says it all, so write it alone")
        if self.json_schema is not None and "type" in given and self.type != "json_schema":
            raise mistake(f'has a json_schema but the type "{self.type}"; write: type: json_schema')
        if self.type == "json_schema" and self.json_schema is None:
            raise mistake("has the type json_schema but no schema; write it below json_schema, with a name")
        return self


class Prediction(Form):
    type: Literal["content"] = "content"
    content: str


class CompletionArgs(Form):
    stop: str | list[str] | None = None
    presence_penalty: Penalty | None = None
    frequency_penalty: Penalty | None = None
    temperature: Share | None = None
    top_p: Share | None = None
    max_tokens: int | None = Field(None, ge=0)
    random_seed: int | None = Field(None, ge=0)
    prediction: Prediction | None = None
    response_format: ResponseFormat | None = None
    tool_choice: Literal["auto", "none", "any", "required"] = "auto"
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
