"""A follow-up that is due: it runs once as a turn of its thread, says what it is, and pauses where it must."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from bot.approvals.grants import Grant, Grants
from bot.follow_ups.models import FollowUp, Status, When, Why
from bot.follow_ups.store import Changed, FollowUps
from playground.slack.models import Message
from tests.stories.conftest import MakeWorld
from tests.stories.desk import appends
from tests.stories.house import LIST, MakeHouse
from tests.stories.test_confirming_connectors import SEND
from tests.stories.test_confirming_connectors import an_agent as confirming
from tests.stories.test_inquiries import CURIOUS, parked
from tests.stories.tools import ODD_JOBS, agent
from tests.world import ADA, BOT, CAMILLE, GENERAL, GRACE, TEAM, Thread, World, until, until_true, words_in
from workers.follow_ups import tick
from workers.follow_ups.versions import version_of

HOURLY = When(cron="0 * * * *", zone="Europe/London")
A_DAY = 86_400
CARD = [
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "follow_up:cancel", "text": {"type": "plain_text", "text": "Cancel"}}
        ],
    }
]


def now() -> int:
    return int(time.time())


async def promise(world: World, thread: Thread | None = None, **fields: Any) -> FollowUp:
    """A follow-up of Ada's that was due a second ago, unless told otherwise."""
    due = fields.pop("due", now() - 1)
    given: dict[str, Any] = {
        "id": "check",
        "team": TEAM,
        "channel": thread.channel if thread else GENERAL,
        "thread_ts": thread.root if thread else "",
        "owner": ADA,
        "owner_team": TEAM,
        "prompt": "check the deploy",
        "when": When(at=due, zone="Europe/London"),
        "made_at": due - 600,
        "due": due,
    }
    follow_up = FollowUp(**{**given, **fields})
    await FollowUps(world.redis).add(follow_up, most_of_person=50, most_in_thread=20)
    return follow_up


async def stands(world: World, follow_up_id: str = "check") -> FollowUp:
    kept = await FollowUps(world.redis).get(TEAM, follow_up_id)
    assert kept is not None
    return kept.follow_up


async def change(world: World, follow_up_id: str = "check", **fields: Any) -> None:
    store = FollowUps(world.redis)
    while kept := await store.get(TEAM, follow_up_id):
        if await store.change(kept, replace(kept.follow_up, **fields)) is not Changed.CHANGED:
            return


async def comes_again(world: World, **fields: Any) -> None:
    """It is due in a second: an occurrence of its own."""
    await change(world, due=now() + 1, **fields)


async def at_rest(world: World, follow_up_id: str = "check", *, runs: int = 1) -> FollowUp:
    """As it stands when it was handed over so often and nothing runs."""

    async def rests() -> bool:
        follow_up = await stands(world, follow_up_id)
        return follow_up.runs >= runs and not follow_up.running

    await until_true(rests, seen=lambda: follow_up_id)
    return await stands(world, follow_up_id)


async def paused(world: World, why: Why, follow_up_id: str = "check") -> FollowUp:
    async def is_paused() -> bool:
        follow_up = await stands(world, follow_up_id)
        return (follow_up.status, follow_up.why) == (Status.PAUSED, why)

    await until_true(is_paused, seen=lambda: why)
    return await stands(world, follow_up_id)


async def a_thread(world: World) -> Thread:
    thread = await world.mention("hello")
    await thread.answered()
    return thread


def direct(world: World, user: str) -> list[Message]:
    """What the bot wrote to somebody directly, beside any thread."""
    conversations = world.slack.workspace.conversations.values()
    rooms = [one for one in conversations if one.kind == "im" and user in one.members]
    return [room.messages[ts] for room in rooms for ts in room.timeline if room.messages[ts].user == BOT]


async def told(world: World, user: str, *, times: int = 1) -> str:
    await until(lambda: len(direct(world, user)) >= times, seen=lambda: direct(world, user))
    return " ".join(words_in(direct(world, user)[-1].blocks))


def asked(world: World) -> str:
    """What the model was asked last."""
    inputs = appends(world)[-1]["inputs"]
    return str(inputs if isinstance(inputs, str) else inputs[-1]["content"])


# ---- a run ----------------------------------------------------------------------------------------------------------


