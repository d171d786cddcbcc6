"""Asks a real model: any server that speaks OpenAI's chat completions, named by MODEL_URL and MODEL_NAME.

What such a server cannot do is not pretended: tools that the service itself would run (web search and the like) are not
offered to it. It never falls back to other answers: a server that fails is an error that says so.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from playground.agents_api.brains.port import (
    AgentView,
    Call,
    Fail,
    Handoff,
    Piece,
    Question,
    Text,
    text_of,
)
from playground.agents_api.ids import Json

CONNECT_SECONDS = 5
SILENCE_SECONDS = 300  # a small machine may read a long prompt for minutes before the first word
HANDOFFS_MAX = 8
HANDOFF = "handoff_to_"
SAME = ("temperature", "top_p", "max_tokens", "stop", "presence_penalty", "frequency_penalty", "response_format")
STATUS = 502
ERROR_CHARACTERS = 300


class ModelError(Exception):
    """What the model's server did wrong, as a sentence."""


@dataclass
class Asked:
    """A call that the model is still writing."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class Model:
    """Opens a connection for each answer: it serves a demo, not a benchmark."""

    live = True

    def __init__(self, url: str, name: str, key: str | None = None) -> None:
        self._url, self._name = url.rstrip("/"), name
        self._headers = {"authorization": f"Bearer {key}"} if key else {}

    async def answer(self, question: Question) -> AsyncGenerator[Piece, None]:
        agent, instructions, tools = question.agent, question.instructions, question.tools
        for _ in range(HANDOFFS_MAX):
            to: str | None = None
            try:
                async for piece in self._asked(question, agent, instructions, tools):
                    to = piece.agent if isinstance(piece, Handoff) else to
                    yield piece
            except ModelError as problem:
                yield Fail(f"The model at MODEL_URL did not answer: {problem}", STATUS, STATUS)
                return
            agent = question.agent_named(to) if to else None
            if agent is None or question.handoff_execution == "client":
                return
            instructions, tools = agent.instructions, agent.tools
        yield Fail(f"The agents handed off {HANDOFFS_MAX} times without an answer.", STATUS, STATUS)

    async def _asked(
        self, question: Question, agent: AgentView | None, instructions: str | None, tools: Sequence[Json]
    ) -> AsyncIterator[Piece]:
        targets = [found for id_ in (agent.handoffs if agent else []) if (found := question.agent_named(id_))]
        body = self._body(question, instructions, [*functions(tools), *handoffs(targets)])
        calls: dict[int, Asked] = {}
        async for delta in self._deltas(body):
            if text := delta.get("content"):
                yield Text(text)
            for part in delta.get("tool_calls") or []:
                gather(calls.setdefault(part.get("index", 0), Asked()), part)
        wanted = list(calls.values())
        for call in wanted:
            if call.name.startswith(HANDOFF) and len(wanted) == 1:
                yield Handoff(call.name.removeprefix(HANDOFF))
            elif not call.name.startswith(HANDOFF):
                yield Call(name=call.name, arguments="".join(call.arguments), tool_call_id=call.id or None)

    def _body(self, question: Question, instructions: str | None, tools: list[Json]) -> Json:
        given = question.completion_args
        body: Json = {
            "model": self._name,
            "stream": True,
            "messages": messages(instructions, question.entries),
            **{name: given[name] for name in SAME if given.get(name) is not None},
        }
        if given.get("random_seed") is not None:
            body["seed"] = given["random_seed"]
        if tools:
            body["tools"] = tools
            choice = given.get("tool_choice", "auto")
            body["tool_choice"] = "required" if choice == "any" else choice
        return body

    async def _deltas(self, body: Json) -> AsyncIterator[Json]:
        timeout = httpx2.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
        finished = False
        try:
            async with (
                httpx2.AsyncClient(timeout=timeout, headers=self._headers, trust_env=False) as http,
                http.stream("POST", f"{self._url}/chat/completions", json=body) as response,
            ):
                if response.status_code != httpx2.codes.OK:
                    said = (await response.aread()).decode(errors="replace")[:ERROR_CHARACTERS]
                    raise ModelError(f"HTTP {response.status_code}: {said}")
                async for event in httpx2.EventSource(response):
                    if event.data == "[DONE]":
                        break
                    choice = first_choice(event.data)
                    finished = finished or choice.get("finish_reason") is not None
                    yield choice.get("delta") or {}
        except httpx2.HTTPError as problem:
            raise ModelError(f"{type(problem).__name__}: {problem}") from problem
        if not finished:
            raise ModelError("its stream ended before the answer did")


def first_choice(data: str) -> Json:
    try:
        value: Any = json.loads(data)
    except ValueError as problem:
        raise ModelError(f"it sent what is not JSON: {data[:ERROR_CHARACTERS]}") from problem
    if isinstance(value, dict) and value.get("error"):
        raise ModelError(str(value["error"])[:ERROR_CHARACTERS])
    choices = value.get("choices") if isinstance(value, dict) else None
    return choices[0] if choices else {}


def gather(call: Asked, part: Json) -> None:
    function = part.get("function") or {}
    call.id = part.get("id") or call.id
    call.name = function.get("name") or call.name
    call.arguments.append(function.get("arguments") or "")


def functions(tools: Sequence[Json]) -> list[Json]:
    return [{"type": "function", "function": tool["function"]} for tool in tools if tool["type"] == "function"]


def handoffs(targets: Sequence[AgentView]) -> list[Json]:
    """Handing off is a function to the model; its name carries the agent's id."""
    return [
        {
            "type": "function",
            "function": {
                "name": HANDOFF + target.id,
                "description": f"Hand this conversation over to {target.name}. {target.description or ''}".strip(),
                "parameters": {"type": "object", "properties": {}},
            },
        }
        for target in targets
    ]


def messages(instructions: str | None, entries: Sequence[Json]) -> list[Json]:
    """The conversation as chat messages; the calls of one answer are one message."""
    said: list[Json] = [{"role": "system", "content": instructions}] if instructions else []
    for entry in entries:
        match entry["type"]:
            case "message.input":
                said.append({"role": entry["role"], "content": text_of(entry)})
            case "message.output":
                said.append({"role": "assistant", "content": text_of(entry)})
            case "function.call":
                if said[-1]["role"] != "assistant":
                    said.append({"role": "assistant", "content": ""})
                said[-1].setdefault("tool_calls", []).append(tool_call(entry))
            case "function.result":
                said.append({"role": "tool", "tool_call_id": entry["tool_call_id"], "content": entry["result"]})
    return said


def tool_call(entry: Json) -> Json:
    arguments = entry["arguments"]
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {
        "id": entry["tool_call_id"],
        "type": "function",
        "function": {"name": entry["name"], "arguments": text or "{}"},
    }
