"""Reads the API's entries and content chunks, as JSON gave them, into our own. No I/O.

Sections 4.1 and 4.3 of the reference: nearly every field is optional, some come in two shapes, new types come
unannounced. What is not known, or lacks what it is known by, is kept raw as `Other`; nothing here ever raises.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from workers.conversations.port import (
    Answer,
    Call,
    Entry,
    Execution,
    FileMade,
    Handoff,
    Message,
    Other,
    Part,
    Reference,
    Speaker,
    Text,
    Thinking,
)

Raw = dict[str, Any]


def read_entries(raws: Iterable[Any]) -> tuple[Entry, ...]:
    return tuple(read_entry(raw) for raw in raws)


def read_entry(raw: Any) -> Entry:
    if not isinstance(raw, dict):
        return other(raw)
    reader = _ENTRIES.get(text(raw, "type"))
    return (reader(raw) if reader is not None else None) or other(raw)


def read_parts(content: Any) -> tuple[Part, ...]:
    """The parts of a message; `content` is a plain string when it is text only, else a list of chunks."""
    if isinstance(content, str):
        return (Text(content),) if content else ()
    if isinstance(content, list):
        return tuple(read_part(chunk) for chunk in content)
    return () if content is None else (read_part(content),)


def read_part(chunk: Any) -> Part:
    """One chunk; streams send text as a bare string, and nothing (null) now and then."""
    if isinstance(chunk, str) or chunk is None:
        return Text(chunk or "")
    if not isinstance(chunk, dict):
        return other(chunk)
    match chunk.get("type"):
        case "text" if isinstance(chunk.get("text"), str):
            return Text(chunk["text"])
        case "thinking":
            return Thinking(_thoughts(chunk.get("thinking")))
        case "tool_reference":
            return Reference(
                text(chunk, "tool"), text(chunk, "title"), maybe(chunk, "url"), maybe(chunk, "description")
            )
        case "tool_file" if text(chunk, "file_id"):
            return FileMade(text(chunk, "tool"), chunk["file_id"], maybe(chunk, "file_name"), maybe(chunk, "file_type"))
        case _:
            return other(chunk)


def _thoughts(chunks: Any) -> str:
    """Reasoning as one text; the references inside it are never shown."""
    if isinstance(chunks, str):
        return chunks
    items = chunks if isinstance(chunks, list) else []
    return "".join(item if isinstance(item, str) else text(item, "text") for item in items)


def other(raw: Any) -> Other:
    if not isinstance(raw, dict):
        return Other("unknown", {"raw": raw})
    return Other(text(raw, "type") or "unknown", raw)


def text(raw: Any, name: str) -> str:
    """The string at `name`; empty when absent, null or of another kind."""
    value = raw.get(name) if isinstance(raw, dict) else None
    return value if isinstance(value, str) else ""


def maybe(raw: Raw, name: str) -> str | None:
    return text(raw, name) or None


def as_json_text(value: Any) -> str:
    """Arguments and results as text: strings as they are, absent ones empty, anything else as compact JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _message(raw: Raw) -> Entry:
    mine = raw["type"] == "message.output" or raw.get("role") == "assistant"
    return Message(
        id=text(raw, "id"),
        speaker=Speaker.ASSISTANT if mine else Speaker.USER,
        parts=read_parts(raw.get("content")),
        agent_id=maybe(raw, "agent_id"),
    )


def _call(raw: Raw) -> Entry | None:
    if not text(raw, "tool_call_id"):
        return None  # nothing could ever answer it
    status = text(raw, "confirmation_status")
    return Call(
        id=text(raw, "id"),
        tool_call_id=raw["tool_call_id"],
        name=text(raw, "name"),
        arguments=as_json_text(raw.get("arguments")),
        pending=status == "pending",
        decided=status not in ("", "pending"),
        agent_id=maybe(raw, "agent_id"),
    )


def _answer(raw: Raw) -> Entry | None:
    if not text(raw, "tool_call_id"):
        return None
    return Answer(id=text(raw, "id"), tool_call_id=raw["tool_call_id"], text=as_json_text(raw.get("result")))


def _execution(raw: Raw) -> Entry:
    info = raw.get("info")
    return Execution(
        id=text(raw, "id"),
        name=text(raw, "name"),
        arguments=as_json_text(raw.get("arguments")),  # required by the schema, missing in the API's own samples
        info=info if isinstance(info, dict) else {},
        agent_id=maybe(raw, "agent_id"),
    )


def _handoff(raw: Raw) -> Entry:
    return Handoff(
        id=text(raw, "id"),
        from_id=text(raw, "previous_agent_id"),
        from_name=text(raw, "previous_agent_name"),
        to_id=text(raw, "next_agent_id"),
        to_name=text(raw, "next_agent_name"),
    )


_ENTRIES: dict[str, Callable[[Raw], Entry | None]] = {
    "message.input": _message,
    "message.output": _message,
    "function.call": _call,
    "function.result": _answer,
    "tool.execution": _execution,
    "agent.handoff": _handoff,
}
