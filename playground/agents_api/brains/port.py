"""What a brain is asked and what it may answer with. Pieces are the only way out: no brain sees HTTP or events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Protocol

from playground.agents_api.ids import Json


@dataclass(frozen=True, slots=True)
class AgentView:
    """One version of an agent object, as a turn sees it."""

    id: str
    name: str
    model: str
    instructions: str | None
    tools: Sequence[Json]
    description: str | None
    handoffs: Sequence[str]
    completion_args: Json
    guardrails: Sequence[Json] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a tool of the service found and that can be quoted; `text` by language."""

    title: str
    text: Mapping[str, str]
    url: str | None
    date: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a tool of the service gave: `said` is a sentence about it, `file` a chunk that names what it made."""

    info: Json = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    file: Json | None = None
    tokens: int = 0


class Attached(Protocol):
    """A stored file that a message names."""

    @property
    def filename(self) -> str: ...
    @property
    def mimetype(self) -> str | None: ...
    @property
    def content(self) -> bytes: ...


class Workshop(Protocol):
    """Runs the service's own tools; see `playground.agents_api.connectors.workshop`."""

    def run(self, tool: Json, name: str, arguments: Json) -> Ran: ...
    def file(self, id_: str) -> Attached | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`entries` are all of the conversation with `new` (this request's inputs) at their end.

    `agent_named` finds an agent by id or name, for handoffs. `decided` are the connector calls that this request
    allowed or denied, each with its new status.
    """

    conversation_id: str
    model: str
    instructions: str | None
    tools: Sequence[Json]
    entries: Sequence[Json]
    new: Sequence[Json]
    completion_args: Json
    agent: AgentView | None
    handoff_execution: str
    agent_named: Callable[[str], AgentView | None]
    workshop: Workshop
    decided: Sequence[tuple[Json, str]] = ()

    @property
    def results(self) -> list[Json]:
        """The function results to be answered: those at the end. Earlier ones of a replay are history."""
        trailing = takewhile(lambda entry: entry["type"] == "function.result", reversed(self.new))
        return list(trailing)[::-1]


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """One content chunk that is not plain text: a reference, a file, a thought."""

    chunk: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of a client's function; with `pending` a call of a connector that waits for a yes."""

    name: str
    arguments: str
    tool_call_id: str | None = None
    fragments: int = 2
    pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """A tool that the service itself ran; `tokens` it cost, `seconds` it took, `counted_as` its name in usage."""

    name: str
    arguments: str
    info: Json = field(default_factory=dict)
    tokens: int = 0
    seconds: float = 0
    counted_as: str | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """Pass on to the agent with this id or name; what follows is that agent's."""

    agent: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event, and optionally an entry, of a type that no client knows yet."""

    event: Json
    entry: Json | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Hold:
    """Wait until the gate opens."""

    gate: asyncio.Event


@dataclass(frozen=True, slots=True)
class Fail:
    """The turn ends with an error: `conversation.response.error` in a stream, `status` in a plain answer."""

    message: str
    code: int = 3000
    status: int = 500


@dataclass(frozen=True, slots=True)
class Refuse:
    """An HTTP error instead of an answer; only as the first piece, before a stream has begun."""

    status: int
    message: str | None = None
    code: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """The stream ends here without `done`; `clean` ends the HTTP answer properly, else the connection breaks."""

    clean: bool = False


Piece = Text | Chunk | Call | Execution | Handoff | Unknown | Pause | Hold | Fail | Refuse | Cut


class Brain(Protocol):
    """`live`: its pieces come in their own time, so each is sent as it comes."""

    live: bool

    def answer(self, question: Question) -> AsyncGenerator[Piece, None]: ...


def text_of(entry: Json) -> str:
    """The words of an entry: its content, a call's result, nothing for the rest."""
    if "result" in entry:
        return str(entry["result"])
    content = entry.get("content", "")
    if isinstance(content, str):
        return content
    return "".join(chunk.get("text", "") for chunk in content if chunk.get("type") == "text")


def last_user_text(entries: Sequence[Json]) -> str:
    for entry in reversed(entries):
        if entry["type"] == "message.input" and entry["role"] == "user":
            return text_of(entry)
    return ""


def as_arguments(arguments: str | Json) -> Json:
    """The arguments of a call as an object; empty where they are none."""
    try:
        value = json.loads(arguments or "{}") if isinstance(arguments, str) else arguments
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
