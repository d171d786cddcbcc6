"""Tools, completion arguments and guardrails as a client may send them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field

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


class ModerationV1(Strict):
    model_name: str | None = None
    custom_category_thresholds: dict[str, Any] | None = None
    ignore_other_categories: bool = False
    action: Literal["none", "block"] = "none"


class ModerationV2(ModerationV1):
    pass


class Guardrail(Strict):
    block_on_error: bool = False
    moderation_llm_v1: ModerationV1 | None = None
    moderation_llm_v2: ModerationV2 | None = None
