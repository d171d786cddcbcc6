"""What can be made to go wrong with the Web API."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.playground.slack.conftest import ADA, DM, GENERAL, TEAM, MakeWorld, World

AUTH = {"Authorization": "Bearer xoxb-playground"}


async def test_429_comes_with_retry_after_and_nothing_is_applied(world: World) -> None:
    await world.fault(request="chat.postMessage", kind="status", status=429, retry_after=2)

    async with world.http.post(
        f"{world.url}/api/chat.postMessage", json={"channel": GENERAL, "text": "x"}, headers=AUTH
    ) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "2")
        assert await response.json() == {"ok": False, "error": "ratelimited"}

    assert (await world.slack.conversations_history(channel=GENERAL))["messages"] == []
    assert (await world.call("chat.postMessage", channel=GENERAL, text="x"))["ok"]


async def test_500_on_the_second_call_only(world: World) -> None:
    await world.fault(request="chat.*", kind="status", status=503, skip=1)

    statuses = []
    for _ in range(3):
        body = {"channel": GENERAL, "text": "x"}
        async with world.http.post(f"{world.url}/api/chat.postMessage", json=body, headers=AUTH) as response:
            statuses.append(response.status)

    assert statuses == [200, 503, 200]


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.startStream"])
async def test_a_lost_answer_was_applied(world: World, method: str) -> None:
    root = await world.say("go", channel=DM)
    await world.fault(request=method, kind="lost")

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await world.call(method, channel=DM, thread_ts=root, markdown_text="said", recipient_user_id=ADA)

    replies = (await world.slack.conversations_replies(channel=DM, ts=root))["messages"]
    assert [message["text"] for message in replies] == ["go", "said"]


async def test_a_named_error_can_be_had(world: World) -> None:
    await world.fault(request="auth.test", kind="error", code="account_inactive")

    assert (await world.call("auth.test"))["error"] == "account_inactive"


@pytest.mark.parametrize(("when", "said"), [("before", ["go"]), ("after", ["go", "x"])])
async def test_a_process_can_be_killed_around_a_call(world: World, when: str, said: list[str]) -> None:
    victim = await asyncio.create_subprocess_exec("sleep", "60")
    try:
        root = await world.say("go", channel=DM)
        await world.fault(request="chat.postMessage", kind="kill", pid=victim.pid, when=when)

        with pytest.raises(aiohttp.ServerDisconnectedError):
            await world.call("chat.postMessage", channel=DM, thread_ts=root, text="x")

        assert await asyncio.wait_for(victim.wait(), 5) == -9
        replies = (await world.slack.conversations_replies(channel=DM, ts=root))["messages"]
        assert [message["text"] for message in replies] == said
    finally:
        if victim.returncode is None:
            victim.kill()
            await victim.wait()


async def test_faults_are_counted_and_cleared(world: World) -> None:
    await world.fault(request="*", kind="error", times=0)
    await world.call("auth.test")
    before = await world.get("faults")
    async with world.http.delete(f"{world.url}/_control/faults") as response:
        after = await response.json()

    assert before["rules"][0]["kind"] == "error"
    assert before["seen"] == {"auth.test": 1}
    assert after["rules"] == []
    assert (await world.call("auth.test"))["ok"]


async def test_a_fault_that_makes_no_sense_is_refused(world: World) -> None:
    async with world.http.post(f"{world.url}/_control/faults", json=[{"request": "*", "kind": "magic"}]) as response:
        assert response.status == 400


async def test_the_minimal_profile_knows_no_streams_sessions_or_metadata(make_world: MakeWorld) -> None:
    world = await make_world(profile="minimal")
    root = await world.say("go")
    posted = await world.call(
        "chat.postMessage",
        channel=GENERAL,
        thread_ts=root,
        text="hi",
        metadata={"event_type": "t", "event_payload": {}},
    )
    stream = {"channel": GENERAL, "thread_ts": root, "recipient_user_id": ADA, "recipient_team_id": TEAM}

    calls: dict[str, dict[str, Any]] = {
        "chat.startStream": stream,
        "assistant.threads.setStatus": {"channel_id": GENERAL, "thread_ts": root, "status": "x"},
        "agents.sessions.setStatus": {"channel_id": GENERAL, "thread_ts": root, "status": "active"},
        "files.getUploadURLExternal": {"filename": "a", "length": 1},
        "chat.postEphemeral": {"channel": GENERAL, "user": ADA, "text": "x"},
    }
    for method, arguments in calls.items():
        assert (await world.call(method, **arguments))["error"] == "unknown_method", method
    assert (await world.call("chat.update", channel=GENERAL, ts=posted["ts"], text="hi again"))["ok"]
    replies = await world.slack.conversations_replies(channel=GENERAL, ts=root, include_all_metadata=True)
    assert "metadata" not in replies["messages"][1]
