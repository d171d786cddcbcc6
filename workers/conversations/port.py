"""What a turn needs of a conversation, whoever keeps it: our own words for requests, entries and events.

One adapter implements it today (`client.py`: Mistral's Conversations API over httpx2). Streams yield `Event`s in
order and end by returning after `Done`; anything else raises (see `errors.py`): a stream that stops without an end is
`CutShort`. An adapter repeats a request by itself only where that cannot run the model twice, and says so by
yielding `Waiting` before the first event. Streams are generators so that whoever stops listening early closes them
(`contextlib.aclosing`) and the connection is given up there and then.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol

# ---- what is sent -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTool:
    """A function the model may call; `parameters` is a JSON Schema object, already cleaned for the model."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a conversation starts; fixed from then on. Exactly one of `model` and `agent_id` is set.

    `metadata` names team, channel, thread and turn, so that a lost mapping is found again (`Conversations.find`).
    """

    model: str | None = None
    agent_id: str | None = None
    agent_version: int | str | None = None
    instructions: str | None = None
    tools: tuple[FunctionTool, ...] = ()
    connectors: tuple[dict[str, Any], ...] = ()  # Mistral's own tools, in the wire's shape
    guardrails: tuple[dict[str, Any], ...] = ()  # in the wire's shape
    store: bool = True  # False: Mistral keeps nothing, each request replays the whole conversation
    handoff_execution: str | None = None  # `server` or `client`; of agents only
    completion_args: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file in a user message. Images and PDFs only: text belongs into the message's words."""

    name: str
    mimetype: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Say:
    """A user message, perhaps with files; with `role="assistant"` one of the assistant's that is replayed."""

    text: str
    role: str = "user"
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Called:
    """A function call that is replayed before its `Result`, where Mistral keeps no history."""

    tool_call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one function call. All results of a round go in one append, alone."""

    tool_call_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """A decision on a call that Mistral itself will run (`confirmation_status: pending`)."""

    tool_call_id: str
    allowed: bool


Input = Say | Called | Result | Confirm


# ---- what is kept: entries ----------------------------------------------------------------------------------------


class Speaker(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """The model's reasoning; never part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A source (`tool_reference`); `url` is None for library documents."""

    tool: str
    title: str
    url: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class FileMade:
    """A file that a built-in tool made (`tool_file`)."""

    tool: str
    file_id: str
    file_name: str | None = None
    file_type: str | None = None


@dataclass(frozen=True, slots=True)
class Other:
    """A chunk, event or entry of a type we do not know, kept raw (also images and documents of inputs)."""

    type: str
    raw: dict[str, Any]


Part = Text | Thinking | Reference | FileMade | Other


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    id: str
    speaker: Speaker
    parts: tuple[Part, ...]
    agent_id: str | None = None

    @property
    def text(self) -> str:
        """The words of the message: no thinking, no references."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function call. `arguments` is the JSON text as it came (perhaps malformed); `pending` waits for a `Confirm`.

    `decided`: somebody confirmed or denied it, Mistral runs it or has told the model; it never gets a `Result` of ours.
    """

    id: str
    tool_call_id: str
    name: str
    arguments: str
    pending: bool = False
    decided: bool = False
    agent_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A function result that was stored."""

    id: str
    tool_call_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """A tool that Mistral ran itself."""

    id: str
    name: str
    arguments: str
    info: dict[str, Any]
    agent_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    id: str
    from_id: str
    from_name: str
    to_id: str
    to_name: str


Entry = Message | Call | Answer | Execution | Handoff | Other


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    connector_tokens: int = 0
    connectors: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A conversation as it is kept: what it was started with. `agent_id` or `model` is set, never both."""

    id: str
    model: str | None = None
    agent_id: str | None = None
    agent_version: int | str | None = None
    instructions: str | None = None
    tools: tuple[dict[str, Any], ...] = ()  # in the wire's shape
    name: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    created_at: str = ""  # ISO 8601, UTC


# ---- what is heard: events ----------------------------------------------------------------------------------------


class WaitReason(StrEnum):
    BUSY = "busy"  # 409: another request holds the conversation
    RATE_LIMIT = "rate_limit"  # 429
    UNAVAILABLE = "unavailable"  # 5xx, refused connections


@dataclass(frozen=True, slots=True)
class Waiting:
    """The request was not taken yet and is repeated after `delay`; waiting ends for good at `until` (epoch seconds)."""

    reason: WaitReason
    delay: timedelta
    until: float


@dataclass(frozen=True, slots=True)
class Started:
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of message `id`: text, or one whole part."""

    id: str
    part: Part
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class ExecutionStarted:
    id: str
    name: str
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class ExecutionDone:
    id: str
    name: str
    arguments: str
    info: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HandoffStarted:
    id: str
    from_id: str
    from_name: str


@dataclass(frozen=True, slots=True)
class HandoffDone:
    id: str
    to_id: str
    to_name: str


@dataclass(frozen=True, slots=True)
class Done:
    """The last event: all entries of this answer, folded (5.3 of the reference), and what it used."""

    conversation_id: str
    entries: tuple[Entry, ...]
    usage: Usage


Event = Waiting | Started | Delta | ExecutionStarted | ExecutionDone | HandoffStarted | HandoffDone | Other | Done


class Conversations(Protocol):
    """What a turn may ask of the agent's side."""

    def start(self, opening: Opening, inputs: Sequence[Input]) -> AsyncGenerator[Event, None]: ...

    def append(
        self,
        conversation_id: str,
        inputs: Sequence[Input],
        *,
        silent: bool = False,
        handoff_execution: str | None = None,
    ) -> AsyncGenerator[Event, None]:
        """`silent` closes open calls without wanting an answer: `tool_choice: none` and few tokens.

        Without inputs the conversation goes on by itself: after a handoff that was executed on our side.
        """
        ...

    def branch(
        self,
        conversation_id: str,
        from_entry_id: str,
        inputs: Sequence[Input],
        *,
        metadata: dict[str, str] | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Copy the history up to and including `from_entry_id` into a new conversation and go on there.

        The new id comes in `Started`; `metadata` is the new conversation's (whether it inherits any is not specified).
        """
        ...

    async def history(self, conversation_id: str) -> list[Entry]: ...

    async def find(self, metadata: dict[str, str]) -> list[str]:
        """Ids of the conversations that carry all of `metadata`, newest first."""
        ...

    async def delete(self, conversation_id: str) -> None: ...