async def test_it_runs_once_though_two_workers_look_and_says_what_it_is(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.start_worker()
    thread = await a_thread(world)
    world.mistral.script.will_say("The deploy went through.")
    await promise(world, thread, prompt="check the <@U0CAMILLE> deploy")
    said = (await thread.answered(2))[1:]
    assert said == ["The deploy went through.\n\n_A follow-up of Ada: “check the @Camille deploy”._"]
    assert (await at_rest(world)).why is Why.DONE
    head, _, words = asked(world).partition("\n\n")
    assert head.startswith("[Follow-up check of Ada. Ada asked on ")
    assert "Nobody wrote just now: it was due on" in head
    assert head.endswith("(Europe/London). There is no next time.]")
    assert words == "[Ada] check the @Camille deploy"
    assert thread.status == ""
    turn = (await thread.record())["last_turn"]
    kept = json.loads(await world.redis.get(f"tw:ended:{TEAM}:{turn}"))
    assert kept["follow_up"] == "check", "`threadwind turn` names it"


async def test_a_reply_to_it_goes_on_in_the_same_conversation(world: World) -> None:
    thread = await a_thread(world)
    conversation = (await thread.record())["conversation_id"]
    await promise(world, thread)
    await thread.answered(2)
    await thread.reply(f"<@{BOT}> and now?")
    assert "and now?" in (await thread.answered(3))[-1]
    assert (await thread.record())["conversation_id"] == conversation


def foot_of(said: str) -> str:
    [line] = [line for line in said.splitlines() if "; the next one comes on " in line]
    return line


async def test_a_recurring_one_says_the_next_time_and_comes_again(world: World) -> None:
    thread = await a_thread(world)
    await promise(world, thread, when=HOURLY)
    said = (await thread.answered(2))[-1]
    assert "A follow-up of Ada: “check the deploy”; the next one comes on " in said
    assert "(Europe/London)." in foot_of(said), "others read along"
    follow_up = await at_rest(world)
    assert follow_up.due > now()
    await comes_again(world)
    assert len(await thread.answered(3)) == 3
    assert (await at_rest(world, runs=2)).runs == 2


async def test_in_ones_own_direct_messages_the_next_time_needs_no_zone(world: World) -> None:
    thread = await world.dm("hello")
    await thread.answered()
    await promise(world, thread, when=HOURLY)
    said = (await thread.answered(2))[-1]
    assert "(" not in foot_of(said)


async def test_two_in_one_thread_say_which_is_which(world: World) -> None:
    thread = await a_thread(world)
    await promise(world, thread)
    await promise(world, thread, id="other", prompt="list the overdue issues of all projects, one by one")
    feet = "\n".join(await thread.answered(3))
    assert "_A follow-up of Ada: “check the deploy”._" in feet
    assert "_A follow-up of Ada: “list the overdue issues of all projects, one…”._" in feet


async def test_what_others_write_never_joins_it_and_what_the_owner_writes_is_steered(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS)
    thread = await a_thread(world)
    world.mistral.script.hold()
    world.mistral.script.will_call("odd__who", {})
    world.mistral.script.will_say("Both done.")
    await promise(world, thread)
    await world.mistral.script.until_held()
    await until(lambda: "a follow-up of Ada" in thread.status, seen=lambda: thread.status)
    await thread.reply(f"<@{BOT}> and the tests")
    await thread.reply(f"<@{BOT}> hello from Camille", user=CAMILLE)
    held = world.workers[0].ctx["services"].holdings
    await until(lambda: any(hold.mail_waits for hold in held.holds))
    world.mistral.script.release()
    said = await thread.answered(3)
    assert said[1].startswith("Both done.")
    assert "hello from Camille" in said[2]
    assert "follow-up" not in said[2]


async def test_a_time_that_comes_while_it_still_runs_is_left_out_and_said(world: World) -> None:
    thread = await a_thread(world)
    world.mistral.script.hold()
    await promise(world, thread, when=HOURLY)
    await world.mistral.script.until_held()
    await change(world, due=now())

    async def is_left_out() -> bool:
        return (await stands(world)).missed == 1

    await until_true(is_left_out, seen=lambda: "not left out")
    world.mistral.script.release()
    assert "1 earlier time was missed, on " in (await thread.answered(2))[-1]
    follow_up = await at_rest(world)
    assert (follow_up.runs, follow_up.missed) == (1, 0)


# ---- late and missed ------------------------------------------------------------------------------------------------


async def test_after_a_downtime_one_runs_late_within_its_window_and_is_missed_after_it(make_world: MakeWorld) -> None:
    world = await make_world(worker=False)
    late = await world.mention("one")
    await promise(world, late, due=now() - 600, made_at=now() - 1_200)
    missed = await world.mention("two")
    await promise(world, missed, id="missed", due=now() - 7_200, made_at=now() - 8_000, prompt="look *there*")
    await until(lambda: world.slack.delivery.underway == 0)
    await world.start_worker()
    assert "A follow-up of Ada: “check the deploy”." in (await late.answered(2))[-1]
    assert "and is late by 10 minutes" in asked(world)
    said = await missed.answered(2)
    assert any("A follow-up of Ada was missed: it was due on" in words for words in said)
    assert any("(Europe/London), and I was away." in words for words in said)
    [card] = [message for message in missed.ours if "was missed" in message.text]
    [button] = [element for block in card.blocks for element in block.get("elements", [])]
    assert (button["action_id"], button["value"]) == ("follow_up:run", f"{TEAM}:missed")
    assert (await stands(world, "missed")).why is Why.MISSED
    await world.click(card, "follow_up:run")
    await until(lambda: "A follow-up of Ada: “look there”." in missed.said[-1], seen=lambda: missed.said)
    assert (await at_rest(world, "missed")).why is Why.DONE


async def test_one_whose_end_came_while_nobody_was_there_does_not_run_and_says_so(make_world: MakeWorld) -> None:
    world = await make_world()
    thread = await a_thread(world)
    hour = now() - now() % 3_600
    times = {"due": hour - 2 * 3_600, "ends_at": hour - 3_600, "made_at": hour - A_DAY}
    await promise(world, thread, when=HOURLY, **times)
    said = (await thread.answered(2))[-1]
    assert "A follow-up of Ada has ended. 2 of its times were missed, the first " in said
    assert "follow_up:run" not in str(thread.ours[-1].blocks)
    follow_up = await stands(world)
    assert (follow_up.why, follow_up.runs, follow_up.missed) == (Why.DONE, 0, 2)


async def test_one_that_ends_before_a_foot_could_say_what_was_missed_says_it_then(world: World) -> None:
    """A quiet run says nothing, and it was the last."""
    thread = await a_thread(world)
    world.mistral.script.will_say("NOTHING NEW")
    fields = {"due": now() - 1, "ends_at": now(), "missed": 2, "missed_since": now() - 9_000}
    await promise(world, thread, when=HOURLY, quiet=True, **fields)
    said = (await thread.answered(2))[-1]
    assert "A follow-up of Ada has ended. 2 of its times were missed, the first " in said
    assert "> check the deploy" in said
    assert (await stands(world)).why is Why.DONE


async def test_of_a_recurring_one_the_latest_runs_and_says_how_many_were_missed(world: World) -> None:
    thread = await a_thread(world)
    hour = now() - now() % 3_600
    await promise(world, thread, when=HOURLY, due=hour - 3 * 3_600, made_at=hour - A_DAY)
    assert "3 earlier times were missed, the first on " in (await thread.answered(2))[-1]
    assert "It was missed 3 times before" in asked(world)
    follow_up = await at_rest(world)
    assert (follow_up.runs, follow_up.missed, follow_up.missed_since) == (1, 0, 0)


async def test_when_the_runs_of_the_day_are_used_up_the_owner_is_told_once(make_world: MakeWorld) -> None:
    world = await make_world(follow_up_runs_a_day=1)
    thread = await a_thread(world)
    await promise(world, thread, when=HOURLY)
    await thread.answered(2)
    await at_rest(world)
    before = len(direct(world, ADA))
    for _ in range(2):
        missed = (await stands(world)).missed
        await change(world, due=now())

        async def is_left_out(missed: int = missed) -> bool:
            return (await stands(world)).missed == missed + 1

        await until_true(is_left_out, seen=lambda: "not left out")
    assert "used up the runs that they may have today (1)" in await told(world, ADA, times=before + 1)
    await promise(world, thread, id="again")
    assert "had used up the runs of that day" in (await thread.answered(3))[-1]
    await change(world, due=now(), ends_at=now())
    assert "A follow-up of Ada has ended. 3 of its times were missed, the first " in (await thread.answered(4))[-1]
    assert len(direct(world, ADA)) == before + 1


# ---- quiet ----------------------------------------------------------------------------------------------------------


async def test_a_quiet_one_that_finds_nothing_new_leaves_no_trace(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS, stream_in_channels=True)
    thread = await a_thread(world)
    world.slack.faults.seen.clear()
    world.mistral.script.will_call("odd__who", {})
    world.mistral.script.will_say("**Nothing new.**")
    await promise(world, thread, when=HOURLY, quiet=True)
    follow_up = await at_rest(world)
    await thread.rests()
    assert (follow_up.status, follow_up.failures) == (Status.ACTIVE, 0)
    assert len(thread.ours) == 1
    shown = {"chat.postMessage", "chat.startStream", "chat.update", "assistant.threads.setStatus", "chat.postEphemeral"}
    assert not shown.intersection(world.slack.faults.seen)
    assert "answer with exactly NOTHING NEW and nothing else.]" in str(appends(world))


async def test_a_quiet_one_that_finds_something_says_it(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS)
    thread = await a_thread(world)
    world.mistral.script.will_call("odd__who", {})
    world.mistral.script.will_say("Two are overdue.")
    await promise(world, thread, when=HOURLY, quiet=True)
    said = await thread.answered(2)
    assert said[-1].startswith("Two are overdue.\n\n_A follow-up of Ada: “check the deploy”; the next one comes on ")
    assert "task_card" in str(thread.ours[-1].blocks)


async def test_a_quiet_one_that_fails_says_so(world: World) -> None:
    thread = await a_thread(world)
    world.mistral.script.will_fail(status=400)
    await promise(world, thread, when=HOURLY, quiet=True)
    said = await thread.answered(2)
    assert "could not work with this request" in said[-1]
    assert "A follow-up of Ada" in said[-1]
    assert (await at_rest(world)).failures == 1


# ---- failures, stop, approval ---------------------------------------------------------------------------------------


async def test_three_failures_in_a_row_pause_it_and_the_owner_can_act(world: World) -> None:
    thread = await a_thread(world)
    await promise(world, thread, when=HOURLY, until="all is *well*", due=now() + A_DAY)
    for run in range(1, 4):
        world.mistral.script.will_fail(status=400)
        await comes_again(world)
        await thread.answered(run + 1)
        await at_rest(world, runs=run)
    assert "it failed 3 times in a row and is paused now" in thread.said[-1]
    await paused(world, Why.FAILED)
    assert "it failed 3 times in a row" in await told(world, ADA)
    [message] = direct(world, ADA)
    ids = {button["action_id"]: button["value"] for block in message.blocks for button in block.get("elements", [])}
    assert ids == {"follow_up:resume:told": f"{TEAM}:check", "follow_up:cancel:told": f"{TEAM}:check"}


@pytest.mark.parametrize(("act", "done"), [("resume", "Resumed, by Ada."), ("cancel", "Cancelled, by Ada.")])
async def test_the_message_that_it_is_paused_says_what_was_pressed_and_loses_its_buttons(
    world: World, act: str, done: str
) -> None:
    thread = await a_thread(world)
    await promise(world, thread, when=HOURLY, agent="gone")
    await paused(world, Why.AGENT_GONE)
    await told(world, ADA)
    await change(world, agent="")
    [message] = direct(world, ADA)
    await world.click(message, f"follow_up:{act}:told")
    await says(message, done)
    assert [block["type"] for block in message.blocks] == ["section"]
    assert "> check the deploy" in " ".join(words_in(message.blocks))
    assert (await stands(world)).status is (Status.ACTIVE if act == "resume" else Status.ENDED)
    assert direct(world, ADA) == [message]


async def test_a_press_in_it_for_one_that_has_ended_takes_its_buttons_too(world: World) -> None:
    thread = await a_thread(world)
    await promise(world, thread, when=HOURLY, agent="gone")
    await paused(world, Why.AGENT_GONE)
    await told(world, ADA)
    await change(world, status=Status.ENDED, why=Why.PERSON, by=ADA)
    [message] = direct(world, ADA)
    await world.click(message, "follow_up:resume:told")
    await says(message, "It has ended already.")
    assert [block["type"] for block in message.blocks] == ["section"]


async def carded(world: World, **fields: Any) -> tuple[Thread, Message]:
    """A thread with the post that says what was promised there."""
    thread = await a_thread(world)
    slack = world.workers[0].ctx["services"].installations
    card = await (await slack.slack(TEAM)).post(GENERAL, thread_ts=thread.root, text="the card", blocks=CARD)
    await promise(world, thread, card=card, **fields)
    return thread, next(message for message in thread.messages if message.ts == card)


async def says(card: Message, words: str) -> None:
    await until(lambda: words in " ".join(words_in(card.blocks)), seen=lambda: words_in(card.blocks))


async def test_the_card_of_one_that_has_ended_says_so_and_has_no_buttons(world: World) -> None:
    _, card = await carded(world)
    await says(card, "Done: it has run.")
    assert [block["type"] for block in card.blocks] == ["section"]
    assert world.calls("chat.update") == 1


async def test_the_card_of_one_that_ran_for_the_last_time_says_so(world: World) -> None:
    _, card = await carded(world, when=HOURLY, most_runs=1)
    await says(card, "Ended: its last time is over.")


async def test_the_card_of_one_that_was_missed_says_so(world: World) -> None:
    _, card = await carded(world, due=now() - 7_200, made_at=now() - 8_000)
    await says(card, "Ended: its only time was missed.")
    assert [block["type"] for block in card.blocks] == ["section"]


async def test_the_card_of_one_that_paused_by_itself_says_why(world: World) -> None:
    _, card = await carded(world, when=HOURLY, agent="gone")
    await says(card, "Paused, since its agent is gone")


async def test_the_card_of_one_that_goes_on_stays_as_it_is(world: World) -> None:
    await carded(world, when=HOURLY)
    await at_rest(world)
    assert world.calls("chat.update") == 0


async def test_a_card_that_cannot_be_drawn_anew_costs_nothing(world: World) -> None:
    world.slack_fault("chat.update", "error", code="message_not_found", times=1)
    thread, _ = await carded(world)
    assert (await at_rest(world)).why is Why.DONE
    await thread.rests()
    assert thread.said[-1].endswith("_A follow-up of Ada: “check the deploy”._")


async def test_an_answer_ends_the_count_of_failures_and_a_stop_leaves_it(world: World) -> None:
    thread = await a_thread(world)
    world.mistral.script.will_fail(status=400)
    await promise(world, thread, when=HOURLY)
    await thread.answered(2)
    assert (await at_rest(world)).failures == 1
    world.mistral.script.hold()
    await comes_again(world)
    await world.mistral.script.until_held()
    await thread.reply(f"<@{BOT}> stop")
    await until(lambda: "Stopped" in thread.said[-1], seen=lambda: thread.said)
    world.mistral.script.release()
    assert (await at_rest(world, runs=2)).failures == 1
    await comes_again(world)
    await thread.answered(4)
    assert (await at_rest(world, runs=3)).failures == 0


async def test_a_failed_run_that_is_tried_again_and_answers_counts_no_more(make_world: MakeWorld) -> None:
    world = await make_world(mistral_wait_limit=0.3)
    thread = await a_thread(world)
    world.mistral_fault("conversations.append", "status", times=0, status=503)
    await promise(world, thread, when=HOURLY)
    await until(lambda: "'action_id': 'again'" in str(thread.ours[-1].blocks), seen=lambda: thread.said)
    assert (await at_rest(world)).failures == 1
    world.mistral.faults.clear()
    await world.click(thread.ours[-1], "again")

    async def is_forgiven() -> bool:
        return (await stands(world)).failures == 0

    await until_true(is_forgiven, seen=lambda: thread.said)
    await thread.rests()
    assert (await stands(world)).runs == 1


async def test_where_nobody_is_there_to_say_yes_it_says_so(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent("{odd__*: ask}"), servers=ODD_JOBS, asking_limit=0.3)
    thread = await a_thread(world)
    world.mistral.script.will_call("odd__who", {})
    world.mistral.script.will_say("I could not.")
    await promise(world, thread, when=HOURLY, quiet=True)
    await until(lambda: any("I could not." in words for words in thread.said), seen=lambda: thread.said)
    assert "Nobody said yes or no to `odd__who` in time" in thread.said[-1]
    [card] = [words for words in thread.said if "would like to use" in words]
    assert "\nFor a follow-up of Ada: “check the deploy”." in card, "nobody has just asked"
    assert (await at_rest(world)).failures == 0


async def test_a_reminder_says_that_it_is_for_a_follow_up_and_so_does_the_card_once_it_is_decided(
    make_world: MakeWorld,
) -> None:
    world = await make_world(agents=agent("{odd__*: ask}"), servers=ODD_JOBS, asking_limit=2)
    thread = await a_thread(world)
    world.mistral.script.will_call("odd__who", {})
    world.mistral.script.will_say("I could not.")
    await promise(world, thread, when=HOURLY, prompt="look at <!channel> and *that* `one`")
    await until(lambda: any("This still waits" in words for words in thread.said), seen=lambda: thread.said)
    [card, reminder] = [message for message in thread.ours if "would like to use" in str(message.blocks)]
    for_whom = "For a follow-up of Ada: “look at @\u200dchannel and that one”."
    assert for_whom in " ".join(words_in(card.blocks))
    assert for_whom in " ".join(words_in(reminder.blocks))
    await until(lambda: "I could not." in " ".join(thread.said), seen=lambda: thread.said)
    for each in (card, reminder):
        assert "Nobody decided in time" in " ".join(words_in(each.blocks))
        assert for_whom in " ".join(words_in(each.blocks))


async def test_a_call_of_mistrals_own_is_asked_about_for_the_follow_up_too(make_world: MakeWorld) -> None:
    world = await make_world(agents=confirming())
    thread = await a_thread(world)
    world.mistral.script.will(SEND)
    await promise(world, thread)
    await until(lambda: any("gmail_send" in words for words in thread.said), seen=lambda: thread.said)
    assert "For a follow-up of Ada: “check the deploy”." in thread.said[-1]


async def test_what_a_tools_server_asks_is_for_the_follow_up_too(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=CURIOUS)
    thread = await a_thread(world)
    world.mistral.script.will_call("odd__fill_in")
    await promise(world, thread)
    question = await parked(thread)
    assert "For a follow-up of Ada: “check the deploy”." in " ".join(words_in(question.blocks))


async def test_a_question_of_any_other_turn_is_for_no_follow_up(make_world: MakeWorld) -> None:
    world = await make_world(agents=confirming())
    world.mistral.script.will(SEND)
    thread = await world.mention("write to Ada")
    await until(lambda: any("gmail_send" in words for words in thread.said), seen=lambda: thread.said)
    assert "follow-up" not in thread.said[-1]


async def test_a_sign_in_that_it_waits_for_says_which_follow_up_needs_it(make_house: MakeHouse) -> None:
    house = await make_house()
    thread = await a_thread(house.world)
    house.world.mistral.script.will_call(LIST, {})
    await promise(house.world, thread, when=HOURLY)
    await house.link()
    for_whom = "For a follow-up of Ada: “check the deploy”."
    assert for_whom in house.world.whispers[-1][1], "who gets the link has asked for nothing just now"
    await until(lambda: any("I wait for Ada" in words for words in thread.said), seen=lambda: thread.said)
    assert for_whom in thread.said[-1]


async def test_a_yes_for_the_follow_up_holds_in_its_runs_and_in_no_other_turn(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent("{odd__*: ask}"), servers=ODD_JOBS, asking_limit=0.3)
    thread = await a_thread(world)
    world.mistral.script.will_call("odd__who", {})
    world.mistral.script.will_say("Not allowed.")
    await thread.reply(f"<@{BOT}> who are you?")
    await until(lambda: thread.said[-1] == "Not allowed.", seen=lambda: thread.said)
    services = world.workers[0].ctx["services"]
    [spec] = [
        spec
        for spec in await services.tools.offered(services.catalogs.now.agents["assistant"])
        if spec.name == "odd__who"
    ]
    grant = Grant(
        user=ADA, agent="assistant", tool=spec.name, does="", definition=spec.definition, title=spec.title,
        server="odd", by=ADA, at=1.0, follow_up="check",
    )  # fmt: skip
    await promise(world, thread, when=HOURLY, due=now() + 600)
    await Grants(world.redis, FollowUps(world.redis)).give(TEAM, grant)
    world.mistral.script.will_call("odd__who", {})
    world.mistral.script.will_say("Allowed ahead.")
    await comes_again(world)
    await until(lambda: "Allowed ahead." in thread.said[-1], seen=lambda: thread.said)
    assert sum("would like to use" in words for words in thread.said) == 1
    await at_rest(world)
    world.mistral.script.will_call("odd__who", {})
    world.mistral.script.will_say("Asked again.")
    await thread.reply(f"<@{BOT}> who are you?")
    await until(lambda: thread.said[-1] == "Asked again.", seen=lambda: thread.said)
    assert sum("would like to use" in words for words in thread.said) == 2


# ---- the channel form -----------------------------------------------------------------------------------------------


def begun(world: World) -> list[Thread]:
    """The threads that the bot began in the channel."""
    room = world.slack.workspace.conversations[GENERAL]
    ours = [ts for ts in room.timeline if room.messages[ts].user == BOT and not room.messages[ts].thread_ts]
    return [Thread(world, GENERAL, ts) for ts in ours]


async def test_each_run_of_a_channels_follow_up_begins_a_thread(world: World) -> None:
    await promise(world, when=HOURLY)
    await until(lambda: begun(world), seen=lambda: "no thread")
    [first] = begun(world)
    said = await first.answered(2)
    assert said[0] == "Follow-up of Ada:\n> check the deploy"
    assert "A follow-up of Ada; the next one" in said[1], "the thread begins with what it is for"
    await at_rest(world)
    await comes_again(world)
    await until(lambda: len(begun(world)) == 2, seen=lambda: begun(world))
    second = begun(world)[-1]
    await second.answered(2)
    assert (await second.record())["alone"] == ADA
    assert (await at_rest(world, runs=2)).thread_ts == ""


async def test_a_quiet_one_keeps_to_the_thread_of_its_first_run(world: World) -> None:
    world.mistral.script.will_say("Two are overdue.")
    await promise(world, when=HOURLY, quiet=True)
    await until(lambda: begun(world), seen=lambda: "no thread")
    [thread] = begun(world)
    await thread.answered(2)
    follow_up = await at_rest(world)
    assert follow_up.thread_ts == thread.root
    world.mistral.script.will_say("NOTHING NEW")
    await comes_again(world)
    await at_rest(world, runs=2)
    await thread.rests()
    assert len(thread.ours) == 2
    assert begun(world) == [thread]


async def test_a_channel_that_takes_no_post_pauses_it(world: World) -> None:
    world.slack_fault("chat.postMessage", "error", code="is_archived", times=1)
    await promise(world, when=HOURLY)
    follow_up = await paused(world, Why.CHANNEL_GONE)
    assert (follow_up.running, follow_up.runs) == (0, 0)
    assert "or it is archived" in await told(world, ADA)


async def test_a_thread_that_takes_no_post_any_more_pauses_it(world: World) -> None:
    thread = await a_thread(world)
    world.slack_fault("chat.postMessage", "error", code="not_in_channel", times=1)
    await promise(world, thread, when=HOURLY)
    await paused(world, Why.CHANNEL_GONE)
    assert "I am not in that channel any more" in await told(world, ADA)
    await thread.rests()


@pytest.mark.parametrize("quiet", [False, True], ids=["that speaks", "that is quiet"])
async def test_a_run_in_a_channel_that_the_bot_has_left_asks_no_model(make_world: MakeWorld, quiet: bool) -> None:
    """Nobody would see what it does: also what was allowed ahead is not done."""
    world = await make_world(replies_without_mention=True)
    thread = await a_thread(world)
    world.slack.workspace.conversations[GENERAL].members.remove(BOT)
    before = len(world.mistral.log.requests())
    await promise(world, thread, quiet=quiet)
    follow_up = await paused(world, Why.CHANNEL_GONE)
    assert (follow_up.running, follow_up.runs) == (0, 0)
    assert len(world.mistral.log.requests()) == before
    assert "I am not in that channel any more" in await told(world, ADA)
    await thread.rests()


async def test_a_run_that_worked_before_it_could_not_be_told_was_one(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS)
    thread = await a_thread(world)
    world.slack_fault("chat.postMessage", "error", code="not_in_channel", times=1)
    world.mistral.script.will_call("odd__who", {})
    world.mistral.script.will_say("Done.")
    await promise(world, thread, when=HOURLY)
    assert (await paused(world, Why.CHANNEL_GONE)).runs == 1
    await thread.rests()


# ---- whoever and whatever is gone -----------------------------------------------------------------------------------


async def test_an_owner_who_has_left_pauses_it_and_the_operators_and_the_thread_are_told(make_world: MakeWorld) -> None:
    world = await make_world(operators=(GRACE,), worker=False)
    thread = await world.mention("hello", user=CAMILLE)
    await until(lambda: world.slack.delivery.underway == 0)
    world.slack.workspace.people[ADA].deleted = True
    await world.start_worker()
    await thread.answered()
    await promise(world, thread, when=HOURLY)
    await paused(world, Why.OWNER_GONE)
    assert "A follow-up of Ada in" in await told(world, GRACE)
    assert "not in this workspace any more" in (await thread.answered(2))[-1]
    assert direct(world, ADA) == []


async def test_without_operators_the_channel_learns_that_an_owner_has_left(make_world: MakeWorld) -> None:
    """A follow-up that begins threads has none in which to say so."""
    world = await make_world()
    world.slack.workspace.people[ADA].deleted = True
    await promise(world, None, when=HOURLY)
    await paused(world, Why.OWNER_GONE)
    room = world.slack.workspace.conversations[GENERAL]
    await until(lambda: room.timeline, seen=lambda: "nothing said")
    said = room.messages[room.timeline[-1]]
    assert "A follow-up of Ada in" in "\n".join(words_in(said.blocks))
    assert "not in this workspace any more" in "\n".join(words_in(said.blocks))
    assert "follow_up:cancel" in str(said.blocks)


async def test_somebody_slack_does_not_tell_about_has_not_left(make_world: MakeWorld) -> None:
    world = await make_world(worker=False)
    thread = await world.mention("hello", user=CAMILLE)
    await until(lambda: world.slack.delivery.underway == 0)
    await world.start_worker()
    await thread.answered()
    world.slack_fault("users.info", "error", code="user_not_found", times=20)
    await promise(world, thread, when=HOURLY)
    await until(lambda: len(thread.ours) == 2, seen=lambda: thread.said)
    follow_up = await at_rest(world)
    assert (follow_up.status, follow_up.failures) == (Status.ACTIVE, 1)


async def test_an_agent_without_a_file_pauses_it(world: World) -> None:
    thread = await a_thread(world)
    await promise(world, thread, when=HOURLY, agent="gone")
    await paused(world, Why.AGENT_GONE)
    assert "its agent is not there any more" in await told(world, ADA)
    assert len(thread.ours) == 1


async def test_one_that_was_to_run_with_the_agent_as_it_was_pauses_when_that_is_changed(world: World) -> None:
    thread = await a_thread(world)
    services = world.workers[0].ctx["services"]
    same = await version_of(services, services.catalogs.now.agents["assistant"])
    await promise(world, thread, when=HOURLY, version=same)
    await thread.answered(2)
    await at_rest(world)
    await comes_again(world, version="another")
    await paused(world, Why.AGENT_CHANGED)
    assert "its agent was changed" in await told(world, ADA)


async def test_where_no_direct_message_can_be_sent_the_thread_is_told(world: World) -> None:
    thread = await a_thread(world)
    world.slack_fault("conversations.open", "error", code="missing_scope", times=5)
    await promise(world, thread, when=HOURLY, agent="gone")
    await paused(world, Why.AGENT_GONE)
    assert "A follow-up of Ada in" in (await thread.answered(2))[-1]


async def test_one_that_was_paused_or_cancelled_meanwhile_goes_without_a_word(make_world: MakeWorld) -> None:
    world = await make_world(worker=False)
    thread = await world.mention("hello")
    await until(lambda: world.slack.delivery.underway == 0)
    await world.start_worker()
    await thread.answered()
    await world.end_worker(0)
    follow_up = await promise(world, thread, when=HOURLY)
    store = FollowUps(world.redis)
    kept = await store.get(TEAM, "check")
    assert kept is not None
    new = replace(follow_up, running=follow_up.due, running_since=now(), runs=1, due=now() + 600)
    await store.change(kept, new, mail=tick.run_mail(new, follow_up.due, time.time()))
    await change(world, status=Status.PAUSED, why=Why.PERSON, by=ADA, due=0)
    await world.start_worker()
    assert (await at_rest(world, runs=0)).why is Why.PERSON
    await thread.rests()
    assert len(thread.ours) == 1


# ---- languages, workers that end, what is kept ----------------------------------------------------------------------


async def test_a_french_owner_reads_all_of_it_in_french(world: World) -> None:
    thread = await world.mention("bonjour", user=CAMILLE)
    await thread.answered()
    await promise(world, thread, owner=CAMILLE, when=replace(HOURLY, zone="Europe/Paris"))
    assert (
        "Un suivi de Camille\u00a0: «\u00a0check the deploy\u00a0»\u00a0; le prochain vient "
        in (await thread.answered(2))[-1]
    )
    await at_rest(world)
    await comes_again(world, agent="gone")
    await paused(world, Why.AGENT_GONE)
    assert "Votre suivi dans" in await told(world, CAMILLE)


@pytest.mark.parametrize("step", ["asked", "answered", "posted"])
async def test_a_worker_that_ends_in_the_middle_costs_neither_the_run_nor_its_end(
    make_world: MakeWorld, step: str
) -> None:
    world = await make_world(mistral={"lock_seconds": 0.2, "on_drop": "store"}, lease=1)
    thread = await a_thread(world)
    world.mistral.script.hold(after=0 if step == "asked" else 1)
    world.mistral.script.will_say("one two three", pieces=3)
    if step == "posted":
        world.slack_fault("chat.postMessage", "delay", seconds=1.0, times=1)
        world.mistral.script.release()
        await promise(world, thread, when=HOURLY)
        await until(lambda: world.calls("chat.postMessage") >= 2)
    else:
        await promise(world, thread, when=HOURLY)
        await world.mistral.script.until_held()
    await world.end_worker(0)
    world.mistral.script.release()
    await world.start_worker()
    said = await thread.answered(2)
    assert len(said) == 2
    assert "A follow-up of Ada: “check the deploy”; the next one" in said[1]
    follow_up = await at_rest(world)
    assert (follow_up.runs, follow_up.failures, follow_up.running) == (1, 0, 0)


async def test_what_was_shown_before_it_became_quiet_goes_when_nothing_is_new(make_world: MakeWorld) -> None:
    world = await make_world(mistral={"lock_seconds": 0.2, "on_drop": "store"}, lease=1, stream_in_channels=True)
    thread = await a_thread(world)
    world.mistral.script.hold(after=1)
    world.mistral.script.will_say("NOTHING NEW", pieces=2)
    await promise(world, thread, when=HOURLY)
    await world.mistral.script.until_held()
    await until(lambda: len(thread.ours) == 2, seen=lambda: thread.said)
    await world.end_worker(0)
    await change(world, quiet=True)
    world.mistral.script.release()
    await world.start_worker()
    await at_rest(world)
    await thread.rests()
    assert len(thread.ours) == 1


async def test_a_dead_letter_does_not_leave_it_running(make_world: MakeWorld) -> None:
    world = await make_world()
    thread = await a_thread(world)
    world.mistral.script.hold()
    await promise(world, thread, when=HOURLY)
    await world.mistral.script.until_held()
    await world.end_worker(0)
    await world.redis.hset(f"tw:thread:{thread.key}", "lost_workers", "3")  # type: ignore[misc]  # sync or async to mypy
    world.mistral.script.release()
    await world.start_worker()
    said = await thread.answered(2)
    assert "I have put it aside" in said[-1]
    assert "A follow-up of Ada" in said[-1]
    assert (await at_rest(world)).failures == 1
