"""Every message ends in an answer, a refusal or a stated wait, also when Mistral is not well."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from playground.agents_api.brains.steps import Say
from playground.slack.models import Message
from tests.stories.conftest import MakeWorld
from tests.stories.tools import ODD_JOBS, agent, runs
from tests.world import CAMILLE, Thread, World, until
from workers.conversations import patience


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_short_outage_is_waited_out_without_a_word(world: World, status: int) -> None:
    world.mistral_fault("conversations.start", "status", status=status, retry_after=0.05 if status == 429 else None)
    thread = await world.mention("are you there?")
    assert await thread.answered() == ["answer to: [Ada] are you there?"]
    assert len(world.mistral.log.requests("conversations.start")) == 2


async def test_a_long_outage_says_what_is_waited_for_then_ends_with_a_sentence_and_a_button(
    make_world: MakeWorld,
) -> None:
    world = await make_world(mistral_wait_limit=1.5)
    world.mistral_fault("conversations.start", "status", times=0, status=429, retry_after=30)
    thread = await world.mention("are you there?")
    [said] = await thread.answered()
    assert said.startswith("Mistral has taken as many requests as this key may send")
    assert thread.status == ""
    world.mistral.faults.clear()
    await world.click(thread.ours[0], "again")
    said_after = await thread.answered(2)
    assert said_after[1] == "answer to: [Ada] are you there?"


async def test_the_status_says_what_is_waited_for_and_until_when(make_world: MakeWorld) -> None:
    world = await make_world(mistral_wait_limit=60)
    world.mistral_fault("conversations.start", "status", times=1, status=429, retry_after=12)
    thread = await world.mention("are you there?")
    await until(lambda: "waiting for Mistral, until" in thread.status, seen=lambda: thread.status)
    await thread.reply("<@U0BOT> stop")
    await until(lambda: "Stopped." in thread.said, seen=lambda: thread.said)


@pytest.mark.parametrize("events", [0, 1, 3])
@pytest.mark.parametrize("on_drop", ["store", "discard", "inputs"])
async def test_a_cut_stream_is_finished_from_the_history_and_nothing_stands_twice(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch, events: int, on_drop: str
) -> None:
    monkeypatch.setattr(patience, "LOCK_MARGIN", timedelta(seconds=1))  # this lock holds for less
    world = await make_world(mistral={"on_drop": on_drop, "lock_seconds": 0.3}, conversation_lock=1)
    world.mistral_fault("conversations.start", "cut", events=events)
    thread = await world.dm("tell me everything")
    assert await thread.answered() == ["answer to: [Ada] tell me everything"]


async def test_a_cut_after_a_tool_does_not_run_the_tool_again(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS)
    world.mistral.script.will_call("odd__count", {"journal": str(tmp_path / "ran")})
    world.mistral_fault("conversations.append", "cut", events=1)
    thread = await world.mention("count")
    [said] = await thread.answered()
    assert "counted" in said
    assert runs(tmp_path / "ran") == 1


async def test_trying_again_never_repeats_a_done_write(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS, mistral_wait_limit=0.5)
    world.mistral.script.will_call("odd__count", {"journal": str(tmp_path / "ran")})
    world.mistral_fault("conversations.append", "status", times=0, status=503)
    thread = await world.mention("count")
    await until(lambda: any("could not reach" in said for said in thread.said), seen=lambda: thread.said)
    world.mistral.faults.clear()
    button = next(message for message in thread.ours if "'action_id': 'again'" in str(message.blocks))
    await world.click(button, "again", user=CAMILLE)
    await until(lambda: any(user == CAMILLE for user, _ in world.whispers))
    await world.click(button, "again")
    await until(lambda: any("counted" in said for said in thread.said), seen=lambda: thread.said)
    assert runs(tmp_path / "ran") == 1


@pytest.mark.parametrize("went_on", [False, True])
async def test_a_retry_takes_the_button_and_leaves_the_sentence(make_world: MakeWorld, *, went_on: bool) -> None:
    world, thread = await that_failed(make_world, went_on=went_on)
    old = thread.ours[0]
    words = old.text
    await world.click(old, "again")
    await thread.answered(len(thread.ours) + 1)
    assert again_buttons(old) == 0
    assert old.text == words
    assert words in str(old.blocks)
    assert again_buttons(thread.ours[-1]) == 1


@pytest.mark.parametrize("went_on", [False, True])
async def test_who_presses_an_old_button_is_told_alone_where_the_newest_is(
    make_world: MakeWorld, *, went_on: bool
) -> None:
    """It may stand where somebody's Slack, or Slack itself, did not take the change of the message."""
    world, thread = await that_failed(make_world, went_on=went_on)
    old = thread.ours[0]
    world.slack_fault("chat.update", "status", status=500)
    await world.click(old, "again")
    await thread.answered(len(thread.ours) + 1)
    await world.click(old, "again")
    await until(lambda: world.whispers, seen=lambda: thread.said)
    assert "tried again already" in world.whispers[0][1]
    assert thread.ours[-1].ts.replace(".", "") in world.whispers[0][1]
    world.mistral.faults.clear()
    await world.click(thread.ours[-1], "again")
    await until(lambda: any("answer to" in said for said in thread.said), seen=lambda: thread.said)
    await thread.rests()
    await world.click(old, "again")
    await until(lambda: len(world.whispers) == 2, seen=lambda: world.whispers)
    assert thread.ours[-1].ts.replace(".", "") in world.whispers[1][1]


