"""An agent promises something for later: what is kept, what the thread reads of it, and what it may not promise."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.follow_ups.models import FollowUp, Status, When, Why
from bot.follow_ups.store import FollowUps
from bot.slack import wire
from playground.agents_api.brains.steps import CallFunction
from playground.slack.models import Message
from tests.stories.conftest import MakeWorld
from tests.stories.test_follow_ups_people import press, whispers
from tests.stories.tools import said
from tests.world import ADA, CAMILLE, DM, GENERAL, GRACE, TEAM, Thread, World, until, words_in
from workers.follow_ups import confirming, making
from workers.tools.names import FOLLOW_UPS

AGENT = """\
---
model: mistral-medium-latest
description: Helps.
follow_ups: true
---
Help the people in this thread.
"""
TASK = "Look at the <!channel> deploy and say how it stands."


def schedule(name: str = "call00001", **arguments: Any) -> CallFunction:
    return CallFunction(name="schedule_follow_up", arguments={"task": TASK, **arguments}, tool_call_id=name)


def later(**length: float) -> str:
    return (datetime.now(UTC).replace(microsecond=0) + timedelta(**length)).isoformat()


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    return await make_world(agents={"assistant": AGENT})


async def asked(world: World, *calls: CallFunction, text: str = "later, please", dm: bool = False) -> Thread:
    """A thread in which the agent has made these calls in one round, and answered."""
    world.mistral.script.will(*calls)
    world.mistral.script.will_say("I will.")
    thread = await (world.dm(text) if dm else world.mention(text))
    await answered(thread)
    return thread


async def again(world: World, thread: Thread, *calls: CallFunction, user: str = ADA, text: str = "and now?") -> None:
    """The same in a thread that there is already."""
    before = thread.said.count("I will.")
    world.mistral.script.will(*calls)
    world.mistral.script.will_say("I will.")
    mention = "" if thread.channel == DM else "<@U0BOT> "
    await thread.reply(f"{mention}{text}", user=user)
    await answered(thread, before + 1)


async def answered(thread: Thread, times: int = 1) -> None:
    await until(lambda: thread.said.count("I will.") == times, seen=lambda: thread.said)
    assert (await thread.rests())["state"] == "idle"


async def kept(world: World, user: str = ADA) -> list[FollowUp]:
    return [one.follow_up for one in await FollowUps(world.redis).of(TEAM, user)]


async def state(world: World, follow_up: FollowUp) -> FollowUp:
    found = await FollowUps(world.redis).get(TEAM, follow_up.id)
    assert found is not None
    return found.follow_up


def cards(thread: Thread) -> list[Message]:
    return [one for one in thread.ours if "follow_up:cancel" in json.dumps(one.blocks)]


def drawn(message: Message) -> str:
    return "\n".join(words_in(message.blocks))


async def put(world: World, **more: Any) -> FollowUp:
    """One that is there already."""
    made: dict[str, Any] = {
        "id": "22elsewhere"[:10],
        "team": TEAM,
        "channel": GENERAL,
        "owner": ADA,
        "owner_team": TEAM,
        "prompt": "the zanzibar affair",
        "when": When(cron="0 9 * * 1", zone="UTC"),
        "made_at": 1_700_000_000,
        "due": 4_000_000_000,
        **more,
    }
    one = FollowUp(**made)
    await FollowUps(world.redis).add(one, most_of_person=9, most_in_thread=9)
    return one


@pytest.mark.parametrize("dm", [False, True], ids=["whole", "streamed"])
async def test_it_is_kept_for_the_person_and_the_thread_reads_what_was_promised(world: World, dm: bool) -> None:
    at = later(minutes=20)
    thread = await asked(world, schedule(at=at, until="the deploy is done", quiet=True), dm=dm)
    [made] = await kept(world)
    assert (made.thread, made.owner, made.agent, made.made_by) == (
        type(made.thread)(TEAM, thread.channel, thread.root),  # type: ignore[misc]  # a thread's
        ADA,
        "assistant",
        "assistant",
    )
    assert (made.prompt, made.until, made.quiet) == (wire.escape(TASK), "the deploy is done", True)
    assert made.due == made.when.at == int(datetime.fromisoformat(at).timestamp())
    [result] = said(world)
    utc = datetime.fromisoformat(at).astimezone(UTC)
    assert result.startswith(f"Follow-up {made.id} is scheduled: once, on ")
    assert f"(Europe/London), that is {utc:%Y-%m-%dT%H:%M:%SZ}. It runs in this thread." in result
    [card] = cards(thread)
    assert thread.ours[-1] is card, "below the answer"
    assert "Look at the" in drawn(card)
    assert "the deploy is done" in drawn(card)
    assert ("(Europe/London)" in drawn(card)) is not dm, "others read along in a channel"
    assert "<!channel>" not in json.dumps(card.blocks) + card.text
    await until(lambda: card.ts, seen=lambda: made)
    assert (await state(world, made)).card == card.ts


async def test_a_recurrence_is_in_the_persons_own_zone_and_in_french_for_who_reads_it(world: World) -> None:
    world.mistral.script.will(schedule(cron="0 9 * * 1", times=3, where="channel"))
    world.mistral.script.will_say("I will.")
    thread = await world.mention("chaque lundi", user=CAMILLE)
    await answered(thread)
    [made] = await kept(world, CAMILLE)
    assert (made.when, made.most_runs, made.thread) == (When(cron="0 9 * * 1", zone="Europe/Paris"), 3, None)
    [result] = said(world)
    assert "every Monday at 9:00" in result
    assert "It runs each time in a new thread of this channel." in result
    [card] = cards(thread)
    assert "Suivi pour Camille" in drawn(card)
    assert "chaque lundi" in drawn(card)
    assert "Prochaine fois\u00a0: le " in drawn(card)
    assert drawn(card).count("(Europe/Paris)") == 1, "of the rule; the next time is in the same"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"at": "2020-01-01T09:00:00+00:00"}, "That time is over. The nearest one that is to come is "),
        ({"at": "2030-02-30T09:00:00+00:00"}, "is no time in ISO 8601"),
        (
            {"at": "2030-02-20T09:00:00"},
            "has no offset, and the person is in Europe/London. If you mean",
        ),
        ({"cron": "* * * * *"}, "That is too often: at most once every 5 minutes."),
        ({"cron": "0 9 * * 1", "zone": "Europe/Pari"}, "Did you mean Europe/Paris?"),
        ({"cron": "0 9 * * 1", "at": "2030-02-20T09:00:00+00:00"}, "exactly one of at, cron, rule and webhook"),
        ({}, "Say when: give exactly one of at, cron, rule and webhook."),
        ({"cron": "0 9 * * 1", "ends": "2020-01-01T09:00:00+00:00"}, "ends: That time is over."),
        ({"cron": "0 9 * * 1", "tools": ["github__merge"]}, 'You have no tool "github__merge"; '),
        ({"cron": "0 9 * * 1", "task": " "}, "Say what I am to do then, too."),
        ({"cron": "0 9 * * 1", "when": "soon"}, "Wrong arguments for schedule_follow_up"),
        ({"webhook": True, "events": ["issues.closed"] * 20}, "A webhook needs an address that other services reach"),
        ({"webhook": True, "events": ["issues.closed"] * 21}, "Wrong arguments for schedule_follow_up: events"),
        ({"webhook": True, "events": ["e" * 81]}, "Wrong arguments for schedule_follow_up: events"),
        (
            {"webhook": True, "events": ["isues.closed"]},
            "events: I know no event “isues.closed”. Did you mean `issues.",
        ),
        ({"webhook": True, "events": ["a ticket is closed"]}, "events: I know no event “a ticket is closed”. GitHub’s"),
        ({"cron": "0 9 * * 1", "events": ["issues.closed"]}, "events: a webhook alone has events."),
    ],
)
async def test_what_cannot_be_promised_is_a_sentence_for_the_model(
    world: World, arguments: Mapping[str, Any], sentence: str
) -> None:
    thread = await asked(world, schedule(**arguments))
    assert await kept(world) == []
    assert cards(thread) == []
    entries = [entry for body in bodies(world) for entry in body["inputs"] if isinstance(entry, dict)]
    [result] = [entry["result"] for entry in entries if "result" in entry]
    assert "Error: " in result
    assert sentence in result


def body_of(request: Any) -> dict[str, Any]:
    assert isinstance(request.body, dict)
    return request.body


def bodies(world: World) -> list[dict[str, Any]]:
    return [body_of(one) for one in world.mistral.requests("conversations.append")]


async def test_of_this_place_all_are_listed_and_of_others_only_how_many(world: World) -> None:
    """In a channel others read along; in a direct message nobody does."""
    thread = await asked(world, schedule(at=later(hours=1)))
    hers = await put(world, id="22graces22", owner=GRACE, prompt="hers here", thread_ts=thread.root)
    await put(world, id="22secret22", channel="D0ADA", thread_ts="1700000000.000100")
    await again(world, thread, CallFunction(name="list_follow_ups"))
    listed = said(world)[-1]
    [mine] = [one for one in await kept(world) if one.id != "22secret22"]
    assert f"- {mine.id}, of Ada, in this thread:" in listed
    assert f'- {hers.id}, of Grace, in this thread: "hers here"; every Monday at 9:00' in listed
    assert "zanzibar" not in listed
    assert "1 more of Ada elsewhere" in listed
    dm = await asked(world, CallFunction(name="list_follow_ups"), dm=True)
    assert "zanzibar" in said(world)[-1]
    assert dm.channel == DM


async def test_the_list_names_the_command_that_bears_the_prefix(make_world: MakeWorld) -> None:
    world = await make_world(agents={"assistant": AGENT}, command_prefix="tw-")
    await put(world, channel=DM)
    await asked(world, CallFunction(name="list_follow_ups"))
    assert "`/tw-followup list`" in said(world)[-1]


async def test_it_changes_and_cancels_its_persons_own_and_the_card_says_so(world: World) -> None:
    thread = await asked(world, schedule(at=later(hours=1)))
    [made] = await kept(world)
    change = {"id": made.id, "cron": "30 8 * * 1-5", "task": "Only look."}
    await again(world, thread, CallFunction(name="change_follow_up", arguments=change))
    [changed] = await kept(world)
    assert (changed.prompt, changed.when.cron, changed.until) == ("Only look.", "30 8 * * 1-5", "")
    assert f"Follow-up {made.id} is changed: every weekday at 8:30" in said(world)[-1]
    [card] = cards(thread)
    assert "Only look." in drawn(card)
    assert "Changed by Ada." in drawn(card)
    await again(world, thread, CallFunction(name="cancel_follow_up", arguments={"id": made.id, "reason": "No need."}))
    assert await kept(world) == []
    ended = await state(world, made)
    assert (ended.status, ended.why, ended.by) == (Status.ENDED, Why.PERSON, ADA)
    assert cards(thread) == []
    assert "No need." in "\n".join(map(drawn, thread.ours))
    assert "will not run again" in said(world)[-1]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "Nothing was changed: say what is to be other"),
        ({"zone": "Europe/Paris"}, "Nothing was changed: zone is that of cron, rule or ends"),
        ({"zone": "Europe/Paris", "task": "Only look."}, "Nothing was changed: zone is that of cron, rule or ends"),
        ({"events": ["push"]}, "events: a webhook alone has events."),
        ({"events": []}, "events: a webhook alone has events."),
    ],
)
async def test_a_change_that_changes_nothing_is_said_to_be_none(
    world: World, change: Mapping[str, Any], sentence: str
) -> None:
    thread = await asked(world, schedule(cron="0 9 * * 1"))
    [made] = await kept(world)
    await again(world, thread, CallFunction(name="change_follow_up", arguments={"id": made.id, **change}))
    assert sentence in said(world)[-1]
    assert (await state(world, made)).when == made.when
    assert (await state(world, made)).prompt == made.prompt


async def test_one_for_the_channel_is_cancelled_on_its_card_in_the_thread_that_asked(world: World) -> None:
    thread = await asked(world, schedule(cron="0 9 * * 1", where="channel"))
    [card] = cards(thread)
    await press(world, card, "cancel")
    await until(lambda: "Cancelled by Ada." in drawn(card), seen=lambda: drawn(card))
    assert cards(thread) == [], "nothing is left to press"


async def test_where_the_card_cannot_be_drawn_anew_who_pressed_is_told(world: World) -> None:
    thread = await asked(world, schedule(cron="0 9 * * 1"))
    [card] = cards(thread)
    world.slack_fault("chat.update", "error", code="cant_update_message", times=0)
    await press(world, card, "cancel")
    await whispers(world, "Cancelled, by Ada.")


async def test_anothers_is_not_touched_whoever_asks(world: World) -> None:
    """The agent acts for Ada: not for Grace, whose follow-up it is."""
    thread = await asked(world, schedule(at=later(hours=1)))
    hers = await put(world, id="22graces22", owner=GRACE, thread_ts=thread.root)
    calls = [
        CallFunction(name="cancel_follow_up", arguments={"id": hers.id, "reason": "x"}, tool_call_id="call00002"),
        CallFunction(name="change_follow_up", arguments={"id": hers.id, "task": "x"}, tool_call_id="call00003"),
        CallFunction(name="cancel_follow_up", arguments={"id": "22nosuch22", "reason": "x"}, tool_call_id="call00004"),
    ]
    await again(world, thread, *calls)
    first, second, third = said(world)[-3:]
    assert "is another person's" in first
    assert "is another person's" in second
    assert 'There is no follow-up "22nosuch22"' in third
    assert await state(world, hers) == hers


async def test_only_so_many_are_made_between_two_messages_of_people_and_the_thread_is_told_once(world: World) -> None:
    calls = [schedule(f"call0000{number}", at=later(hours=number)) for number in range(1, 6)]
    thread = await asked(world, *calls)
    assert len(await kept(world)) == len(cards(thread)) == 3
    assert sum("You may make at most 3 follow-ups" in result for result in said(world)) == 2
    told = "I may make 3 follow-ups by myself between two messages here"
    assert sum(told in one for one in thread.said) == 1
    await again(world, thread, schedule("call00009", at=later(hours=9)))
    assert len(await kept(world)) == 4, "a person has spoken"


async def test_a_call_that_is_made_again_after_a_crash_makes_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker ends when the follow-up is kept and its call has no result yet."""
    make, reached = making.make, asyncio.Event()

    async def hangs(*arguments: Any) -> Any:
        await make(*arguments)
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(making, "make", hangs)
    world.mistral.script.will(schedule(at=later(hours=1)))
    world.mistral.script.will_say("I will.")
    thread = await world.mention("later, please")
    async with asyncio.timeout(30):
        await reached.wait()
    await world.end_worker(0)
    monkeypatch.setattr(making, "make", make)
    await world.start_worker()
    await answered(thread)
    [made] = await kept(world)
    assert f"Follow-up {made.id} is scheduled" in said(world)[0]
    assert len(cards(thread)) == 1


