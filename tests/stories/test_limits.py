"""What there is too much of is said: too many messages, too many tokens, too much time gone by."""

from __future__ import annotations

import json
from pathlib import Path

from tests.stories.conftest import MakeWorld
from tests.stories.tools import ODD_JOBS, agent, runs
from tests.world import ADA, BOT, CAMILLE, Thread, World, until

HOUR = 3600.0


async def heard(world: World) -> None:
    """Until Slack has delivered everything."""
    await until(lambda: world.slack.delivery.underway == 0)


# ---- a full mailbox -------------------------------------------------------------------------------------------------


async def test_a_message_too_many_is_refused_to_its_writer_alone_and_in_their_language(make_world: MakeWorld) -> None:
    world = await make_world(worker=False, mailbox_limit=2)
    thread = await world.mention("one")
    await thread.reply(f"<@{BOT}> two")
    await heard(world)
    await thread.reply(f"<@{BOT}> trois", user=CAMILLE)
    await thread.reply(f"<@{BOT}> four", user=ADA)
    await until(lambda: {ADA, CAMILLE} <= {user for user, _ in world.whispers}, seen=lambda: world.whispers)
    told = dict(world.whispers)
    assert told[CAMILLE].startswith("Trop de messages m’attendent dans ce fil")
    assert told[ADA].startswith("Too many messages are waiting for me in this thread")
    assert thread.said == []

    await world.start_worker()
    await thread.answered()
    assert not any("four" in said for said in thread.said)
    await thread.reply(f"<@{BOT}> four, again")
    await until(lambda: "four, again" in thread.said[-1], seen=lambda: thread.said)


async def test_a_message_too_many_is_refused_once(make_world: MakeWorld) -> None:
    """A mention comes as two events."""
    world = await make_world(worker=False, mailbox_limit=1)
    thread = await world.mention("one")
    await heard(world)
    await thread.reply(f"<@{BOT}> two")
    await heard(world)
    await until(lambda: world.whispers)
    await world.start_worker()
    await thread.answered()
    assert [user for user, _ in world.whispers] == [ADA]


async def test_a_full_mailbox_still_hears_a_stop(make_world: MakeWorld) -> None:
    world = await make_world(mailbox_limit=1)
    world.mistral.script.hold(after=1)
    world.mistral.script.will_say("a long story that nobody wants", pieces=6)
    thread = await world.dm("tell me a story")
    await world.mistral.script.until_held()
    await thread.reply("and another")
    await heard(world)
    await thread.reply("stop")
    await until(lambda: any("Stopped" in said for said in thread.said), seen=lambda: thread.said)
    world.mistral.script.release()
    await until(lambda: any("and another" in said for said in thread.said), seen=lambda: thread.said)
    await thread.rests()


# ---- tokens ---------------------------------------------------------------------------------------------------------


async def test_a_turn_that_used_its_tokens_ends_with_a_sentence_and_its_calls_are_closed(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS, token_limit=1000)
    script = world.mistral.script
    script.will_call("odd__count", {"journal": str(tmp_path / "ran"), "padding": "x" * 8000})
    thread = await world.mention("count")
    [said] = await thread.answered()
    assert "this answer used all of the 1,000 tokens it may use" in said
    assert runs(tmp_path / "ran") == 0
    assert thread.status == ""
    [closing] = world.mistral.log.requests("conversations.append")
    assert closing.body is not None
    assert [entry["type"] for entry in closing.body["inputs"]] == ["function.result"]
    assert "the limit for one answer is reached" in closing.body["inputs"][0]["result"]

    script.clear()
    await thread.reply(f"<@{BOT}> are you there?")
    await until(lambda: "are you there?" in thread.said[-1], seen=lambda: thread.said)


async def test_an_answer_that_took_too_many_tokens_but_is_complete_is_no_less_an_answer(make_world: MakeWorld) -> None:
    world = await make_world(token_limit=1000)
    world.mistral.script.will_say("word " * 2000)
    thread = await world.mention("write")
    [said] = await thread.answered()
    assert "tokens" not in said


# ---- age ------------------------------------------------------------------------------------------------------------


async def left_open(world: World, *, began_ago: float) -> Thread:
    """A turn whose worker died some time ago, with its request on record and its answer never fetched."""
    thread = await world.mention("what broke?")
    await heard(world)
    [mail] = await world.redis.lrange(f"tw:mail:{thread.key}", 0, -1)  # type: ignore[misc]  # sync or async to mypy
    came = json.loads(mail)["at"]
    journal = {
        "v": "1",
        "mail": json.dumps([mail.decode()]),
        "principal": ADA,
        "principal_team": "T0PLAY",
        "began": str(came - began_ago),
        "thread": thread.key,
        "agent": "assistant",
        "input": "[Ada] what broke?",
        "request": json.dumps({"number": 0, "kind": "start", "after": None}),
    }
    await world.redis.hset("tw:turn:T0PLAY:leftopen22", mapping=journal)  # type: ignore[misc]  # as above
    await world.redis.hset(f"tw:thread:{thread.key}", mapping={"turn": "leftopen22", "agent": "assistant"})  # type: ignore[misc]  # as above
    await world.redis.delete(f"tw:mail:{thread.key}")
    return thread


async def test_a_turn_that_is_found_too_late_is_not_answered_but_said(make_world: MakeWorld) -> None:
    world = await make_world(worker=False, recovery_age_limit=HOUR)
    thread = await left_open(world, began_ago=HOUR + 5)
    await world.start_worker()
    [said] = await thread.answered()
    assert said.startswith("I was away for too long to answer this now")
    assert "leftopen22" in said
    assert world.mistral.log.requests("conversations.start") == []
    assert (await thread.record()).get("last_turn") == "leftopen22"
    assert await world.redis.zcard("tw:leases") == 0

    await thread.reply(f"<@{BOT}> still, what broke?")
    assert "still, what broke?" in (await thread.answered(2))[1]


async def test_a_turn_that_is_found_in_time_is_answered(make_world: MakeWorld) -> None:
    world = await make_world(worker=False, recovery_age_limit=HOUR)
    thread = await left_open(world, began_ago=HOUR - 60)
    await world.start_worker()
    assert await thread.answered() == ["answer to: [Ada] what broke?"]
