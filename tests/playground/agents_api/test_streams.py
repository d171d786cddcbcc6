"""Event streams: how they are folded, cut, dropped and held, and what becomes of their turns."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.steps import AddChunk, CutStream, Say, Wait
from tests.playground.agents_api.talk import MODEL, START, Json, append, events, history, start, types


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110  # what is waited for is in a server
            await asyncio.sleep(0.01)


async def heard_until_broken(http: httpx2.AsyncClient) -> tuple[list[Json], Exception | None]:
    heard: list[Any] = []
    try:
        async with http.stream("POST", START, json={"model": MODEL, "inputs": "x", "stream": True}) as response:
            async for event in httpx2.EventSource(response):
                heard.append(event.json())  # noqa: PERF401  # what came before the break is wanted
    except httpx2.TransportError as problem:
        return heard, problem
    return heard, None


async def drop_while_held(http: httpx2.AsyncClient, api: AgentsApi, path: str = START) -> str:
    """Open a stream, read its first event and go away while the turn is held; returns the conversation's id."""
    api.script.hold(after=1)
    body = {"inputs": "hello", "stream": True} | ({"model": MODEL} if path == START else {})
    async with http.stream("POST", path, json=body) as response:
        async for event in httpx2.EventSource(response):
            first: Any = event.json()
            break
        await api.script.until_held()

    async def noticed() -> bool:
        return api.requests()[-1].dropped

    await until(noticed)
    return str(first["conversation_id"])