async def test_a_worker_that_ends_before_the_card_is_posted_leaves_it_to_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm, reached = confirming.confirm, asyncio.Event()

    async def hangs(*_: Any) -> None:
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(confirming, "confirm", hangs)
    world.mistral.script.will(schedule(at=later(hours=1)))
    world.mistral.script.will_say("I will.")
    thread = await world.mention("later, please")
    async with asyncio.timeout(30):
        await reached.wait()
    await world.end_worker(0)
    monkeypatch.setattr(confirming, "confirm", confirm)
    await world.start_worker()
    await until(lambda: cards(thread), seen=lambda: thread.said)
    assert (await thread.rests())["state"] == "idle"
    [card] = cards(thread)
    [made] = await kept(world)
    assert made.card == card.ts
    assert thread.said.count("I will.") == 1


async def test_an_agent_whose_file_does_not_say_so_is_offered_none(make_world: MakeWorld) -> None:
    world = await make_world(agents={"assistant": AGENT.replace("follow_ups: true\n", "tools: ['*']\n")})
    world.mistral.script.will_say("Hello.")
    await (await world.mention("hello")).answered()
    [request] = world.mistral.requests("conversations.start")
    names = {tool["function"]["name"] for tool in body_of(request).get("tools") or [] if "function" in tool}
    assert names.isdisjoint(FOLLOW_UPS)


async def test_one_that_says_so_is_offered_all_four(world: World) -> None:
    await asked(world, schedule(at=later(hours=1)))
    [request] = world.mistral.requests("conversations.start")
    tools = {tool["function"]["name"]: tool["function"] for tool in body_of(request)["tools"]}
    assert set(FOLLOW_UPS) <= set(tools)
    parameters = tools["schedule_follow_up"]["parameters"]
    assert parameters["required"] == ["task"]
    assert "call" not in parameters["properties"]


async def test_words_alone_make_one_where_a_rule_answers(make_world: MakeWorld) -> None:
    """As in `make demo`."""
    world = await make_world(agents={"assistant": AGENT}, mistral={"brain": "rules"})
    thread = await world.mention("rappelle-moi dans 20 minutes de regarder le four", user=CAMILLE)
    await until(lambda: cards(thread), seen=lambda: thread.said)
    await thread.rests()
    [made] = await kept(world, CAMILLE)
    assert made.prompt == "regarder le four"
    await thread.reply("<@U0BOT> annule ce suivi", user=CAMILLE)
    await until(lambda: not cards(thread), seen=lambda: thread.said)
    await thread.rests()
    assert await kept(world, CAMILLE) == []
    assert "C’est fait." in thread.said[-1]
