"""Tools, completion arguments and guardrails as a client may send them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, model_validator

from playground.agents_api.wire.entries import Strict

TOOLS_MAX = 128


class Function(Strict):
    name: str
    parameters: dict[str, Any]
    description: str = ""
    strict: bool = False


class FunctionTool(Strict):
    type: Literal["function"] = "function"
    function: Function


class ToolConfiguration(Strict):
    include: list[str] | None = None
    exclude: list[str] | None = None
    requires_confirmation: list[str] | None = None


class BuiltInTool(Strict):
    type: Literal["web_search", "web_search_premium", "code_interpreter", "image_generation"]
    tool_configuration: ToolConfiguration | None = None


class DocumentLibraryTool(Strict):
    type: Literal["document_library"] = "document_library"
    library_ids: list[str] = Field(min_length=1)
    tool_configuration: ToolConfiguration | None = None


class Authorization(Strict):
    type: Literal["oauth2-token", "api-key"]
    value: str


class ConnectorTool(Strict):
    type: Literal["connector"] = "connector"
    connector_id: str
    authorization: Authorization | None = None
    tool_configuration: ToolConfiguration | None = None


Tool = Annotated[FunctionTool | BuiltInTool | DocumentLibraryTool | ConnectorTool, Discriminator("type")]
Tools = Annotated[list[Tool], Field(max_length=TOOLS_MAX)]


class Prediction(Strict):
    type: Literal["content"] = "content"
    content: str = ""


class JsonSchema(Strict):
    name: str
    schema_definition: dict[str, Any] = Field(alias="schema")
    description: str | None = None
    strict: bool = False


class ResponseFormat(Strict):
    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: JsonSchema | None = None

    @model_validator(mode="after")
    def _schema_where_one_is_meant(self) -> ResponseFormat:
        if (self.type == "json_schema") != (self.json_schema is not None):
            raise ValueError("'json_schema' must be given with type 'json_schema', and with no other")
        return self


Penalty = Annotated[float, Field(ge=-2, le=2)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class CompletionArgs(Strict):
    stop: str | list[str] | None = None
    presence_penalty: Penalty | None = None
    frequency_penalty: Penalty | None = None
    temperature: Share | None = None
    top_p: Share | None = None
    max_tokens: Count | None = None
    random_seed: Count | None = None
    prediction: Prediction | None = None
    response_format: ResponseFormat | None = None
    tool_choice: Literal["auto", "none", "any", "required"] = "auto"
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None


Threshold = Annotated[float | None, Field(ge=0, le=1)]


class ThresholdsV1(Strict):
    sexual: Threshold = None
    hate_and_discrimination: Threshold = None
    violence_and_threats: Threshold = None
    dangerous_and_criminal_content: Threshold = None
    selfharm: Threshold = None
    health: Threshold = None
    financial: Threshold = None
    law: Threshold = None
    pii: Threshold = None


class ThresholdsV2(Strict):
    """`1` turns a category off."""

    sexual: Threshold = None
    hate_and_discrimination: Threshold = None
    violence_and_threats: Threshold = None
    dangerous: Threshold = None
    criminal: Threshold = None
    selfharm: Threshold = None
    health: Threshold = None
    financial: Threshold = None
    law: Threshold = None
    pii: Threshold = None
    jailbreaking: Threshold = None


class Moderation(Strict):
    model_name: str | None = None
    ignore_other_categories: bool = False
    action: Literal["none", "block"] = "none"


class ModerationV1(Moderation):
    custom_category_thresholds: ThresholdsV1 | None = None


class ModerationV2(Moderation):
    custom_category_thresholds: ThresholdsV2 | None = None


class Guardrail(Strict):
    block_on_error: bool = False
    moderation_llm_v1: ModerationV1 | None = None
    moderation_llm_v2: ModerationV2 | None = None
