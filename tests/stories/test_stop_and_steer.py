"""What a person does while a turn runs: stop it, add to it, or be another person."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.agents_api.brains.steps import CallFunction, Say
from tests.stories.conftest import MakeWorld
from tests.stories.tools import ODD_JOBS, ODD_JOBS_APART, agent
from tests.world import CAMILLE, World, until, until_true


async def test_stop_ends_what_is_shown_and_the_next_message_is_answered(world: World) -> None:
    world.mistral.script.hold(after=1)
    world.mistral.script.will_say("a long story that nobody wants", pieces=6)
    thread = await world.dm("tell me a story")
    await world.mistral.script.until_held()
    await thread.reply("stop")
    await until(lambda: any("Stopped" in said for said in thread.said), seen=lambda: thread.said)
    assert not thread.streaming
    world.mistral.script.release()
    await thread.rests()
    assert thread.status == ""
    assert thread.session == "active"
    await thread.reply("and now?")
    await until(lambda: "answer to: [Ada] and now?" in str(thread.said), seen=lambda: thread.said)


async def test_slacks_own_stop_button_does_the_same(world: World) -> None:
    world.mistral.script.hold(after=1)
    world.mistral.script.will_say("a long story that nobody wants", pieces=6)
    thread = await world.mention("tell me a story")
    await world.mistral.script.until_held()
    await world.press_stop(thread)
    await until(lambda: thread.said and "Stopped" in thread.said[-1], seen=lambda: thread.said)
    world.mistral.script.release()
    await thread.rests()
    assert thread.said == ["Stopped."]


@pytest.mark.usefixtures("servers_may_start_slowly")
async def test_stop_cancels_a_running_tool_and_closes_its_call(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS_APART)
    world.mistral.script.will_call("odd__hang", {"journal": str(tmp_path / "ran")})
    thread = await world.mention("hang")
    await until(lambda: (tmp_path / "ran").exists())
    await thread.reply("<@U0BOT> stop")
    await until(lambda: any("Stopped" in said for said in thread.said), seen=lambda: thread.said)
    await thread.rests()
    await thread.reply("<@U0BOT> go on")
    await until(lambda: "go on" in thread.said[-1], seen=lambda: thread.said)


async def test_stop_with_nothing_running_says_so_to_that_person_only(world: World) -> None:
    thread = await world.mention("one")
    await thread.answered()
    await thread.reply("<@U0BOT> stop")
    await until(lambda: world.whispers, seen=lambda: thread.said)
    await thread.rests()
    assert len(thread.said) == 1


async def test_a_note_during_a_turn_reaches_the_model_with_the_next_result(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS, lease=4)
    script = world.mistral.script
    script.will(
        Say(text="Let me count.", pieces=3),
        CallFunction(name="odd__count", arguments={"journal": str(tmp_path / "ran")}),
    )
    script.hold(after=1)
    thread = await world.mention("count")
    await script.until_held()
    await thread.reply("<@U0BOT> in dozens, please")
    await world_hears_mail(world, thread.key)
    script.release()
    await thread.answered()
    append = world.mistral.log.requests("conversations.append")[0]
    assert append.body is not None
    assert "in dozens, please" in append.body["inputs"][-1]["result"]
    assert len(world.mistral.log.requests("conversations.append")) == 1
    assert any(user == "U0ADA" for user, _ in world.whispers)


async def world_hears_mail(world: World, key: str) -> None:
    """Until the beat has told the turn's owner of its mail: it beats once a second."""
    [worker] = world.workers
    holdings = worker.ctx["services"].holdings
    await until(lambda: any(str(hold.thread) == key and hold.mail_waits for hold in holdings.holds))


async def test_another_persons_message_waits_and_becomes_its_own_turn(world: World) -> None:
    world.mistral.script.hold(after=0)
    thread = await world.mention("first")
    await world.mistral.script.until_held()
    await thread.reply("<@U0BOT> second", user=CAMILLE)
    await until(lambda: any(user == CAMILLE for user, _ in world.whispers), seen=lambda: thread.said)
    world.mistral.script.release()
    said = await thread.answered(2)
    assert "first" in said[0]
    assert "second" in said[1]
    bodies = [request.body for request in world.mistral.log.requests("conversations.append")]
    assert "Camille" in str(bodies[-1])


async def test_stop_does_not_wait_for_slacks_retry_after(world: World) -> None:
    world.slack_fault("chat.appendStream", "status", status=429, retry_after=30, times=0)
    world.mistral.script.hold(after=3)
    world.mistral.script.will_say("a long story that nobody wants", pieces=6)
    thread = await world.dm("tell me a story")
    await world.mistral.script.until_held()
    await until(lambda: thread.streaming, seen=lambda: thread.said)
    await thread.reply("stop")
    await until(lambda: any("Stopped" in said for said in thread.said), seen=lambda: thread.said)
    world.mistral.script.release()
    await thread.rests()


async def test_a_turn_whose_time_is_up_in_the_middle_of_an_answer_says_so(make_world: MakeWorld) -> None:
    world = await make_world(turn_limit=1)
    world.mistral.script.hold(after=2)
    world.mistral.script.will_say("one two three four", pieces=4)
    thread = await world.dm("count")
    await world.mistral.script.until_held()
    key = f"tw:turn:T0PLAY:{(await thread.record())['turn']}"

    async def over() -> bool:
        return (await world.hash(key)).get("ended") == "limit_time" or "cut_off" in (await world.hash(key))["steps"]

    await until_true(over, seen=lambda: thread.said)
    world.mistral.script.release()
    [said] = await thread.answered()
    assert said.startswith("one")
    assert "is the longest I may take for one answer" in said
