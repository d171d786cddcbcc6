"""Turns a brain's pieces into events and entries. Pure: what is sent, stored or waited for is decided elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from playground.agents_api.brains.port import (
    AgentView,
    Call,
    Chunk,
    Execution,
    Handoff,
    Piece,
    Text,
    Unknown,
)
from playground.agents_api.ids import CHARACTERS_PER_TOKEN, Json, new_call_id, new_id, now, tokens
from playground.agents_api.measures import Meter, folded, split

PREFIXES = {
    "message.output": "msg",
    "tool.execution": "tool_exec",
    "function.call": "fc",
    "agent.handoff": "handoff",
}


class Truncated(Exception):
    """The answer has reached `max_tokens`; `events` are the last that fit. No event says so, as in the real service."""

    def __init__(self, events: list[Json]) -> None:
        super().__init__("max_tokens reached")
        self.events = events


class Turn:
    """One answer in the making. `outputs` are its entries so far, in order."""

    def __init__(
        self,
        *,
        conversation_id: str,
        model: str,
        agent: AgentView | None,
        agent_named: Callable[[str], AgentView | None],
        prompt_tokens: int,
        max_tokens: int | None,
        guardrails: list[Json] | None = None,
    ) -> None:
        self.conversation_id, self.model, self.agent = conversation_id, model, agent
        self.outputs: list[Json] = []
        self.handed_off = False
        self._guardrails = guardrails
        self._agent_named, self._max_tokens = agent_named, max_tokens
        self._meter = Meter(prompt_tokens)
        self._message: Json | None = None
        self._part = 0
        self._part_is_text = False

    def started(self) -> Json:
        return {
            "type": "conversation.response.started",
            "created_at": now(),
            "conversation_id": self.conversation_id,
        }

    def feed(self, piece: Piece) -> list[Json]:
        """The events of `piece`; raises Truncated after the last one that fits."""
        match piece:
            case Text(text):
                return self._text(text)
            case Chunk(chunk):
                self._meter.spend("".join(thought.get("text", "") for thought in chunk.get("thinking", [])))
                return [self._add(chunk, text=False)]
            case Call():
                return self._call(piece)
            case Execution():
                return self._execution(piece)
            case Handoff(to):
                return self._handoff(to)
            case Unknown(event, entry):
                return self._unknown(event, entry)
        raise TypeError(f"{piece!r} makes no events")

    def usage(self) -> Json:
        return self._meter.usage()

    def done(self) -> Json:
        self._close_message()
        return {"type": "conversation.response.done", "created_at": now(), "usage": self.usage()}

    def response(self) -> Json:
        self._close_message()
        return {
            "object": "conversation.response",
            "conversation_id": self.conversation_id,
            "outputs": self.outputs,
            "usage": self.usage(),
            "guardrails": self._guardrails,
        }

    def _text(self, text: str) -> list[Json]:
        if self._max_tokens is not None:
            room = self._max_tokens * CHARACTERS_PER_TOKEN - self._meter.characters
            if len(text) >= room:
                self._meter.spend(text[:room])
                raise Truncated([self._add(text[:room], text=True)] if room > 0 else [])
        self._meter.spend(text)
        return [self._add(text, text=True)]

    def _add(self, content: str | Json, *, text: bool) -> Json:
        message = self._message
        if message is None:
            message = self._message = self._entry("message.output", role="assistant", content=[])
            self._part = 0
        elif not (text and self._part_is_text):
            self._part += 1
        parts: list[str | Json] = message["content"]
        parts.append(content)
        self._part_is_text = text
        return {
            "type": "message.output.delta",
            "output_index": len(self.outputs) - 1,
            "id": message["id"],
            "content_index": self._part,
            "role": "assistant",
            **self._author(),
            "content": content,
        }

    def _close_message(self) -> None:
        """Fold the parts: one string when all is text, a list of chunks otherwise."""
        if self._message is None:
            return
        parts = self._message["content"]
        if all(isinstance(part, str) for part in parts):
            self._message["content"] = "".join(parts)
        else:
            self._message["content"] = folded(parts)
        self._message["completed_at"] = now()
        self._message = None

    def _call(self, piece: Call) -> list[Json]:
        self._close_message()
        status = {"confirmation_status": "pending"} if piece.pending else {}
        entry = self._entry(
            "function.call",
            tool_call_id=piece.tool_call_id or new_call_id(),
            name=piece.name,
            arguments=piece.arguments,
            **status,
        )
        self._meter.spend(piece.name + piece.arguments)
        common = {
            "type": "function.call.delta",
            "output_index": len(self.outputs) - 1,
            "id": entry["id"],
            "name": piece.name,
            "tool_call_id": entry["tool_call_id"],
            **self._author(),
            **status,
        }
        return [{**common, "arguments": part} for part in split(piece.arguments, piece.fragments)]

    def _execution(self, piece: Execution) -> list[Json]:
        self._close_message()
        entry = self._entry("tool.execution", name=piece.name, arguments=piece.arguments, info=piece.info)
        entry["completed_at"] = now()
        self._meter.use(piece.counted_as or piece.name, piece.tokens)
        common = {"output_index": len(self.outputs) - 1, "id": entry["id"], "name": piece.name}
        return [
            {"type": "tool.execution.started", **common, "arguments": "", **self._author()},
            {"type": "tool.execution.delta", **common, "arguments": piece.arguments},
            {"type": "tool.execution.done", **common, "info": piece.info},
        ]

    def _handoff(self, to: str) -> list[Json]:
        next_agent = self._agent_named(to)
        if next_agent is None or self.agent is None:
            raise ValueError(f"a handoff to {to!r} needs a conversation with an agent, and an agent of that name or id")
        self._close_message()
        before, self.agent, self.model = self.agent, next_agent, next_agent.model
        self.handed_off = True
        self._meter.read_again(tokens(next_agent.instructions or ""))
        entry = self._entry(
            "agent.handoff",
            previous_agent_id=before.id,
            previous_agent_name=before.name,
            next_agent_id=next_agent.id,
            next_agent_name=next_agent.name,
        )
        entry["completed_at"] = now()
        common = {"output_index": len(self.outputs) - 1, "id": entry["id"]}
        return [
            {
                "type": "agent.handoff.started",
                **common,
                "previous_agent_id": before.id,
                "previous_agent_name": before.name,
            },
            {
                "type": "agent.handoff.done",
                **common,
                "next_agent_id": next_agent.id,
                "next_agent_name": next_agent.name,
            },
        ]

    def _unknown(self, event: Json, entry: Json | None) -> list[Json]:
        self._close_message()
        if entry is None:
            return [event]
        kept = {"object": "entry", "id": new_id("entry"), "created_at": now(), **entry}
        self.outputs.append(kept)
        return [{"output_index": len(self.outputs) - 1, "id": kept["id"], **event}]

    def _entry(self, type_: str, **fields: object) -> Json:
        author = {} if type_ == "agent.handoff" else self._author()
        entry: Json = {
            "object": "entry",
            "type": type_,
            "id": new_id(PREFIXES[type_]),
            "created_at": now(),
            "completed_at": None,
            **author,
            **fields,
        }
        self.outputs.append(entry)
        return entry

    def _author(self) -> Json:
        if self.agent is None:
            return {"model": self.model}
        return {"agent_id": self.agent.id, "model": self.model}
