"""The bodies of the Conversations API: what we send, strictly, and the envelopes of what comes back, tolerantly.

Follows sections 3 and 4 of the API's schema: unknown body fields are refused with 422, so requests forbid extras and
hold only what was set. Answers ignore what they do not know; the entries inside stay raw (`entries.py` reads them).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel

from workers.conversations.port import (
    Attachment,
    Called,
    Confirm,
    FunctionTool,
    Input,
    Opening,
    Result,
    Say,
    Stored,
    Usage,
)

SILENT_TOKENS = 8  # an answer nobody wants is kept short; 0 might be read as "no limit"
SILENT_ARGS: dict[str, JsonValue] = {"tool_choice": "none", "max_tokens": SILENT_TOKENS}


# ---- what is sent -------------------------------------------------------------------------------------------------


class Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def body(self) -> bytes:
        return self.model_dump_json(exclude_unset=True).encode()


class TextChunk(Sent):
    type: Literal["text"]
    text: str


class ImageChunk(Sent):
    """`image_url` is a data URI; the API takes png, jpg, gif and webp up to 20 MB."""

    type: Literal["image_url"]
    image_url: str


class DocumentChunk(Sent):
    """`document_url` is a data URI of a PDF."""

    type: Literal["document_url"]
    document_url: str
    document_name: str


class MessageInput(Sent):
    object: Literal["entry"]
    type: Literal["message.input"]
    role: Literal["user", "assistant"]
    content: str | list[TextChunk | ImageChunk | DocumentChunk]


class FunctionCall(Sent):
    object: Literal["entry"]
    type: Literal["function.call"]
    tool_call_id: str = Field(min_length=1)
    name: str
    arguments: str


class FunctionResult(Sent):
    object: Literal["entry"]
    type: Literal["function.result"]
    tool_call_id: str = Field(min_length=1)
    result: str


Entry = MessageInput | FunctionCall | FunctionResult


class ToolConfirmation(Sent):
    tool_call_id: str = Field(min_length=1)
    confirmation: Literal["allow", "deny"]


class _Asked(Sent):
    """What start, append and restart share. `completion_args` are the operator's own; the API judges them."""

    inputs: list[Entry] | None = None
    stream: bool
    completion_args: dict[str, JsonValue] | None = None


class Start(_Asked):
    """`tools` and `instructions` belong to a model, `agent_version` to an agent; the API refuses them crosswise."""

    model: str | None = None
    agent_id: str | None = None
    agent_version: int | str | None = None
    instructions: str | None = None
    tools: list[dict[str, JsonValue]] | None = None
    guardrails: list[dict[str, JsonValue]] | None = None
    store: bool | None = None
    handoff_execution: Literal["server", "client"] | None = None
    metadata: dict[str, str] | None = None
    name: str | None = None


class Append(_Asked):
    """Everything an append may say of ours; tools, instructions and model are fixed since the start."""

    handoff_execution: Literal["server", "client"] | None = None
    tool_confirmations: list[ToolConfirmation] | None = None


class Restart(_Asked):
    from_entry_id: str
    handoff_execution: Literal["server", "client"] | None = None
    agent_version: int | str | None = None
    metadata: dict[str, str] | None = None


def start(opening: Opening, inputs: Sequence[Input], *, stream: bool) -> Start:
    """`ValueError` where the API would refuse the combination."""
    if (opening.model is None) == (opening.agent_id is None):
        raise ValueError("a conversation starts with exactly one of model and agent_id")
    if not inputs:
        raise ValueError("a conversation starts with at least one input")
    if opening.agent_id is not None and (opening.instructions or opening.tools or opening.connectors):
        raise ValueError("an agent brings its own instructions and tools; give them to the agent, not the start")
    if opening.model is not None and opening.agent_version is not None:
        raise ValueError("agent_version needs agent_id")
    if opening.model is not None and opening.handoff_execution is not None:
        raise ValueError("handoff_execution needs agent_id: the API refuses it with a model")
    return Start(
        stream=stream,
        inputs=_entries(inputs),
        **_given(
            model=opening.model,
            agent_id=opening.agent_id,
            agent_version=opening.agent_version,
            instructions=opening.instructions,
            tools=[*map(function_tool, opening.tools), *opening.connectors],  # an empty list is reported to be refused
            completion_args=opening.completion_args,
            guardrails=list(opening.guardrails),
            store=None if opening.store else False,
            handoff_execution=opening.handoff_execution,
            metadata=opening.metadata,
            name=opening.name,
        ),
    )