async def that_failed(make_world: MakeWorld, *, went_on: bool) -> tuple[World, Thread]:
    """A thread whose first turn failed, and goes on failing; `went_on`: it was not the last one."""
    world = await make_world(mistral_wait_limit=0)
    world.mistral_fault("conversations.start", "status", times=0, status=503)
    thread = await world.mention("are you there?")
    await thread.answered()
    if went_on:
        await thread.reply("<@U0BOT> and now?")
        await thread.answered(2)
    return world, thread


async def test_pressing_twice_at_once_tries_once(make_world: MakeWorld) -> None:
    world, thread = await that_failed(make_world, went_on=False)
    starts = world.mistral.faults.seen["conversations.start"]
    await asyncio.gather(world.click(thread.ours[0], "again"), world.click(thread.ours[0], "again"))
    await until(lambda: world.whispers, seen=lambda: thread.said)
    await thread.rests()
    assert len(thread.ours) == 2
    assert world.mistral.faults.seen["conversations.start"] == starts * 2


def again_buttons(message: Message) -> int:
    return str(message.blocks).count("'action_id': 'again'")


async def test_after_a_failed_turn_the_next_message_is_answered(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS, mistral_wait_limit=0.5)
    world.mistral.script.will_call("odd__count", {"journal": str(tmp_path / "ran")})
    world.mistral_fault("conversations.append", "status", times=0, status=503)
    thread = await world.mention("count")
    await until(lambda: any("could not reach" in said for said in thread.said), seen=lambda: thread.said)
    world.mistral.faults.clear()
    await thread.reply("<@U0BOT> never mind, hello")
    await until(lambda: any("never mind, hello" in said for said in thread.said), seen=lambda: thread.said)
    assert runs(tmp_path / "ran") == 1


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(401, "does not accept my key"), (422, "could not work with this request")],
)
async def test_what_repeating_cannot_help_is_one_plain_sentence(world: World, status: int, sentence: str) -> None:
    world.mistral_fault("conversations.start", "status", times=0, status=status)
    thread = await world.mention("hello")
    [said] = await thread.answered()
    assert sentence in said
    assert "again" not in [element.get("action_id") for b in thread.ours[0].blocks for element in b.get("elements", [])]


async def test_a_conversation_that_vanished_is_begun_anew_with_what_the_thread_says(world: World) -> None:
    thread = await world.mention("remember 41")
    await thread.answered()
    first = (await thread.record())["conversation_id"]
    world.mistral.store.clear()
    await thread.reply("<@U0BOT> which number?")
    said = await thread.answered(3)
    assert said[1].startswith("My memory of this thread was gone")
    assert (await thread.record())["conversation_id"] != first
    assert "remember 41" in str(world.mistral.log.requests("conversations.start")[-1].body)


async def test_an_error_in_the_stream_ends_with_a_sentence(world: World) -> None:
    world.mistral.script.will_error("boom", after="half an")
    thread = await world.dm("hello")
    await until(lambda: any("Mistral broke off" in said for said in thread.said), seen=lambda: thread.said)
    await thread.rests()
    assert thread.session == "active"


async def test_rounds_without_end_are_ended_and_said(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS, round_limit=3)
    for _ in range(5):
        world.mistral.script.will_call("odd__count", {"journal": str(tmp_path / "ran")})
    thread = await world.mention("count for ever")
    [said] = await thread.answered()
    assert "3 rounds of tool calls are the most" in said
    world.mistral.script.clear()
    await thread.reply("<@U0BOT> hello again")
    await until(lambda: "hello again" in thread.said[-1], seen=lambda: thread.said)


async def test_an_empty_answer_is_said(world: World) -> None:
    world.mistral.script.will(Say(text=" "))
    thread = await world.mention("hm")
    assert await thread.answered() == ["I have no answer to give to this. Could you put it another way?"]


async def test_an_id_that_changes_on_append_is_followed(make_world: MakeWorld) -> None:
    world = await make_world(mistral={"id_changes_on_append": True})
    thread = await world.mention("one")
    await thread.answered()
    for number, word in enumerate(("two", "three"), 2):
        await thread.reply(f"<@U0BOT> {word}")
        assert word in (await thread.answered(number))[-1]