async def test_a_stream_begins_with_started_and_ends_with_done(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    api.script.will_say("one two three", pieces=3)
    heard = await events(http)
    assert types(heard) == [
        "conversation.response.started",
        *["message.output.delta"] * 3,
        "conversation.response.done",
    ]
    assert "".join(event["content"] for event in heard[1:-1]) == "one two three"
    assert len({event["id"] for event in heard[1:-1]}) == 1
    assert heard[-1]["usage"]["total_tokens"] == 2 + 4


async def test_text_goes_on_at_the_next_content_index_after_a_chunk(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    reference: Json = {"type": "tool_reference", "tool": "web_search", "title": "W"}
    api.script.will(Say(text="Spain won", pieces=2), AddChunk(chunk=reference), Say(text=".", pieces=1))
    heard = await events(http)
    assert [event["content_index"] for event in heard[1:-1]] == [0, 0, 1, 2]
    kept = await history(http, heard[0]["conversation_id"])
    assert kept[1]["content"] == [{"type": "text", "text": "Spain won"}, reference, {"type": "text", "text": "."}]


async def test_an_append_right_after_done_is_never_told_busy(http: httpx2.AsyncClient) -> None:
    conversation = (await start(http))["conversation_id"]
    for _ in range(20):
        heard = await events(http, f"{START}/{conversation}", inputs="again")
        assert types(heard)[-1] == "conversation.response.done"


async def test_a_second_request_meets_409_while_a_stream_is_open(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    conversation = (await start(http))["conversation_id"]
    api.script.hold()
    stream = asyncio.create_task(events(http, f"{START}/{conversation}", inputs="slow"))
    await api.script.until_held()

    refused = await append(http, conversation, "me too")
    assert (refused.status_code, refused.json()["message"]) == (
        409,
        "Conversation is being updated, concurrent requests are not supported",
    )
    api.script.release()
    assert types(await stream)[-1] == "conversation.response.done"
    assert (await append(http, conversation, "me too")).status_code == 200


async def test_a_turn_whose_client_left_is_finished_and_stored(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    conversation = await drop_while_held(http, api)
    assert await history(http, conversation) == []
    api.script.release()

    async def stored() -> bool:
        return len(await history(http, conversation)) == 2

    await until(stored)


async def test_a_turn_whose_client_left_can_be_discarded_or_leave_its_inputs(
    http: httpx2.AsyncClient, api: AgentsApi
) -> None:
    for on_drop, kept in [("discard", 0), ("inputs", 1)]:
        api.switch(on_drop=on_drop)
        conversation = await drop_while_held(http, api)

        async def free(conversation: str = conversation) -> bool:
            return not api.locks.held(conversation)

        await until(free)
        assert len(await history(http, conversation)) == kept
        api.script.release()
        assert (await append(http, conversation, "hello again")).status_code == 200


async def test_a_dropped_stream_keeps_its_conversation_busy(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    api.switch(lock_seconds=0.3)
    conversation = await drop_while_held(http, api)
    api.script.release()

    async def stored() -> bool:
        return len(await history(http, conversation)) == 2

    await until(stored)
    assert (await append(http, conversation, "too soon")).status_code == 409

    async def free() -> bool:
        return (await append(http, conversation, "now?")).status_code == 200

    await until(free)


async def test_a_fault_cuts_the_stream_after_some_events(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    """What came before the cut is delivered; the turn itself goes on and is stored."""
    api.script.will_say("a text of several pieces", pieces=10)
    api.fault("conversations.start", "cut", events=3)
    heard, problem = await heard_until_broken(http)
    assert isinstance(problem, httpx2.RemoteProtocolError)
    assert types(heard) == ["conversation.response.started", "message.output.delta", "message.output.delta"]
    kept = await history(http, heard[0]["conversation_id"])
    assert kept[1]["content"] == "a text of several pieces"


async def test_a_script_can_end_a_stream_without_done(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    api.script.will(Say(text="half an ans", pieces=1), CutStream(clean=True))
    assert types(await events(http)) == ["conversation.response.started", "message.output.delta"]


async def test_a_lost_answer_was_stored(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    conversation = (await start(http))["conversation_id"]
    api.fault("conversations.append", "lost", times=2)
    for stream in (False, True):
        with pytest.raises(httpx2.RemoteProtocolError):
            await append(http, conversation, "heard?", stream=stream)
    assert len(await history(http, conversation)) == 6


async def test_a_kill_hits_before_or_after_the_turn_is_stored(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    conversation = (await start(http))["conversation_id"]
    for when, stored in [("before", 2), ("after", 4)]:
        victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])  # noqa: ASYNC220
        api.fault("conversations.append", "kill", pid=victim.pid, when=when)
        with pytest.raises(httpx2.RemoteProtocolError):
            await append(http, conversation, "x", stream=True)
        assert await asyncio.to_thread(victim.wait, 5) == -9
        assert len(await history(http, conversation)) == stored


async def test_a_kill_can_come_in_the_middle_of_a_stream(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])  # noqa: ASYNC220
    api.fault("conversations.start", "cut", events=2)
    api.fault("conversations.start", "kill", pid=victim.pid, when="after")
    heard, problem = await heard_until_broken(http)
    assert len(heard) == 2
    assert problem is not None
    assert await asyncio.to_thread(victim.wait, 5) == -9


async def test_an_error_in_a_stream_leaves_nothing_unless_told_so(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    conversation = (await start(http))["conversation_id"]
    for on_error, kept in [("discard", 2), ("inputs", 3)]:
        api.switch(on_error=on_error)
        api.script.will_error("no capacity", after="I was")
        heard = await events(http, f"{START}/{conversation}", inputs="x")
        assert heard[-1]["type"] == "conversation.response.error"
        assert heard[-1]["message"] == "no capacity"
        assert len(await history(http, conversation)) == kept


async def test_a_refusal_before_the_first_event_is_an_http_error(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    api.script.will_fail(status=429, retry_after=2)
    answer = await http.post(START, json={"model": MODEL, "inputs": "x", "stream": True})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert answer.headers["content-type"] == "application/json"
    assert (await http.get(START)).json() == []


async def test_pieces_with_a_pause_arrive_one_by_one(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    api.script.will(Say(text="a"), Wait(seconds=0.01), Say(text="b"))
    body = {"model": MODEL, "inputs": "x", "stream": True}
    async with http.stream("POST", START, json=body) as response:
        parts = [part async for part in response.aiter_raw()]
    assert len(parts) >= 2


async def test_max_tokens_ends_the_answer_silently(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    api.script.will_say("word " * 100, pieces=20)
    heard = await events(http, completion_args={"max_tokens": 10})
    assert "".join(event["content"] for event in heard[1:-1]) == ("word " * 8)
    assert heard[-1]["usage"]["completion_tokens"] == 10
