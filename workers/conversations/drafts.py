"""Entries that are still being written: what a stream has said of each so far. No I/O; `folding.py` fills them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from workers.conversations.port import Call, Entry, Execution, Handoff, Message, Other, Part, Speaker, Text, Thinking


@dataclass(slots=True)
class Draft(ABC):
    output_index: int
    id: str = ""
    agent_id: str | None = None

    @abstractmethod
    def entry(self) -> Entry: ...


@dataclass(slots=True)
class MessageDraft(Draft):
    pieces: list[tuple[int, Part]] = field(default_factory=list)  # with the `content_index` of each

    def entry(self) -> Entry:
        return Message(id=self.id, speaker=Speaker.ASSISTANT, parts=tuple(self._parts()), agent_id=self.agent_id)

    def _parts(self) -> list[Part]:
        """Consecutive text (or reasoning) of the same `content_index` is one part; other chunks are one each."""
        parts: list[Part] = []
        for (_, kind), run in groupby(self.pieces, key=lambda piece: (piece[0], type(piece[1]))):
            if issubclass(kind, Text | Thinking):
                parts.append(kind("".join(part.text for _, part in run if isinstance(part, Text | Thinking))))
            else:
                parts.extend(part for _, part in run)
        return parts


@dataclass(slots=True)
class CallDraft(Draft):
    tool_call_id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    status: str = ""

    def entry(self) -> Entry:
        arguments = "".join(self.arguments)
        if not self.tool_call_id:  # nothing could ever answer it
            raw = {"type": "function.call", "id": self.id, "name": self.name, "arguments": arguments}
            return Other("function.call", raw)
        return Call(
            id=self.id,
            tool_call_id=self.tool_call_id,
            name=self.name,
            arguments=arguments,
            pending=self.status == "pending",
            decided=self.status not in ("", "pending"),
            agent_id=self.agent_id,
        )


@dataclass(slots=True)
class ExecutionDraft(Draft):
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    info: dict[str, Any] = field(default_factory=dict)

    def entry(self) -> Entry:
        return Execution(
            id=self.id, name=self.name, arguments="".join(self.arguments), info=self.info, agent_id=self.agent_id
        )


@dataclass(slots=True)
class HandoffDraft(Draft):
    from_id: str = ""
    from_name: str = ""
    to_id: str = ""
    to_name: str = ""

    def entry(self) -> Entry:
        return Handoff(
            id=self.id, from_id=self.from_id, from_name=self.from_name, to_id=self.to_id, to_name=self.to_name
        )
