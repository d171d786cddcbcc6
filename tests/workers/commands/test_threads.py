"""`threadwind turn` and `thread`: what became of a message, told without any of its words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.models import ThreadKey
from tests.stories.conftest import MakeWorld
from tests.workers.commands.conftest import Threadwind, environment_of
from tests.world import GENERAL, REPOSITORY, TEAM, Thread, World, until
from workers.commands import journey, lookup
from workers.commands.cannot import Cannot

QUESTION, ANSWER = "what is the zanzibar figure?", "It is fortytwo."
STEP = re.compile(r"""\.step\(\s*(?:[^,"]+,\s*)?"(\w+)\"""")


async def a_turn(world: World) -> Thread:
    world.mistral.script.will_say(ANSWER)
    thread = await world.mention(QUESTION)
    await thread.answered()
    return thread


def no_words(said: str, world: World) -> bool:
    secrets = (world.settings.slack_bot_token, world.settings.mistral_api_key)
    hidden = ("zanzibar", "fortytwo", *(secret.get_secret_value() for secret in secrets))
    return not any(word in said for word in hidden)


def fields_of(said: str) -> dict[str, str]:
    return dict(re.split(r"  +", line, maxsplit=1) for line in said.splitlines() if re.match(r"\w[\w ]*  +\S", line))


async def test_a_turns_journey_is_told_in_steps_and_seconds(world: World, threadwind: Threadwind) -> None:
    thread = await a_turn(world)
    turn = (await thread.record())["last_turn"]
    ran = await threadwind("turn", turn, **environment_of(world))
    assert ran.status == 0, ran.err
    said = fields_of(ran.out)
    assert said["Turn"] == turn
    assert said["State"] == "answered"
    assert said["Thread"] == thread.key
    assert said["Permalink"].startswith("http")
    assert thread.root.replace(".", "") in said["Permalink"]
    assert said["Agent"] == "assistant"
    assert said["Principal"] == "U0ADA"
    assert re.search(r"^ +0\.000  a worker took the mail \(waited ", ran.out, re.MULTILINE)
    assert re.search(r"^ +\d+\.\d{3}  Mistral answered \(tokens \d+\)$", ran.out, re.MULTILINE)
    assert re.search(r"^ +\d+\.\d{3}  the answer was delivered$", ran.out, re.MULTILINE)
    assert no_words(ran.all, world)


async def test_a_turn_that_was_tried_again_says_so_and_begins_with_its_first_try(
    make_world: MakeWorld, threadwind: Threadwind
) -> None:
    world = await make_world(mistral_wait_limit=0)
    world.mistral_fault("conversations.start", "status", status=503)
    thread = await a_turn(world)
    turn = (await thread.record())["last_turn"]
    failed = fields_of((await threadwind.here("turn", turn, **environment_of(world))).out)
    began = (await world.hash(f"tw:turn:{TEAM}:{turn}"))["began"]
    await world.click(thread.ours[-1], "again")
    await until(lambda: ANSWER in thread.said, seen=lambda: thread.said)
    await thread.rests()
    ran = await threadwind.here("turn", turn, **environment_of(world))
    said = fields_of(ran.out)
    assert said["State"] == "answered"
    assert said["Began"] == failed["Began"]
    assert json.loads(await world.redis.get(f"tw:ended:{TEAM}:{turn}"))["began"] == began
    steps = [line.split(maxsplit=1)[1] for line in ran.out.splitlines() if re.match(r" +\d+\.\d{3}  ", line)]
    assert steps[0].startswith("a worker took the mail")
    assert "a person pressed Try again" in steps[steps.index("the turn failed") :]
    assert not any("took the turn up" in step for step in steps)


async def test_a_turn_is_found_with_nothing_but_the_address_of_redis(world: World, threadwind: Threadwind) -> None:
    thread = await a_turn(world)
    turn = (await thread.record())["last_turn"]
    ran = await threadwind.here("turn", turn, REDIS_URL=world.settings.redis_url)
    assert ran.status == 0, ran.err
    assert fields_of(ran.out)["Permalink"] == "(SLACK_BOT_TOKEN is not set, so Slack was not asked)"


async def test_a_thread_is_found_by_its_link_by_a_replys_link_and_by_its_key(
    world: World, threadwind: Threadwind
) -> None:
    thread = await a_turn(world)
    record = await thread.record()
    digits = thread.root.replace(".", "")
    root_link = f"https://play.slack.com/archives/{GENERAL}/p{digits}"
    reply_link = f"https://play.slack.com/archives/{GENERAL}/p1790000000000100?thread_ts={thread.root}&cid={GENERAL}"
    environment = environment_of(world)
    by_root = await threadwind("thread", root_link, **environment)
    by_reply = await threadwind.here("thread", reply_link, **environment)
    by_key = await threadwind.here("thread", thread.key, **environment)
    without_slack = await threadwind.here("thread", root_link, REDIS_URL=world.settings.redis_url)
    assert by_root.status == 0, by_root.err
    assert by_root.out == by_reply.out == by_key.out
    said = fields_of(by_root.out)
    assert said["Thread"] == thread.key == fields_of(without_slack.out)["Thread"]
    assert said["State"] == "idle: nothing is open"
    assert said["Conversation"] == record["conversation_id"]
    assert said["Agent"] == "assistant"
    assert said["Open turn"] == "none"
    assert said["Last turn"] == record["last_turn"]
    assert said["Mail waiting"] == "0"
    assert no_words(by_root.all, world)


async def test_an_open_turn_shows_none_of_what_it_holds(redis: Redis, threadwind: Threadwind, redis_url: str) -> None:
    """The journal of an open turn has the messages, the arguments and the results; none of them are the operator's."""
    place = ThreadKey(TEAM, GENERAL, "1700000000.000100")
    steps = [
        [0.0, "claimed", {"mail": 1}],
        [0.2, "called", {"tool": "bad\x1b[2Jname", "result": "zanzibar", "ran": "yes"}],
    ]
    journal: dict[Any, Any] = {
        "thread": str(place),
        "principal": "U0ADA",
        "began": "1700000000.5",
        "input": "zanzibar",
        "mail": json.dumps(['{"text":"zanzibar"}']),
        "call:1": '{"arguments":"zanzibar"}',
        "steps": json.dumps(steps),
    }
    await redis.hset(keys.turn(TEAM, "openturn22"), mapping=journal)  # type: ignore[misc]  # sync or async to mypy
    record: dict[Any, Any] = {"state": "asking", "turn": "openturn22", "open_calls": '{"1":"zanzibar"}'}
    await redis.hset(keys.thread(place), mapping=record)  # type: ignore[misc]  # as above
    await redis.rpush(keys.mailbox(place), '{"text":"zanzibar"}')  # type: ignore[misc]  # as above
    turn = await threadwind.here("turn", "openturn22", REDIS_URL=redis_url)
    thread = await threadwind.here("thread", str(place), REDIS_URL=redis_url)
    assert fields_of(turn.out)["State"] == "open; its thread is asking a person for a yes; no worker waits"
    assert "0.200  the tool was done (tool bad [2Jname, ran yes)" in turn.out
    assert fields_of(thread.out)["Mail waiting"] == "1"
    assert fields_of(thread.out)["Open turn"] == "openturn22"
    assert "zanzibar" not in turn.all + thread.all
    assert "\x1b" not in turn.all


async def test_what_is_not_known_is_said_in_one_sentence(redis: Redis, threadwind: Threadwind, redis_url: str) -> None:
    turn = await threadwind.here("turn", "nosuchturn", REDIS_URL=redis_url)
    thread = await threadwind.here("thread", "https://a.slack.com/archives/C1/p1790000000000100", REDIS_URL=redis_url)
    away = await threadwind.here("turn", "nosuchturn", REDIS_URL="redis://:hunter-two@127.0.0.1:1/0")
    assert (turn.status, turn.out, turn.err) == (
        1,
        "",
        "threadwind: No turn nosuchturn is known; one that ended is forgotten after 7 days.\n",
    )
    assert thread.status == 1
    assert thread.err.startswith("threadwind: No thread of the bot is known there.")
    assert away.status == 1
    assert "Redis at 127.0.0.1:1/0 gives no usable answer" in away.err
    assert "hunter-two" not in away.all


async def test_the_same_thread_in_two_workspaces_must_be_named_whole(redis: Redis) -> None:
    for team in ("T1", "T2"):
        await redis.hset(keys.thread(ThreadKey(team, "C1", "1790000000.000100")), "state", "idle")  # type: ignore[misc]  # as above
    link = lookup.parse("https://a.slack.com/archives/C1/p1790000000000100")
    with pytest.raises(Cannot, match=r"T1:C1:1790000000\.000100, T2:C1:1790000000\.000100"):
        await lookup.thread(redis, link, None)
    found = await lookup.thread(redis, lookup.parse("T2:C1:1790000000.000100"), None)
    assert found.thread.team == "T2"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://acme.slack.com/archives/C07/p1790000000000100", (None, "C07", "1790000000.000100")),
        (
            "https://acme.slack.com/archives/C07/p1790000009000900?thread_ts=1790000000.000100&cid=C07",
            (None, "C07", "1790000000.000100"),
        ),
        ("<https://acme.slack.com/archives/D07/p1790000000000100>", (None, "D07", "1790000000.000100")),
        ("http://127.0.0.1:8031/archives/C0GENERAL/p1790000000000100", (None, "C0GENERAL", "1790000000.000100")),
        (" T1:C07:1790000000.000100\n", ("T1", "C07", "1790000000.000100")),
    ],
)
def test_links_and_keys_are_understood(text: str, expected: tuple[str | None, str, str]) -> None:
    place = lookup.parse(text)
    assert (place.team, place.channel, place.root_ts) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "https://acme.slack.com/archives/C07",
        "https://acme.slack.com/archives/C07/p17",
        "https://acme.slack.com/archives/C07/p1790000000000100?thread_ts=*",
        "*:C07:1790000000.000100",
        "T1:*:*",
        "https://[::1/archives",
    ],
)
def test_anything_else_is_refused_and_never_becomes_a_pattern(text: str) -> None:
    with pytest.raises(Cannot, match="That is no link"):
        lookup.parse(text)


def test_every_step_that_a_turn_notes_has_words() -> None:
    noted = {name for file in (REPOSITORY / "workers").rglob("*.py") for name in STEP.findall(Path(file).read_text())}
    assert noted
    assert noted <= journey.STEPS.keys()