def append(
    inputs: Sequence[Input], *, stream: bool, silent: bool = False, handoff_execution: str | None = None
) -> Append:
    """Without inputs and confirmations it only goes on: after a handoff that was executed on our side."""
    confirmations = [
        ToolConfirmation(tool_call_id=item.tool_call_id, confirmation="allow" if item.allowed else "deny")
        for item in inputs
        if isinstance(item, Confirm)
    ]
    entries = _entries([item for item in inputs if not isinstance(item, Confirm)])
    completion_args = SILENT_ARGS if silent else None
    return Append(
        stream=stream,
        **_given(
            inputs=entries,
            tool_confirmations=confirmations,
            completion_args=completion_args,
            handoff_execution=handoff_execution,
        ),
    )


def restart(
    from_entry_id: str,
    inputs: Sequence[Input],
    *,
    stream: bool,
    metadata: dict[str, str] | None = None,
    handoff_execution: str | None = None,
    agent_version: int | str | None = None,
) -> Restart:
    return Restart(
        from_entry_id=from_entry_id,
        stream=stream,
        **_given(
            inputs=_entries(inputs),
            metadata=metadata,
            handoff_execution=handoff_execution,
            agent_version=agent_version,
        ),
    )


def _given(**fields: Any) -> dict[str, Any]:
    """Only what says something: a field that was set is sent, an empty one is better left out."""
    return {name: value for name, value in fields.items() if value is not None and value != [] and value != {}}


def _entries(inputs: Sequence[Input]) -> list[Entry]:
    return [_entry(item) for item in inputs]


def _entry(item: Input) -> Entry:
    match item:
        case Say(text, ("user" | "assistant") as role, attachments):
            content = [TextChunk(type="text", text=text), *map(_chunk, attachments)] if attachments else text
            return MessageInput(object="entry", type="message.input", role=role, content=content)
        case Say(_, role):
            raise ValueError(f"a message is the user's or the assistant's, not {role!r}")
        case Called(tool_call_id, name, arguments):
            return FunctionCall(
                object="entry", type="function.call", tool_call_id=tool_call_id, name=name, arguments=arguments
            )
        case Result(tool_call_id, text):
            return FunctionResult(object="entry", type="function.result", tool_call_id=tool_call_id, result=text)
        case Confirm():
            raise ValueError("a confirmation can only be appended")


def _chunk(file: Attachment) -> ImageChunk | DocumentChunk:
    data = f"data:{file.mimetype};base64,{b64encode(file.content).decode()}"
    if file.mimetype.startswith("image/"):
        return ImageChunk(type="image_url", image_url=data)
    return DocumentChunk(type="document_url", document_url=data, document_name=file.name)


def function_tool(tool: FunctionTool) -> dict[str, Any]:
    # strict: MCP schemas seldom conform to the strict subset, and a tool that does not is refused with the whole turn.
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters, "strict": False}
    return {"type": "function", "function": function}


# ---- what comes back ----------------------------------------------------------------------------------------------


class Heard(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class UsageHeard(Heard):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    connector_tokens: int | None = None
    connectors: dict[str, int] | None = None

    def to_usage(self) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_tokens or 0,
            completion_tokens=self.completion_tokens or 0,
            total_tokens=self.total_tokens or 0,
            connector_tokens=self.connector_tokens or 0,
            connectors=self.connectors or {},
        )


class ResponseHeard(Heard):
    conversation_id: str
    outputs: list[Any]
    usage: UsageHeard = UsageHeard()


class HistoryHeard(Heard):
    """`GET …/history`."""

    entries: list[Any]


class MessagesHeard(Heard):
    """`GET …/messages`."""

    messages: list[Any]


class ConversationHeard(Heard):
    id: str
    model: str | None = None
    agent_id: str | None = None
    agent_version: int | str | None = None
    instructions: str | None = None
    tools: list[dict[str, Any]] | None = None
    name: str | None = None
    metadata: dict[str, Any] | None = None
    created_at: str | None = None

    def to_stored(self) -> Stored:
        return Stored(
            id=self.id,
            model=self.model,
            agent_id=self.agent_id,
            agent_version=self.agent_version,
            instructions=self.instructions,
            tools=tuple(self.tools or ()),
            name=self.name,
            metadata=self.metadata or {},
            created_at=self.created_at or "",
        )


class ConversationsHeard(RootModel[list[ConversationHeard]]):
    """`GET /v1/conversations`: a bare array."""
