"""A run of a follow-up whose agent makes, ends or needs something by itself, when nobody may be there."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.follow_ups.models import FollowUp, Status, Why
from bot.follow_ups.store import FollowUps
from playground.agents_api.brains.steps import CallFunction
from tests.stories.conftest import MakeWorld
from tests.stories.test_follow_ups_allowed_ahead import ASKS, COUNTS, boxes, files, opened, shown
from tests.stories.test_follow_ups_by_agents import AGENT, answered, asked, cards, drawn, kept, later, schedule
from tests.stories.test_follow_ups_running import HOURLY, change, comes_again, promise
from tests.stories.tools import ODD_JOBS, runs, said
from tests.world import TEAM, Thread, World, until


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    return await make_world(agents={"assistant": AGENT})


async def run(world: World, thread: Thread, *calls: CallFunction, answers: int, **fields: str) -> None:
    """The follow-up `check` of the thread runs, and its agent makes these calls."""
    world.mistral.script.will(*calls)
    world.mistral.script.will_say("I will.")
    await promise(world, thread, when=HOURLY, **fields)
    await until(lambda: sum("I will." in one for one in thread.said) == answers, seen=lambda: thread.said)
    await thread.rests()


async def a_thread(world: World) -> Thread:
    world.mistral.script.will_say("I will.")
    thread = await world.mention("hello")
    await answered(thread)
    return thread


async def stands(world: World, follow_up_id: str = "check") -> FollowUp:
    found = await FollowUps(world.redis).get(TEAM, follow_up_id)
    assert found is not None
    return found.follow_up


async def test_its_agent_ends_it_when_what_it_was_to_run_until_is_the_case(world: World) -> None:
    thread = await a_thread(world)
    end = CallFunction(name="cancel_follow_up", arguments={"id": "check", "reason": "It is merged."})
    await run(world, thread, end, answers=2, until="it is merged")
    ended = await stands(world)
    assert (ended.status, ended.why, ended.by) == (Status.ENDED, Why.AGENT_SAID, "assistant")
    assert "This run of it goes on to its end." in said(world)[-1]
    assert any("This follow-up has ended: It is merged." in one for one in thread.said)


async def test_what_its_agent_makes_in_runs_counts_on_until_a_person_speaks(world: World) -> None:
    """Two were made when a person had spoken; of the run's two, one is too many, and so is each of a later run's."""
    thread = await asked(world, schedule("call00001", at=later(hours=1)), schedule("call00002", at=later(hours=2)))
    more = [schedule("call00003", at=later(hours=3)), schedule("call00004", at=later(hours=4))]
    await run(world, thread, *more, answers=2)
    assert len(await kept(world)) == 4
    assert [("is scheduled" in one, "You may make at most 3" in one) for one in said(world)[-2:]] == [
        (True, False),
        (False, True),
    ]
    world.mistral.script.will(schedule("call00005", at=later(hours=5)))
    world.mistral.script.will_say("I will.")
    await comes_again(world)
    await until(lambda: sum("I will." in one for one in thread.said) == 3, seen=lambda: thread.said)
    assert len(await kept(world)) == 4
    assert sum("I may make 3 follow-ups" in one for one in thread.said) == 1
    assert len(cards(thread)) == 3


async def test_a_run_makes_none_that_begin_threads(world: World) -> None:
    thread = await a_thread(world)
    await run(world, thread, schedule(at=later(hours=1), where="channel"), answers=2)
    assert [one.id for one in await kept(world)] == ["check"]
    assert "A run of a follow-up makes no other one for the channel." in said(world)[-1]


def moves(*, minutes: int, follow_up: str = "check") -> CallFunction:
    return CallFunction(name="change_follow_up", arguments={"id": follow_up, "at": later(minutes=minutes)})


async def test_a_run_that_moves_its_own_follow_up_has_made_one(make_world: MakeWorld) -> None:
    """Else one that runs once would run for ever, by a change in each run."""
    world = await make_world(agents={"assistant": AGENT}, follow_ups_by_agent=1)
    thread = await a_thread(world)
    await run(world, thread, moves(minutes=30), answers=2)
    assert "is changed" in said(world)[-1]
    moved = (await stands(world)).when
    world.mistral.script.will(moves(minutes=50))
    world.mistral.script.will_say("I will.")
    await comes_again(world)
    await until(lambda: sum("I will." in one for one in thread.said) == 3, seen=lambda: thread.said)
    assert "You may make at most 1" in said(world)[-1]
    await thread.rests()
    ended = await stands(world)
    assert (ended.when, ended.why, ended.runs) == (moved, Why.DONE, 2)


async def test_a_run_keeps_its_distance_from_the_next_and_moves_none_that_begins_threads(world: World) -> None:
    thread = await a_thread(world)
    await promise(world, id="other", when=HOURLY, due=int(time.time()) + 86_400)
    soon = (moves(minutes=4), schedule(at=later(minutes=4)), moves(minutes=30, follow_up="other"))
    await run(world, thread, *soon, answers=2)
    assert len(await kept(world)) == 2
    assert (await stands(world)).when == (await stands(world, "other")).when == HOURLY
    assert sum("less than 5 minutes away" in one for one in said(world)) == 2
    assert "does not move one that begins a thread" in said(world)[-1]


async def test_what_was_allowed_ahead_runs_when_nobody_is_there(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=files(ASKS), servers=ODD_JOBS)
    journal = tmp_path / "ran"
    thread = await asked(world, schedule(cron="0 9 * * 1", tools=[COUNTS]))
    [made], [card] = await kept(world), cards(thread)
    view = await opened(world, card)
    await world.submit(view, {"tools0": list(boxes(view).values())})
    await until(lambda: "Allowed for its runs" in shown(world), seen=lambda: shown(world))
    world.mistral.script.will(CallFunction(name=COUNTS, arguments={"journal": str(journal)}))
    world.mistral.script.will_say("I will.")
    await change(world, made.id, due=1)
    await until(lambda: runs(journal) == 1, seen=lambda: thread.said)
    await until(lambda: sum("I will." in one for one in thread.said) == 2, seen=lambda: thread.said)
    assert "approve" not in str([one.blocks for one in thread.ours])
    assert "Allowed ahead:" in drawn(card)

    world.mistral.script.will(CallFunction(name=COUNTS, arguments={"journal": str(journal)}))
    await thread.reply("<@U0BOT> count once more")
    await until(lambda: "deny_reason" in str([one.blocks for one in thread.ours]), seen=lambda: thread.said)
    assert runs(journal) == 1, "a turn of a person's own asks"
