"""The model brain, against a small server that speaks chat completions."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from playground.agents_api.app import KEY, create
from playground.agents_api.brains.model import Model
from playground.serving import serve
from tests.playground.agents_api.talk import MODEL, START, Json, append, events, result, said, start, types


class ChatServer:
    """Answers each request with the next list of deltas, or with a status."""

    def __init__(self) -> None:
        self.answers: list[list[Json] | int] = []
        self.asked: list[Json] = []
        self.finish = True
        self.app = Starlette(routes=[Route("/v1/chat/completions", self.complete, methods=["POST"])])

    async def complete(self, request: Request) -> Response:
        self.asked.append(await request.json())
        answer = self.answers.pop(0)
        if isinstance(answer, int):
            return JSONResponse({"error": "out of memory"}, status_code=answer)
        return StreamingResponse(self.frames(answer), media_type="text/event-stream")

    async def frames(self, deltas: list[Json]) -> AsyncIterator[str]:
        for delta in deltas:
            yield f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta, 'finish_reason': None}]})}\n\n"
        if self.finish:
            yield f"data: {json.dumps({'choices': [{'index': 0, 'delta': {}, 'finish_reason': 'stop'}]})}\n\n"
            yield "data: [DONE]\n\n"


@pytest.fixture
def chat() -> ChatServer:
    return ChatServer()


@pytest.fixture
async def http(chat: ChatServer) -> AsyncIterator[httpx2.AsyncClient]:
    async with serve(chat.app) as model_url:
        api = create(brain="model", model=Model(f"{model_url}/v1", "little", "k"))
        async with (
            serve(api, on_stop=api.stop) as url,
            httpx2.AsyncClient(base_url=url, headers={"authorization": f"Bearer {KEY}"}) as client,
        ):
            yield client


def calling(name: str, *arguments: str) -> list[Json]:
    """A call whose arguments come in fragments."""
    first = {"index": 0, "id": "c1", "type": "function", "function": {"name": name, "arguments": ""}}
    return [
        {"tool_calls": [first]},
        *[{"tool_calls": [{"index": 0, "function": {"arguments": part}}]} for part in arguments],
    ]


async def test_a_model_answers_and_calls_tools(
    http: httpx2.AsyncClient, chat: ChatServer, tool: Callable[..., Json]
) -> None:
    chat.answers = [calling("f", '{"a":', ' "b"}'), [{"content": "It "}, {"content": "is b."}]]
    opened = await start(
        http, "what is it?", instructions="Be brief.", tools=[tool("f", "a")], completion_args={"temperature": 0.1}
    )
    call = opened["outputs"][0]
    assert (call["name"], call["arguments"], call["tool_call_id"]) == ("f", '{"a": "b"}', "c1")
    answer = await append(http, opened["conversation_id"], [result("c1", "b")])
    assert said(answer.json()) == "It is b."

    first, second = chat.asked
    assert (first["model"], first["stream"], first["temperature"]) == ("little", True, 0.1)
    assert [one["function"]["name"] for one in first["tools"]] == ["f"]
    assert [one["role"] for one in second["messages"]] == ["system", "user", "assistant", "tool"]
    assert second["messages"][2]["tool_calls"][0]["function"] == {"name": "f", "arguments": '{"a": "b"}'}


async def test_a_model_hands_off_to_an_agent(http: httpx2.AsyncClient, chat: ChatServer) -> None:
    second = (await http.post("/v1/agents", json={"model": MODEL, "name": "second", "instructions": "Two."})).json()
    body: Json = {"model": MODEL, "name": "first", "handoffs": [second["id"]]}
    first = (await http.post("/v1/agents", json=body)).json()
    chat.answers = [calling(f"handoff_to_{second['id']}", "{}"), [{"content": "Here I am."}]]
    answer = (await http.post(START, json={"agent_id": first["id"], "inputs": "go"})).json()
    assert [entry["type"] for entry in answer["outputs"]] == ["agent.handoff", "message.output"]
    assert answer["outputs"][1]["agent_id"] == second["id"]
    assert chat.asked[1]["messages"][0] == {"role": "system", "content": "Two."}


async def test_a_model_that_fails_is_an_error_that_says_so(http: httpx2.AsyncClient, chat: ChatServer) -> None:
    chat.answers = [500, 500, [{"content": "half"}]]
    plain = await http.post(START, json={"model": MODEL, "inputs": "x"})
    words: Any = plain.json()["message"]
    assert (plain.status_code, words) == (
        502,
        'The model at MODEL_URL did not answer: HTTP 500: {"error":"out of memory"}',
    )
    streamed = await events(http)
    assert types(streamed) == ["conversation.response.started", "conversation.response.error"]
    chat.finish = False
    broken = await events(http)
    assert types(broken)[1:] == ["message.output.delta", "conversation.response.error"]
    assert "ended before" in broken[-1]["message"]


async def test_a_model_that_is_away_is_an_error_that_says_so() -> None:
    api = create(brain="model", model=Model("http://127.0.0.1:9", "little"))
    async with (
        serve(api) as url,
        httpx2.AsyncClient(base_url=url, headers={"authorization": f"Bearer {KEY}"}) as client,
    ):
        answer = await client.post(START, json={"model": MODEL, "inputs": "x"})
    assert answer.status_code == 502
    assert "ConnectError" in answer.json()["message"]
