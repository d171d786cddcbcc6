"""Entries and content chunks as a client may send them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Tag


class Strict(BaseModel):
    """Refuses unknown fields ("Extra inputs are not permitted")."""

    model_config = ConfigDict(extra="forbid")


class TextChunk(Strict):
    type: Literal["text"] = "text"
    text: str


class ImageUrl(Strict):
    url: str
    detail: Literal["low", "auto", "high"] | None = None


class ImageUrlChunk(Strict):
    type: Literal["image_url"] = "image_url"
    image_url: str | ImageUrl


class DocumentUrlChunk(Strict):
    type: Literal["document_url"] = "document_url"
    document_url: str
    document_name: str | None = None


class ReferenceChunk(Strict):
    type: Literal["reference"] = "reference"
    reference_ids: list[int | str]


class ToolReferenceChunk(Strict):
    type: Literal["tool_reference"] = "tool_reference"
    tool: str
    title: str
    url: str | None = None
    favicon: str | None = None
    description: str | None = None


class ThinkingChunk(Strict):
    type: Literal["thinking"] = "thinking"
    thinking: list[Annotated[TextChunk | ReferenceChunk | ToolReferenceChunk, Discriminator("type")]]
    closed: bool | None = None
    signature: str | None = None


class ToolFileChunk(Strict):
    type: Literal["tool_file"] = "tool_file"
    tool: str
    file_id: str
    file_name: str | None = None
    file_type: str | None = None


InputChunk = Annotated[
    TextChunk | ImageUrlChunk | DocumentUrlChunk | ThinkingChunk | ToolFileChunk, Discriminator("type")
]
OutputChunk = Annotated[
    TextChunk | ImageUrlChunk | DocumentUrlChunk | ThinkingChunk | ToolFileChunk | ToolReferenceChunk,
    Discriminator("type"),
]


class Entry(Strict):
    object: Literal["entry"] = "entry"
    id: str | None = None
    created_at: datetime | None = None
    completed_at: datetime | None = None


class MessageInput(Entry):
    type: Literal["message.input"] = "message.input"
    role: Literal["user", "assistant"]
    content: str | list[InputChunk]
    prefix: bool = False


class MessageOutput(Entry):
    type: Literal["message.output"] = "message.output"
    role: Literal["assistant"] = "assistant"
    content: str | list[OutputChunk]
    agent_id: str | None = None
    model: str | None = None


class FunctionCall(Entry):
    type: Literal["function.call"] = "function.call"
    tool_call_id: str
    name: str
    arguments: str | dict[str, Any]
    confirmation_status: Literal["pending", "allowed", "denied"] | None = None
    agent_id: str | None = None
    model: str | None = None


class FunctionResult(Entry):
    type: Literal["function.result"] = "function.result"
    tool_call_id: str
    result: str


class ToolExecution(Entry):
    type: Literal["tool.execution"] = "tool.execution"
    name: str
    arguments: str
    info: dict[str, Any] | None = None
    agent_id: str | None = None
    model: str | None = None


class AgentHandoff(Entry):
    type: Literal["agent.handoff"] = "agent.handoff"
    previous_agent_id: str
    previous_agent_name: str
    next_agent_id: str
    next_agent_name: str


def kind_of(value: Any) -> str | None:
    """Which entry `value` is; the short forms carry no `type`."""
    if isinstance(value, Entry):
        return str(value.type) if hasattr(value, "type") else None
    if not isinstance(value, dict):
        return None
    return value.get("type") or ("function.result" if "result" in value else "message.input")


InputEntry = Annotated[
    Annotated[MessageInput, Tag("message.input")]
    | Annotated[MessageOutput, Tag("message.output")]
    | Annotated[FunctionCall, Tag("function.call")]
    | Annotated[FunctionResult, Tag("function.result")]
    | Annotated[ToolExecution, Tag("tool.execution")]
    | Annotated[AgentHandoff, Tag("agent.handoff")],
    Discriminator(kind_of),
]

Inputs = str | list[InputEntry]
