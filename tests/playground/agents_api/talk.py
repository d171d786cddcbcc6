"""Short ways to talk to the stand-in over bare HTTP."""

from __future__ import annotations

from typing import Any

import httpx2

Json = dict[str, Any]
MODEL = "mistral-medium-latest"
START = "/v1/conversations"


async def start(http: httpx2.AsyncClient, inputs: Any = "hello", **fields: Any) -> Json:
    answer = await http.post(START, json={"model": MODEL, "inputs": inputs, **fields})
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


async def append(http: httpx2.AsyncClient, conversation_id: str, inputs: Any, **fields: Any) -> httpx2.Response:
    return await http.post(f"{START}/{conversation_id}", json={"inputs": inputs, **fields})


async def history(http: httpx2.AsyncClient, conversation_id: str) -> list[Json]:
    answer = await http.get(f"{START}/{conversation_id}/history")
    assert answer.status_code == 200, answer.text
    entries: list[Json] = answer.json()["entries"]
    return entries


async def events(http: httpx2.AsyncClient, path: str = START, **body: Any) -> list[Json]:
    """All events of a stream that is ended by the server."""
    wanted = body if path != START else {"model": MODEL, "inputs": "hello", **body}
    async with http.stream("POST", path, json={**wanted, "stream": True}) as response:
        assert response.headers["content-type"].startswith("text/event-stream"), await response.aread()
        heard: list[Json] = []
        async for event in httpx2.EventSource(response):
            data: Any = event.json()
            assert event.event == data["type"]
            heard.append(data)
        return heard


def types(heard: list[Json]) -> list[str]:
    return [event["type"] for event in heard]


def said(body: Json) -> str:
    return "".join(entry["content"] for entry in body["outputs"] if entry["type"] == "message.output")


def result(tool_call_id: str, text: str) -> Json:
    return {"object": "entry", "type": "function.result", "tool_call_id": tool_call_id, "result": text}
