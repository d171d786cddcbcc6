"""A question asked by a command begins a thread, once, whatever happens to the worker that begins it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisAway

from bot.slack.commands import Command
from bot.threads.mailbox import Mailbox
from bot.threads.models import ThreadKey
from tests.stories.conftest import MakeWorld
from tests.world import ADA, AGENT, BOT, GENERAL, TEAM, Thread, World, until, until_true

FRIEND = AGENT.replace("Helps.", "A friend.")
TWO = {"assistant": AGENT, "friend": FRIEND}
RANDOM = "C0RANDOM"  # the bot is not in there


async def asked(world: World, text: str, *, agent: str = "friend", channel: str = GENERAL) -> ThreadKey:
    """What the bot stores when a command asks `agent` something; by hand, so that a test can say it twice."""
    command = Command(
        command="/agent",
        user_id=ADA,
        channel_id=channel,
        team_id=TEAM,
        trigger_id=f"trigger of {text}",
        response_url="http://127.0.0.1:9/nobody",
    )
    mail = replace(command.to_question(agent, text), at=time.time())
    await Mailbox(world.redis).accept(mail)
    return mail.thread


def roots(world: World, channel: str = GENERAL) -> list[Thread]:
    messages = world.slack.workspace.conversations[channel].messages.values()
    return [Thread(world, channel, m.ts) for m in messages if m.user == BOT and m.root_ts == m.ts]


async def opened(world: World, times: int = 2) -> Thread:
    """The one thread that the bot began, once its question is answered."""
    await until(lambda: roots(world))
    thread = roots(world)[0]
    await thread.answered(times)
    return thread


async def done(world: World, errand: ThreadKey) -> None:
    async def idle() -> bool:
        return (await world.hash(f"tw:thread:{errand}")).get("state") == "idle"

    await until_true(idle, seen=lambda: [thread.said for thread in roots(world)])


async def test_a_thread_begins_with_who_asks_whom_and_what(make_world: MakeWorld) -> None:
    world = await make_world(agents=TWO)
    await asked(world, "what broke &amp; when, <@U0GRACE>?")
    thread = await opened(world)
    assert thread.said[0] == "Ada asks Friend:\n> what broke &amp; when, @Grace?"  # nobody is called by it
    record = await thread.record()
    assert record["agent"] == "friend"
    [start] = world.mistral.log.requests("conversations.start")
    assert "what broke & when" in str(start.body)
    assert "[Ada]" in str(start.body)


async def test_an_errand_is_no_thread_of_the_bots_and_is_forgotten_after_an_hour(make_world: MakeWorld) -> None:
    world = await make_world(agents=TWO, replies_without_mention=True)
    errand = await asked(world, "one")
    thread = await opened(world)
    await done(world, errand)
    record = await world.hash(f"tw:thread:{errand}")
    assert "alone" not in record
    kept = [key async for key in world.redis.scan_iter() if str(errand) in key.decode() and b"open:" not in key]
    assert kept
    for key in kept:
        assert 0 < await world.redis.ttl(key) <= timedelta(hours=1).total_seconds()
    await thread.reply("two")  # the thread that began is the asker's own, and followed as any
    assert "two" in (await thread.answered(3))[-1]


async def test_where_the_bot_is_no_member_the_asker_is_told_what_to_do(make_world: MakeWorld) -> None:
    world = await make_world(agents=TWO)
    said = await world.command("/agent", "friend hello", channel=RANDOM)
    assert said.startswith("I am not in this channel, so I cannot answer there. Invite me with `/invite`")
    assert roots(world, RANDOM) == []

    async def done_with() -> bool:
        return [key async for key in world.redis.scan_iter("tw:mail:*")] == []

    await until_true(done_with, seen=lambda: said)


async def test_a_question_that_waited_for_too_long_is_told_so(make_world: MakeWorld) -> None:
    world = await make_world(agents=TWO, recovery_age_limit=0)
    assert (await world.command("/agent", "friend hello")).startswith("I was away for too long")
    assert roots(world) == []


def dying(world: World, name: str, number: int, when: str) -> Callable[[], bool]:
    """Let the store be lost to the worker at the `number`th call of `name`: to the store, the worker has died there."""
    services = world.workers[0].ctx["services"]
    room: Any = services.mailbox if name == "accept" else services.turns
    method: Callable[..., Awaitable[Any]] = getattr(room, name)
    calls = 0

    async def call(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number and when == "before":
            raise RedisAway("died")
        answer = await method(*args, **options)
        if calls == number:
            raise RedisAway("died")
        return answer

    room.__dict__[name] = call
    return lambda: calls >= number


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("name", "number"), [("claim", 1), ("note", 1), ("note", 2), ("accept", 1), ("finish", 1)])
async def test_a_worker_that_dies_at_any_step_leaves_one_thread_and_one_answer(
    make_world: MakeWorld, name: str, number: int, when: str
) -> None:
    world = await make_world(agents=TWO, lease=1)
    await until(lambda: "services" in world.workers[0].ctx)
    died = dying(world, name, number, when)
    errand = await asked(world, "only once")
    await until(died)
    await done(world, errand)
    thread = await opened(world)
    assert [each.root for each in roots(world)] == [thread.root]
    assert len(thread.said) == 2
    assert len(world.mistral.log.requests("conversations.start")) == 1


@pytest.mark.parametrize("when", ["lost", "status"])
async def test_a_root_whose_answer_was_lost_is_looked_up_in_the_channel(make_world: MakeWorld, when: str) -> None:
    world = await make_world(agents=TWO)
    world.slack_fault("chat.postMessage", when)
    await asked(world, "only once")
    thread = await opened(world)
    assert [each.root for each in roots(world)] == [thread.root]
    assert world.calls("conversations.history") > 0


async def test_without_a_history_scope_a_lost_root_is_posted_anew_and_says_so(make_world: MakeWorld) -> None:
    scopes = frozenset({"app_mentions:read", "chat:write", "im:history", "assistant:write", "users:read"})
    world = await make_world(agents=TWO, slack={"scopes": scopes})
    world.slack_fault("chat.postMessage", "lost")
    errand = await asked(world, "only once")
    await done(world, errand)
    first, second = roots(world)
    await second.answered(2)
    assert second.said[0].startswith("I could not tell whether this question arrived here")
    assert len(first.said) == 1
    assert len(world.mistral.log.requests("conversations.start")) == 1


async def test_an_errand_that_a_worker_hands_on_is_done_by_the_next(make_world: MakeWorld) -> None:
    world = await make_world(agents=TWO, lease=30)
    world.slack_fault("chat.postMessage", "delay", seconds=5)
    await asked(world, "only once")
    await until(lambda: world.calls("chat.postMessage"))
    await world.end_worker(0)
    await world.start_worker()
    thread = await opened(world)
    assert [each.root for each in roots(world)] == [thread.root]


async def test_an_errand_stored_twice_is_done_once(make_world: MakeWorld) -> None:
    world = await make_world(agents=TWO)
    first, second = await asked(world, "only once"), await asked(world, "only once")
    assert first == second
    await opened(world)
    assert len(roots(world)) == 1
