"""The bodies of the Conversations API: what we send, strictly, and the envelopes of what comes back, tolerantly.

Follows sections 3 and 4 of the API's schema: unknown body fields are refused with 422, so requests forbid extras and
hold only what was set. Answers ignore what they do not know; the entries inside stay raw (`entries.py` reads them).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel

from workers.conversations.port import Confirm, FunctionTool, Input, Opening, Result, Say, Stored, Usage

SILENT_TOKENS = 8  # an answer nobody wants is kept short; 0 might be read as "no limit"
SILENT_ARGS: dict[str, JsonValue] = {"tool_choice": "none", "max_tokens": SILENT_TOKENS}


# ---- what is sent -------------------------------------------------------------------------------------------------


class Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def body(self) -> bytes:
        return self.model_dump_json(exclude_unset=True).encode()


class MessageInput(Sent):
    object: Literal["entry"]
    type: Literal["message.input"]
    role: Literal["user", "assistant"]
    content: str


class FunctionResult(Sent):
    object: Literal["entry"]
    type: Literal["function.result"]
    tool_call_id: str = Field(min_length=1)
    result: str


class ToolConfirmation(Sent):
    tool_call_id: str = Field(min_length=1)
    confirmation: Literal["allow", "deny"]


class _Asked(Sent):
    """What start, append and restart share. `completion_args` are the operator's own; the API judges them."""

    inputs: list[MessageInput | FunctionResult] | None = None
    stream: bool
    completion_args: dict[str, JsonValue] | None = None


class Start(_Asked):
    """`tools` and `instructions` belong to a model, `agent_version` to an agent; the API refuses them crosswise."""

    model: str | None = None
    agent_id: str | None = None
    agent_version: int | str | None = None
    instructions: str | None = None
    tools: list[dict[str, JsonValue]] | None = None
    metadata: dict[str, str] | None = None
    name: str | None = None


class Append(_Asked):
    """Everything an append may say of ours; tools, instructions and model are fixed since the start."""

    tool_confirmations: list[ToolConfirmation] | None = None


class Restart(_Asked):
    from_entry_id: str
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
    return Start(
        stream=stream,
        inputs=_entries(inputs),
        **_given(
            model=opening.model,
            agent_id=opening.agent_id,
            agent_version=opening.agent_version,
            instructions=opening.instructions,
            tools=[*map(_tool, opening.tools), *opening.connectors],  # an empty list is reported to be refused
            completion_args=opening.completion_args,
            metadata=opening.metadata,
            name=opening.name,
        ),
    )


def append(inputs: Sequence[Input], *, stream: bool, silent: bool = False) -> Append:
    confirmations = [
        ToolConfirmation(tool_call_id=item.tool_call_id, confirmation="allow" if item.allowed else "deny")
        for item in inputs
        if isinstance(item, Confirm)
    ]
    entries = _entries([item for item in inputs if not isinstance(item, Confirm)])
    completion_args = SILENT_ARGS if silent else None
    return Append(
        stream=stream,
        **_given(inputs=entries, tool_confirmations=confirmations, completion_args=completion_args),
    )


def restart(
    from_entry_id: str, inputs: Sequence[Input], *, stream: bool, metadata: dict[str, str] | None = None
) -> Restart:
    return Restart(from_entry_id=from_entry_id, stream=stream, **_given(inputs=_entries(inputs), metadata=metadata))


def _given(**fields: Any) -> dict[str, Any]:
    """Only what says something: a field that was set is sent, an empty one is better left out."""
    return {name: value for name, value in fields.items() if value is not None and value != [] and value != {}}


def _entries(inputs: Sequence[Input]) -> list[MessageInput | FunctionResult]:
    return [_entry(item) for item in inputs]


def _entry(item: Input) -> MessageInput | FunctionResult:
    match item:
        case Say(text, ("user" | "assistant") as role):
            return MessageInput(object="entry", type="message.input", role=role, content=text)
        case Say(_, role):
            raise ValueError(f"a message is the user's or the assistant's, not {role!r}")
        case Result(tool_call_id, text):
            return FunctionResult(object="entry", type="function.result", tool_call_id=tool_call_id, result=text)
        case Confirm():
            raise ValueError("a confirmation can only be appended")


def _tool(tool: FunctionTool) -> dict[str, Any]:
    # strict: MCP schemas seldom conform to the strict subset, and a tool that does not is refused with the whole turn.
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters, "strict": False}
    return {"type": "function", "function": function}


# ---- what comes back ----------------------------------------------------------------------------------------------


class _Heard(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class UsageHeard(_Heard):
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


class ResponseHeard(_Heard):
    conversation_id: str
    outputs: list[Any]
    usage: UsageHeard = UsageHeard()


class HistoryHeard(_Heard):
    """`GET …/history`."""

    entries: list[Any]


class MessagesHeard(_Heard):
    """`GET …/messages`."""

    messages: list[Any]


class ConversationHeard(_Heard):
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
