"""Reads one event of a stream, as its JSON gave it, into a value the fold can order. No I/O.

Section 5.2 of the reference; dispatch is on `data.type`, never on the frame's `event`. Small values and a table
instead of a validated union: an answer has hundreds of deltas, and each is on its way to a person's screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from workers.conversations.entries import Raw, as_json_text, maybe, read_part, text
from workers.conversations.port import Other, Part, Usage
from workers.conversations.wire import UsageHeard


@dataclass(frozen=True, slots=True)
class Began:
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of one entry. `output_index` orders the entries of an answer."""

    id: str
    output_index: int
    agent_id: str | None


@dataclass(frozen=True, slots=True)
class MessagePiece(Piece):
    content_index: int
    part: Part


@dataclass(frozen=True, slots=True)
class CallPiece(Piece):
    """`status` is the `confirmation_status`, empty when the piece has none."""

    tool_call_id: str
    name: str
    arguments: str
    status: str


@dataclass(frozen=True, slots=True)
class ExecutionPiece(Piece):
    """The start, a fragment of the arguments or the end of a tool that Mistral runs."""

    name: str
    arguments: str
    started: bool
    done: bool
    info: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HandoffPiece(Piece):
    """The start of a handoff (`other_…` passes on) or its end (`done`: `other_…` takes over)."""

    other_id: str
    other_name: str
    done: bool


@dataclass(frozen=True, slots=True)
class Ended:
    usage: Usage


@dataclass(frozen=True, slots=True)
class Failed:
    message: str
    code: str


Heard = Began | MessagePiece | CallPiece | ExecutionPiece | HandoffPiece | Ended | Failed | Other


def read_event(event: str, data: str) -> Heard:
    """What one frame says. A frame that is no JSON object, or of a type we do not know, is kept as `Other`."""
    try:
        raw = from_json(data)
    except ValueError:
        return Other(event, {"data": data})
    if not isinstance(raw, dict):
        return Other(event, {"data": raw})
    reader = _EVENTS.get(text(raw, "type"))
    return reader(raw) if reader is not None else Other(text(raw, "type") or event, raw)


def _index(raw: Raw, name: str) -> int:
    value = raw.get(name)
    return value if isinstance(value, int) else 0


def _began(raw: Raw) -> Heard:
    return Began(text(raw, "conversation_id"))


def _message_piece(raw: Raw) -> Heard:
    return MessagePiece(
        text(raw, "id"),
        _index(raw, "output_index"),
        maybe(raw, "agent_id"),
        _index(raw, "content_index"),
        read_part(raw.get("content")),
    )


def _call_piece(raw: Raw) -> Heard:
    return CallPiece(
        text(raw, "id"),
        _index(raw, "output_index"),
        maybe(raw, "agent_id"),
        text(raw, "tool_call_id"),
        text(raw, "name"),
        as_json_text(raw.get("arguments")),
        text(raw, "confirmation_status"),
    )


def _execution_piece(raw: Raw) -> Heard:
    info = raw.get("info")
    return ExecutionPiece(
        text(raw, "id"),
        _index(raw, "output_index"),
        maybe(raw, "agent_id"),
        text(raw, "name"),
        as_json_text(raw.get("arguments")),
        raw["type"] == "tool.execution.started",
        raw["type"] == "tool.execution.done",
        info if isinstance(info, dict) else {},
    )


def _handoff_piece(raw: Raw) -> Heard:
    done = raw["type"] == "agent.handoff.done"
    whose = "next" if done else "previous"
    return HandoffPiece(
        text(raw, "id"),
        _index(raw, "output_index"),
        None,
        text(raw, f"{whose}_agent_id"),
        text(raw, f"{whose}_agent_name"),
        done,
    )


def _ended(raw: Raw) -> Heard:
    try:
        return Ended(UsageHeard.model_validate(raw.get("usage") or {}).to_usage())
    except ValidationError:
        return Ended(Usage())  # the answer is whole; only its bill is unreadable


def _failed(raw: Raw) -> Heard:
    return Failed(as_json_text(raw.get("message")), as_json_text(raw.get("code")))


_EVENTS: dict[str, Callable[[Raw], Heard]] = {
    "conversation.response.started": _began,
    "message.output.delta": _message_piece,
    "function.call.delta": _call_piece,
    "tool.execution.started": _execution_piece,
    "tool.execution.delta": _execution_piece,
    "tool.execution.done": _execution_piece,
    "agent.handoff.started": _handoff_piece,
    "agent.handoff.done": _handoff_piece,
    "conversation.response.done": _ended,
    "conversation.response.error": _failed,
}
