"""What people do with follow-ups: they make them by a phrase, a form, a message's menu or a button, and look after
them from lists and cards."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from bot.follow_ups.models import FollowUp, Status, When, Why
from bot.follow_ups.store import FollowUps
from bot.slack.manifest import manifest
from bot.threads import keys
from playground.slack import manifest as slack_manifest
from playground.slack.control.acts import Click
from playground.slack.models import Message, View
from tests.stories.conftest import MakeWorld
from tests.stories.test_follow_ups_running import direct, told
from tests.world import ADA, CAMILLE, DM, GENERAL, GRACE, TEAM, Thread, World, until, until_true, words_in
from workers.errands import doing
from workers.follow_ups import typed

Found = TypeVar("Found")

MONDAY = datetime(2027, 3, 1, 10, tzinfo=UTC)  # by the clock of follow-ups; it is ten in London, eleven in Paris
LONDON, PARIS = ZoneInfo("Europe/London"), ZoneInfo("Europe/Paris")
AGENTS = {
    "assistant": "---\nmodel: mistral-medium-latest\ndescription: Helps.\ndisplay_name: Assistant\n---\nHelp.\n",
    "research": "---\nmodel: mistral-medium-latest\ndescription: Reads.\ndisplay_name: Research\n---\nRead.\n",
    "closed": "---\nmodel: mistral-medium-latest\ndescription: Not for all.\naccess: {users: [U0GRACE]}\n---\nHelp.\n",
}


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    return await make_world(agents=AGENTS, follow_up_clock=f"{MONDAY.isoformat()} x1 @{time.time()}")


def store(world: World) -> FollowUps:
    return FollowUps(world.redis)


async def kept(world: World, user: str = ADA) -> list[FollowUp]:
    return [one.follow_up for one in await store(world).of(TEAM, user)]


async def only(world: World, user: str = ADA) -> FollowUp:
    [one] = await eventually(lambda: some_of(world, user))
    return one


async def some_of(world: World, user: str) -> list[FollowUp] | None:
    return await kept(world, user) or None


async def eventually(look: Callable[[], Awaitable[Found | None]]) -> Found:
    """What `look` gives, as soon as it gives something."""
    found: list[Found] = []

    async def seen() -> bool:
        if (now := await look()) is not None:
            found[:] = [now]
        return bool(found)

    await until_true(seen, seen=lambda: found)
    return found[0]


async def press(world: World, message: Message, act: str, *, user: str = ADA, follow_up: str = "") -> None:
    """Press a button of a follow-up; in a list, of this one."""
    block, button = next(
        (block, element)
        for block in message.blocks
        for element in block.get("elements", [])
        if element.get("action_id", "").split(":")[:2] == ["follow_up", act]
        and (not follow_up or element["value"].endswith(f":{follow_up}"))
    )
    await Click(
        user=user,
        channel=message.channel,
        message_ts=message.ts,
        block_id=block.get("block_id"),
        action_id=button["action_id"],
        value=button.get("value"),
    ).apply(world.slack)


def buttons(message: Message) -> list[str]:
    """What the buttons of a message say."""
    elements = [element for block in message.blocks for element in block.get("elements", [])]
    return [element["text"]["text"] for element in elements if element["type"] == "button"]


def said_to(world: World, user: str = ADA) -> str:
    return "\n".join(words_in(world.whispered[-1].blocks)) if world.whispered else ""


async def whispers(world: World, *words: str) -> str:
    """Wait for a private line with these words, and its whole."""
    await until(lambda: all(each in said_to(world) for each in words), seen=lambda: said_to(world))
    return said_to(world)


def shown(world: World, user: str = ADA) -> str:
    """What the modal in sight says."""
    return "\n".join(words_in(world.views(user)[-1].definition["blocks"])) if world.views(user) else ""


async def form(world: World, *, user: str = ADA) -> View:
    """The form, once a worker has filled it in."""
    await until(
        lambda: world.views(user) and world.views(user)[-1].definition.get("callback_id"),
        seen=lambda: shown(world, user),
    )
    return world.views(user)[-1]


def holds(view: View) -> dict[str, Any]:
    """What stands in a form, by field."""
    found: dict[str, Any] = {}
    for block_id, held in view.values.items():
        [entry] = held.values()
        value = next((value for name, value in entry.items() if name != "type"), None)
        found[block_id] = value["value"] if isinstance(value, dict) else value
    return found


async def a_thread(world: World, *, user: str = ADA) -> Thread:
    """One in which the bot has answered."""
    world.mistral.script.will_say("The 14:02 deploy.")
    thread = await world.mention("what broke?", user=user)
    await thread.answered()
    return thread


async def a_card(world: World) -> tuple[Thread, Message, FollowUp]:
    """A follow-up in a thread, made from the button under its answer; the post that says so."""
    thread = await a_thread(world)
    await press(world, thread.ours[-1], "new")
    await world.submit(await form(world), {"prompt": "check the deploy", "date": "2027-03-02", "time": "09:00"})
    await until(lambda: len(thread.ours) == 2, seen=lambda: thread.said)
    one = await eventually(lambda: carded(world))
    return thread, thread.ours[-1], one


async def carded(world: World) -> FollowUp | None:
    return next((one for one in await kept(world) if one.card), None)


async def some(world: World, count: int, *, user: str = ADA, **changes: Any) -> list[FollowUp]:
    """Follow-ups that stand already."""
    made = [
        FollowUp(
            id=f"id{number}",
            team=TEAM,
            channel=GENERAL,
            owner=user,
            owner_team=TEAM,
            prompt=f"task {number}",
            when=When(cron=f"{number % 60} 9 * * *", zone="Europe/London"),
            made_at=int(MONDAY.timestamp()),
            due=int(MONDAY.timestamp()) + 23 * 3_600 + 60 * number,
            **changes,
        )
        for number in range(count)
    ]
    for one in made:
        await store(world).add(one, most_of_person=100, most_in_thread=100)
    return made


def drawn(thread: Thread) -> str:
    """What the bot's last message in a thread says."""
    return "\n".join(words_in(thread.ours[-1].blocks))


async def now_is(world: World, follow_up: FollowUp) -> FollowUp:
    found = await store(world).get(TEAM, follow_up.id)
    assert found is not None
    return found.follow_up


# -- by a phrase ----------------------------------------------------------------


async def test_a_phrase_becomes_a_follow_up_that_only_who_typed_it_is_told_of(world: World) -> None:
    said = await world.command("/followup", "in 2h check the deploy")
    one = await only(world)
    assert one.prompt == "check the deploy"
    assert (one.channel, one.thread_ts, one.owner) == (GENERAL, "", ADA)
    assert abs(one.due - MONDAY.timestamp() - 7_200) < 60
    assert "Follow-up for Ada" in said
    assert "Assistant will do this on their behalf" in said
    assert "> check the deploy" in said
    assert "Monday, March 1 at 12:00\u00a0PM." in said, "in the person's own zone, which only they read"
    assert f"<#{GENERAL}>" in said
    assert world.whispered[-1].ephemeral_for == ADA
    assert buttons(world.whispered[-1]) == ["Change", "Cancel"]


async def test_in_french_too(world: World) -> None:
    said = await world.command("/followup", "demain 9h vérifie le déploiement", user=CAMILLE)
    one = await only(world, CAMILLE)
    assert one.prompt == "vérifie le déploiement"
    assert datetime.fromtimestamp(one.due, PARIS) == datetime(2027, 3, 2, 9, tzinfo=PARIS)
    assert "Suivi pour Camille" in said
    assert "mardi 2 mars" in said
    assert buttons(world.whispered[-1]) == ["Modifier", "Annuler"]


async def test_one_that_comes_again_says_how_often_and_when_next(world: World) -> None:
    said = await world.command("/followup", "every weekday at 9 list the overdue issues")
    assert "When: every weekday at 9:00\u00a0AM (Europe/London). Next: on Tuesday, March 2 at 9:00\u00a0AM." in said


async def test_one_that_runs_once_more_says_so_in_the_singular(world: World) -> None:
    said = await world.command("/followup", "every weekday at 9 1 times list the overdue issues")
    assert "Ends after 1 run." in said


async def test_where_no_time_of_day_was_named_the_one_that_was_taken_is_said(world: World) -> None:
    assert "so I took 9:00" in await world.command("/followup", "tomorrow check the deploy")
    assert "so I took 9:00" not in await world.command("/followup", "tomorrow at 10 check the deploy")


async def test_an_end_that_was_read_behind_the_task_is_said_beside_it(world: World) -> None:
    said = await world.command("/followup", "every weekday at 9 list the overdue issues until June 3")
    assert "> list the overdue issues\n" in said
    assert "Ends: on Thursday, June 3 at 11:59" in said
    assert "I took “until June 3” as its end, not as part of what to do." in said
    assert "I took" not in await world.command("/followup", "every weekday at 9 until June 3 list the overdue issues")
    assert "I cannot tell whether “5 times”" in await world.command("/followup", "every day at 9 say hello 5 times")
    said = await world.command("/followup", "tous les jours à 9h dis bonjour, 5 fois", user=CAMILLE)
    assert "Se termine après 5 exécutions." in said
    assert "J’ai compris «\N{NO-BREAK SPACE}5 fois\N{NO-BREAK SPACE}» comme sa fin" in said


@pytest.mark.parametrize("said_so", ["+research tomorrow 9:00 look", "tomorrow 9:00 +Research, look"])
async def test_an_agent_is_picked_as_in_a_mention(world: World, said_so: str) -> None:
    said = await world.command("/followup", said_so)
    assert "Research will do this on their behalf" in said
    assert "> look\n" in said
    one = await only(world)
    assert (one.agent, one.prompt) == ("research", "look")


@pytest.mark.parametrize("name", ["nobody", "closed"])
async def test_an_agent_that_is_none_or_not_theirs_is_refused_as_in_a_mention(world: World, name: str) -> None:
    """One that is not for Ada is as unknown to her as one that there is not."""
    thread = await world.mention(f"+{name} look")
    await thread.answered()
    refused = thread.said[-1]
    assert f"I know no agent called “{name}”. Did you mean" in refused
    assert await world.command("/followup", f"+{name} tomorrow 9:00 look") == refused
    assert await world.command("/followup", f"tomorrow 9:00 +{name} look") == refused
    assert await kept(world) == []
    assert (await world.command("/followup", f"+{name} demain 9h regarde", user=CAMILLE)).startswith(
        "Je ne connais pas"
    )


async def test_what_is_not_understood_is_said_in_one_sentence_and_nothing_is_kept(world: World) -> None:
    assert "I do not understand when that is" in await world.command("/followup", "whenever you like")
    assert "too often" in await world.command("/followup", "every minute look")
    assert await kept(world) == []


async def test_the_command_says_what_it_takes(world: World) -> None:
    assert "`/followup list`" in await world.command("/followup", "help")


@pytest.mark.parametrize(
    ("user", "word", "more"),
    [(ADA, "help", {"until 31 March", "5 times"}), (CAMILLE, "aide", {"jusqu’au 31 mars", "5 fois"})],
)
async def test_all_that_the_help_names_is_understood(world: World, user: str, word: str, more: set[str]) -> None:
    """Each in their language, also whom we have not met yet."""
    said = await world.command("/followup", word, user=user)
    examples = set(re.findall(r"`([^`]+)`", said))
    assert more < examples
    assert {"/followup", "follow-ups" if user == ADA else "suivis"} < examples
    now = MONDAY.astimezone(PARIS)
    phrases = {one for one in examples if " " in one and "list" not in one.split()[1]} - more
    assert len(phrases) == 6, phrases
    for phrase in phrases:
        found = typed.read(phrase.removeprefix("/followup ").replace("…", "look"), now=now, language="en")
        assert isinstance(found, typed.Typed), phrase
    for end in more:
        found = typed.read(f"every day at 9 {end} look", now=now, language="en")
        assert isinstance(found, typed.Typed)
        assert found.read.prompt == "look"
    assert len(said) < 1_500, "a section takes 3,000, and people read less"


async def test_with_a_prefix_the_command_bears_it(make_world: MakeWorld) -> None:
    commands, _ = slack_manifest.offers(manifest(socket=True, command_prefix="tw-"))
    world = await make_world(command_prefix="tw-", slack={"commands": commands})
    assert "`/tw-followup list`" in await world.command("/tw-followup", "help")


async def test_where_no_more_may_be_it_says_who_can_make_room(world: World) -> None:
    await some(world, world.settings.follow_ups_per_thread, user=GRACE)
    said = await world.command("/followup", "in 2h check the deploy")
    assert "an admin of the workspace or an operator can cancel" in said
    assert "Say `follow-ups` to me in it" in said
    said = await world.command("/followup", "dans 2h vérifie", user=CAMILLE)
    assert "un admin de l’espace de travail ou un opérateur peut les annuler" in said


async def test_in_a_direct_message_it_runs_there(world: World) -> None:
    assert "in our direct messages" in await world.command("/followup", "in 2h check the deploy", channel=DM)
    assert (await only(world)).channel == DM


async def test_in_others_direct_messages_none_is_kept(world: World) -> None:
    theirs = world.slack.workspace.direct(ADA, GRACE).id
    said = await world.command("/followup", "in 2h check the deploy", channel=theirs)
    assert "I am not in this conversation" in said
    assert await world.command("/followup", channel=theirs) == ""
    await until(lambda: "I am not in this conversation" in shown(world), seen=lambda: shown(world))
    assert await kept(world) == []


async def test_in_a_channel_without_the_bot_it_says_that_it_has_to_be_invited(world: World) -> None:
    assert "invite me" not in await world.command("/followup", "in 2h check the deploy")
    world.slack.workspace.conversations[GENERAL].members.remove("U0BOT")
    assert "invite me with `/invite`" in await world.command("/followup", "tomorrow check the deploy")
    assert await world.command("/followup") == ""
    await world.submit(await form(world), {"prompt": "check", "date": "2027-03-02", "time": "09:00"})
    await whispers(world, "> check\n", "invite me with `/invite`")
    assert len(await kept(world)) == 3


async def test_somebody_whom_slack_does_not_tell_about_gets_a_sentence(world: World) -> None:
    world.slack_fault("users.info", "error", code="user_not_visible", times=0)
    assert "does not tell me who you are" in await world.command("/followup", "in 2h check the deploy")
    assert await kept(world) == []


# -- the private card -----------------------------------------------------------


async def test_it_is_cancelled_on_its_card_which_says_so(world: World) -> None:
    await world.command("/followup", "in 2h check the deploy")
    one = await only(world)
    await press(world, world.whispered[-1], "cancel")
    said = await whispers(world, "Cancelled by Ada.")
    assert said.count("Cancelled") == 1
    assert (await now_is(world, one)).status is Status.ENDED
    assert buttons(world.whispered[-1]) == []


async def test_it_says_so_once_in_french_too(world: World) -> None:
    await world.command("/followup", "dans 2h vérifie le déploiement", user=CAMILLE)
    await press(world, world.whispered[-1], "cancel", user=CAMILLE)
    assert (await whispers(world, "Annulé par Camille.")).count("Annulé") == 1


async def test_a_press_on_a_card_of_one_that_has_ended_draws_it_as_it_is_and_says_that_once(world: World) -> None:
    await world.command("/followup", "in 2h check the deploy")
    one = await only(world)
    await stand(world, one, status=Status.ENDED, why=Why.PERSON, by=GRACE, due=0)
    await press(world, world.whispered[-1], "cancel")
    assert "ended already" not in await whispers(world, "Cancelled by Grace.")
    assert buttons(world.whispered[-1]) == []


async def test_it_is_changed_on_its_card_by_the_form(world: World) -> None:
    await world.command("/followup", "in 2h check the deploy")
    one = await only(world)
    await press(world, world.whispered[-1], "change")
    view = await form(world)
    assert view.definition["title"]["text"] == "Change follow-up"
    there = holds(view)
    assert (there["prompt"], there["kind"], there["date"], there["time"]) == (
        "check the deploy",
        "once",
        "2027-03-01",
        "12:00",
    )
    await world.submit(view, {"prompt": "check it twice", "time": "15:30"})
    await whispers(world, "> check it twice", "at 3:30", "Changed.")
    changed = await now_is(world, one)
    assert changed.due == int(datetime(2027, 3, 1, 15, 30, tzinfo=LONDON).timestamp())


# -- the form -------------------------------------------------------------------


async def test_the_form_makes_one(world: World) -> None:
    assert await world.command("/followup") == ""
    view = await form(world)
    agents = next(b for b in view.definition["blocks"] if b["block_id"] == "agent")["element"]["options"]
    assert [option["text"]["text"] for option in agents] == [
        "Whoever answers there (Assistant)",
        "Assistant",
        "Research",
    ]
    assert "Time (Europe/London)" in shown(world)
    errors = await world.submit(
        view,
        {
            "prompt": "list the overdue issues",
            "agent": "research",
            "kind": "repeated",
            "date": "2027-03-02",
            "time": "09:15",
            "repeat": "two_weeks",
            "end": "count",
            "count": "5",
            "until": "all are done",
            "options": ["quiet", "as_is"],
        },
    )
    assert errors == {}
    said = await whispers(world, "> list the overdue issues", "Research", "every 2 weeks on Tuesday")
    assert "Until: all are done" in said
    assert "Ends after 5 runs.\n" in said, "what is done is said where something is"
    assert "Says nothing when nothing is new." in said
    one = await only(world)
    assert (one.agent, one.most_runs, one.quiet, bool(one.version)) == ("research", 5, True, True)
    assert one.when == When(rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", start="2027-03-02T09:15:00", zone="Europe/London")
    kept_for = "Kept. I come back to it every 2 weeks on Tuesday at 9:15\u00a0AM (Europe/London)."
    await until(lambda: kept_for in shown(world), seen=lambda: shown(world))


async def test_the_form_says_when_it_comes_back_once(world: World) -> None:
    await world.command("/followup", user=CAMILLE)
    view = await form(world, user=CAMILLE)
    await world.submit(view, {"prompt": "vérifie", "date": "2027-03-02", "time": "09:15"})
    kept_for = "C’est noté. J’y reviendrai le mardi 2 mars à 09:15."
    await until(lambda: kept_for in shown(world, CAMILLE), seen=lambda: shown(world, CAMILLE))


async def test_what_the_form_says_in_words_counts(world: World) -> None:
    await world.command("/followup")
    await world.submit(await form(world), {"prompt": "retro", "words": "every last Friday of the month at 16:00"})
    one = await only(world)
    assert datetime.fromtimestamp(one.due, LONDON) == datetime(2027, 3, 26, 16, tzinfo=LONDON)


WRONG: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "nothing to do": ({"prompt": " "}, {"prompt": "Say what I am to do"}),
    "a day that is over": ({"prompt": "look", "date": "2027-02-28"}, {"date": "is over. The nearest one"}),
    "an hour that is over": (
        {"prompt": "look", "date": "2027-03-01", "time": "09:59"},
        {"time": "is over. The nearest one"},
    ),
    "no day": ({"prompt": "look", "date": None}, {"date": "Pick a day"}),
    "no last day": ({"prompt": "look", "end": "date"}, {"end_date": "Pick the last day"}),
    "a last day that is over": (
        {"prompt": "look", "end": "date", "end_date": "2027-02-28"},
        {"end_date": "would have ended"},
    ),
    "no number of runs": ({"prompt": "look", "end": "count"}, {"count": "whole number"}),
}


@pytest.mark.parametrize(("typed", "said"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_is_said_at_its_field(world: World, typed: dict[str, Any], said: dict[str, str]) -> None:
    await world.command("/followup")
    errors = await world.submit(await form(world), typed)
    assert errors.keys() == said.keys()
    assert all(words in errors[name] for name, words in said.items())
    assert await kept(world) == []


async def test_words_that_are_not_understood_come_back_with_all_that_was_typed(world: World) -> None:
    await world.command("/followup")
    typed = {
        "prompt": "retro",
        "words": "every blue moon",
        "until": "it is dull",
        "options": ["quiet"],
        "agent": "research",
    }
    await world.submit(await form(world), typed)
    await until(lambda: "I do not understand what it says in words" in shown(world), seen=lambda: shown(world))
    view = await form(world)
    blocks = view.definition["blocks"]
    assert "I cannot take “every blue moon” as it is. The reason is below, at “Or in words”." in str(blocks[0])
    field = next(number for number, block in enumerate(blocks) if block.get("block_id") == "words")
    assert "I do not understand what it says in words" in str(blocks[field - 1]), "directly at its field"
    assert shown(world).count("I do not understand") == 1
    there = holds(view)
    assert {name: there[name] for name in ("prompt", "words", "until", "agent")} == {
        name: typed[name] for name in ("prompt", "words", "until", "agent")
    }
    await world.submit(await form(world), {"words": "every Friday at 9"})
    assert (await only(world)).quiet


async def test_words_that_are_refused_for_their_time_are_refused_at_their_field_and_else_at_the_top(
    world: World,
) -> None:
    await world.command("/followup")
    await world.submit(await form(world), {"prompt": "look", "words": "every minute"})
    await until(lambda: "too often" in shown(world), seen=lambda: shown(world))
    blocks = (await form(world)).definition["blocks"]
    field = next(number for number, block in enumerate(blocks) if block.get("block_id") == "words")
    assert "too often" in str(blocks[field - 1])
    assert "I cannot take “every minute”" in str(blocks[0])
    await some(world, world.settings.follow_ups_per_person)
    await world.submit(await form(world), {"words": "every Friday at 9"})
    await until(lambda: "as many as one person may have" in shown(world), seen=lambda: shown(world))
    assert "as many as one person may have" in str((await form(world)).definition["blocks"][0])


async def test_words_without_a_time_of_day_are_taken_for_nine_which_is_said_there_too(world: World) -> None:
    await world.command("/followup")
    await world.submit(await form(world), {"prompt": "look", "words": "on Friday"})
    await whispers(world, "> look", "so I took 9:00")
    await until(lambda: "Kept." in shown(world), seen=lambda: shown(world))
    assert "so I took 9:00" in shown(world)
    thread = await a_thread(world)
    await press(world, thread.ours[-1], "new")
    await world.submit(await form(world), {"prompt": "look", "words": "on Friday"})
    await until(lambda: "Kept." in shown(world), seen=lambda: shown(world))
    assert "so I took 9:00" in shown(world)
    assert "so I took 9:00" not in drawn(thread), "who read the form is told, not the thread"
    await press(world, thread.ours[-1], "change")
    await world.submit(await form(world), {"words": "on Monday at 10"})
    await until(lambda: "Changed." in shown(world), seen=lambda: shown(world))
    assert "so I took" not in shown(world)


async def test_the_form_says_where_it_will_run(world: World) -> None:
    thread, card, _ = await a_card(world)
    await world.command("/followup")
    await until(lambda: f"Where: in <#{GENERAL}>, each time in a thread" in shown(world), seen=lambda: shown(world))
    await world.command("/followup", channel=DM)
    await until(lambda: "Where: in our direct messages, each time" in shown(world), seen=lambda: shown(world))
    await press(world, card, "change")
    await until(lambda: "Where: in this thread." in shown(world), seen=lambda: shown(world))
    await world.command("/followup", "list")
    await whispers(world, "You have 1 follow-up.")
    await press(world, world.whispered[-1], "change")
    await until(lambda: f"Where: in its thread in <#{GENERAL}>." in shown(world), seen=lambda: shown(world))
    await world.shortcut("follow_up_on", thread.messages[0], user=CAMILLE)
    await until(lambda: "dans ce fil." in shown(world, CAMILLE), seen=lambda: shown(world, CAMILLE))


async def test_a_recurrence_that_the_form_has_no_choice_for_stays_what_it_is(world: World) -> None:
    await world.command("/followup", "every last Friday of the month at 16:00 retro")
    before = await only(world)
    await press(world, world.whispered[-1], "change")
    view = await form(world)
    assert "the last Friday" in holds(view)["words"]
    await world.submit(view, {"prompt": "retrospective"})
    await whispers(world, "> retrospective")
    after = await now_is(world, before)
    assert (after.when, after.due) == (before.when, before.due)


async def test_the_form_speaks_french(world: World) -> None:
    await world.command("/followup", user=CAMILLE)
    view = await form(world, user=CAMILLE)
    assert view.definition["title"]["text"] == "Nouveau suivi"
    assert "Heure (Europe/Paris)" in shown(world, CAMILLE)
    errors = await world.submit(view, {"prompt": "regarder", "date": "2027-02-28"})
    assert "Ce moment est passé. Le plus proche à venir est lundi 1 mars 2027 à " in errors["date"]
    await world.submit(view, {"prompt": "regarder", "words": "tous les lundis à 9h"})
    assert (await only(world, CAMILLE)).when.rule.startswith("FREQ=WEEKLY;BYDAY=MO")


# -- from a message, and under an answer ----------------------------------------


async def test_a_message_s_menu_opens_the_form_with_its_words(world: World) -> None:
    thread = await a_thread(world)
    await world.shortcut("follow_up_on", thread.messages[0])
    view = await form(world)
    assert holds(view)["prompt"] == "> what broke?\n"
    await world.submit(view, {"prompt": "ask again", "words": "in 3 hours"})
    await until(lambda: len(thread.ours) == 2, seen=lambda: thread.said)
    one = await only(world)
    assert (one.channel, one.thread_ts) == (GENERAL, thread.root)
    assert "Where: in this thread." in thread.said[-1]


async def test_an_answer_offers_a_follow_up_once_and_under_its_last_message(world: World) -> None:
    thread, card, one = await a_card(world)
    assert buttons(thread.ours[0]) == ["Follow up"]
    assert one.thread_ts == thread.root
    assert "Follow-up for Ada" in thread.said[-1], "everybody in the thread reads it"
    assert buttons(card) == ["Change", "Cancel"]
    assert one.card == card.ts


async def test_a_streamed_answer_offers_one_too(world: World) -> None:
    world.mistral.script.will_say("Hello Ada.")
    thread = await world.dm("hi")
    await thread.answered()
    assert buttons(thread.ours[-1]) == ["Follow up"]


async def test_an_agent_whose_file_says_no_offers_none(make_world: MakeWorld) -> None:
    quiet = AGENTS["assistant"].replace("---\nmodel", "---\nfollow_ups: false\nmodel", 1)
    world = await make_world(agents={"assistant": quiet})
    assert buttons((await a_thread(world)).ours[-1]) == []


async def test_a_failure_offers_none(world: World) -> None:
    world.mistral_fault("conversations.start", "status", status=400)
    thread = await world.mention("what broke?")
    await thread.answered()
    assert "Follow up" not in buttons(thread.ours[-1])


async def test_the_owner_cancels_on_the_thread_s_card_and_it_says_by_whom(world: World) -> None:
    thread, card, one = await a_card(world)
    await press(world, card, "cancel")
    await until(lambda: "Cancelled by Ada." in thread.said[-1], seen=lambda: thread.said)
    assert buttons(thread.ours[-1]) == []
    assert (await now_is(world, one)).why is Why.PERSON


async def test_an_admin_may_cancel_and_nobody_else(world: World) -> None:
    thread, card, one = await a_card(world)
    await press(world, card, "cancel", user=CAMILLE)
    await whispers(world, "Ce suivi est celui d’Ada")
    assert (await now_is(world, one)).status is Status.ACTIVE
    await press(world, card, "change", user=GRACE)
    await until(lambda: "not yours to do" in shown(world, GRACE), seen=lambda: shown(world, GRACE))
    await press(world, card, "cancel", user=GRACE)
    await until(lambda: "Cancelled by Grace." in thread.said[-1], seen=lambda: thread.said)


@pytest.mark.parametrize(("act", "done"), [("pause", "paused"), ("cancel", "cancelled")])
async def test_the_owner_is_told_once_that_somebody_else_did_it(world: World, act: str, done: str) -> None:
    thread, _, one = await a_card(world)
    await thread.reply("<@U0BOT> follow-ups", user=GRACE)
    await until(lambda: len(thread.ours) == 3, seen=lambda: thread.said)
    await press(world, thread.ours[-1], act, user=GRACE)
    assert f"Grace {done} your follow-up in" in await told(world, ADA)
    [message] = direct(world, ADA)
    assert "> check the deploy" in " ".join(words_in(message.blocks))
    assert buttons(message) == (["Resume", "Cancel"] if act == "pause" else [])
    found = await store(world).get(TEAM, one.id)
    assert found is not None
    assert found.follow_up.by == GRACE
    assert len(direct(world, ADA)) == 1


async def test_a_press_in_it_once_it_was_cancelled_elsewhere_says_so_and_takes_the_buttons(world: World) -> None:
    thread, card, _ = await a_card(world)
    await thread.reply("<@U0BOT> follow-ups", user=GRACE)
    await until(lambda: len(thread.ours) == 3, seen=lambda: thread.said)
    await press(world, thread.ours[-1], "pause", user=GRACE)
    await told(world, ADA)
    [message] = direct(world, ADA)
    await press(world, card, "cancel")
    await until(lambda: "Cancelled by Ada." in " ".join(words_in(card.blocks)), seen=lambda: card.blocks)
    await press(world, message, "resume")
    await until(lambda: "It has ended already." in " ".join(words_in(message.blocks)), seen=lambda: message.blocks)
    assert buttons(message) == []


async def test_who_pauses_their_own_is_told_nothing(world: World) -> None:
    _, card, one = await a_card(world)
    await press(world, card, "cancel")
    await until_true(lambda: ended(world, one), seen=lambda: one.id)
    assert not [key async for key in world.redis.scan_iter(match=f"{keys.seen('told:')}*")], "nothing is to be told"
    assert direct(world, ADA) == []


async def ended(world: World, one: FollowUp) -> bool:
    return (await now_is(world, one)).status is Status.ENDED


async def test_a_change_is_said_on_the_thread_s_card(world: World) -> None:
    thread, card, _ = await a_card(world)
    await press(world, card, "change")
    await world.submit(await form(world), {"prompt": "check it twice"})
    await until(lambda: "Changed by Ada." in thread.said[-1], seen=lambda: thread.said)
    assert "> check it twice" in thread.said[-1]
    assert len(thread.ours) == 2


async def test_a_click_on_one_that_has_ended_says_so(world: World) -> None:
    _, card, one = await a_card(world)
    found = await store(world).get(TEAM, one.id)
    assert found is not None
    await store(world).change(found, one.ended(Why.DONE))
    await press(world, card, "cancel")
    await whispers(world, "It has ended already.")


# -- lists ----------------------------------------------------------------------


async def test_who_has_none_is_told_so(world: World) -> None:
    assert await world.command("/followup", "list") == "You have no follow-ups."
    assert await world.command("/followup", "liste", user=CAMILLE) == "Vous n’avez aucun suivi."


async def test_the_list_shows_a_person_s_own_the_next_due_first_and_the_paused_with_why(world: World) -> None:
    first, second, third = await some(world, 3)
    await some(world, 1, user=CAMILLE)
    found = await store(world).get(TEAM, first.id)
    assert found is not None
    await store(world).change(found, first.paused(Why.FAILED))
    said = await world.command("/followup", "list")
    assert "You have 3 follow-ups" in said
    assert said.index("task 1") < said.index("task 2") < said.index("task 0")
    assert "Paused, since it failed three times in a row." in said
    assert buttons(world.whispered[-1]) == [
        *["Change", "Pause", "Run now", "Cancel"] * 2,
        *["Change", "Resume", "Cancel"],
    ]
    assert second.due < third.due


def offered(world: World) -> dict[str, list[str]]:
    """The buttons of a list, by follow-up."""
    found: dict[str, list[str]] = {}
    for block in world.whispered[-1].blocks:
        for button in block.get("elements", []):
            found.setdefault(button["value"].rpartition(":")[2], []).append(button["text"]["text"])
    return found


async def test_a_list_offers_nothing_that_would_only_be_refused(world: World) -> None:
    began = int(MONDAY.timestamp())
    running, woken, missing, paused = await some(world, 4)
    await stand(world, running, running=began, running_since=began)
    await stand(world, woken, when=When(hook=True, zone="UTC"), due=0)
    await stand(world, missing, agent="gone", status=Status.PAUSED, why=Why.AGENT_GONE, due=0)
    await stand(world, paused, running=began, running_since=began, status=Status.PAUSED, why=Why.PERSON, by=ADA)
    assert "It runs at this moment." in await world.command("/followup", "list")
    assert offered(world) == {
        running.id: ["Change", "Pause", "Cancel"],
        woken.id: ["Change", "Show address", "Pause", "Run now", "Cancel"],
        missing.id: ["Change", "Cancel"],
        paused.id: ["Change", "Resume", "Cancel"],
    }


async def test_of_an_owner_who_has_left_one_can_only_be_cancelled(world: World) -> None:
    thread = await a_thread(world)
    for one in await some(world, 2, thread_ts=thread.root):
        await stand(world, one, owner="U0LEFT", status=Status.PAUSED, why=Why.OWNER_GONE, due=0)
    world.slack.workspace.people["U0LEFT"] = replace(world.slack.workspace.people[CAMILLE], id="U0LEFT", deleted=True)
    await thread.reply("<@U0BOT> follow-ups", user=GRACE)
    await thread.answered(2)
    assert buttons(thread.ours[-1]) == ["Cancel", "Cancel"]


async def stand(world: World, one: FollowUp, **changes: Any) -> None:
    """Put it there as it is to be found."""
    known = await store(world).get(TEAM, one.id)
    assert known is not None
    await store(world).change(known, replace(one, **changes))


async def test_what_is_done_of_a_number_of_runs_is_said_once_something_is(world: World) -> None:
    await some(world, 1, most_runs=2)
    await some(world, 1, user=CAMILLE, most_runs=2)
    said = await world.command("/followup", "list")
    assert "Ends after 2 runs." in said
    assert "done" not in said
    await press(world, world.whispered[-1], "run")
    await whispers(world, "Ends after 2 runs", "1", "done")


async def test_a_long_list_has_pages(world: World) -> None:
    await some(world, 23)
    said = await world.command("/followup", "list")
    assert "task 9" in said
    assert "task 10" not in said
    await press(world, world.whispered[-1], "page")
    assert "task 19" in await whispers(world, "task 10")
    assert buttons(world.whispered[-1])[-2:] == ["Earlier", "More"]


async def test_one_is_paused_and_resumed_in_the_list(world: World) -> None:
    first, _ = await some(world, 2)
    await world.command("/followup", "list")
    await press(world, world.whispered[-1], "pause", follow_up=first.id)
    assert "Paused, by Ada." not in await whispers(world, "Paused by Ada."), "its row says it"
    assert (await now_is(world, first)).status is Status.PAUSED
    await press(world, world.whispered[-1], "resume", follow_up=first.id)
    await whispers(world, "Resumed, by Ada.\n> task 0\n")
    assert (await now_is(world, first)).due == first.due


async def test_a_list_of_pages_says_which_one_was_paused_though_its_row_moves_to_another_page(world: World) -> None:
    first, *_ = await some(world, 14)
    await world.command("/followup", "list")
    await press(world, world.whispered[-1], "pause", follow_up=first.id)
    said = await whispers(world, "Paused, by Ada.\n> task 0\n")
    assert said.count("> task 0") == 1, "its row is on the second page"


async def test_a_refusal_in_a_list_says_of_which_one(world: World) -> None:
    first, *_ = await some(world, 3)
    await world.command("/followup", "list")
    await stand(
        world,
        first,
        prompt=f"{'look at *all* ' * 30}<!channel>",
        running=(now := int(MONDAY.timestamp())),
        running_since=now,
    )
    await press(world, world.whispered[-1], "run", follow_up=first.id)
    said = await whispers(world, "It runs at this moment.\n> look at")
    quoted = said.partition("\n> ")[2].partition("\n")[0]
    assert len(quoted) < 200, "in short"
    assert "<!channel>" not in said


async def test_one_is_changed_from_the_list_which_then_shows_it(world: World) -> None:
    first, _ = await some(world, 2)
    await world.command("/followup", "list")
    await press(world, world.whispered[-1], "change", follow_up=first.id)
    await world.submit(await form(world), {"prompt": "another task"})
    await whispers(world, "Changed.\n> another task\n", "You have 2 follow-ups", "> task 1")


async def test_one_is_run_now(world: World) -> None:
    [one] = await some(world, 1)
    await world.command("/followup", "list")
    await press(world, world.whispered[-1], "run")
    await whispers(world, "It runs now, for Ada.\n> task 0\n")
    assert (await now_is(world, one)).runs == 1


async def test_one_that_runs_is_not_run_twice_at_a_time(world: World) -> None:
    began = int(MONDAY.timestamp())
    [one] = await some(world, 1)
    await world.command("/followup", "list")
    await stand(world, one, running=began, running_since=began)
    await press(world, world.whispered[-1], "run")
    await whispers(world, "It runs at this moment.")
    assert (await now_is(world, one)).runs == 0


async def test_one_is_cancelled_in_the_list_and_a_second_press_is_harmless(world: World) -> None:
    first, second = await some(world, 2)
    await world.command("/followup", "list")
    before = world.whispered[-1]
    await world.command("/followup", "list")
    await press(world, world.whispered[-1], "cancel", follow_up=first.id)
    await whispers(world, "Cancelled, by Ada.\n> task 0\n", "You have 1 follow-up.")
    await press(world, before, "cancel", follow_up=first.id)
    await whispers(world, "It has ended already.\n> task 0\n", "You have 1 follow-up.")
    assert [one.id for one in await kept(world)] == [second.id]


async def test_a_channel_lists_those_that_begin_threads_in_it_and_an_admin_ends_one(world: World) -> None:
    await some(world, 2)
    thread = await world.mention("follow-ups", user=GRACE)
    await thread.answered()
    assert "There are 2 follow-ups in this channel" in thread.said[-1]
    listed = thread.ours[-1]
    await press(world, listed, "cancel", user=GRACE, follow_up="id0")
    await until(lambda: "There is 1 follow-up in this channel" in drawn(thread), seen=lambda: drawn(thread))
    assert "Cancelled, by Grace.\n> task 0\n" in drawn(thread)
    assert "> task 1" in drawn(thread)
    assert drawn(thread).count("> task 0") == 1, "where it says what was cancelled"
    assert world.mistral.requests("conversations.start") == []


@pytest.mark.parametrize("word", ["follow-ups", "Suivis ?", "followups"])
async def test_a_thread_lists_those_that_run_in_it(world: World, word: str) -> None:
    thread = await a_thread(world)
    await some(world, 2, thread_ts=thread.root)
    await thread.reply(f"<@U0BOT> {word}", user=GRACE)
    await thread.answered(2)
    assert "There are 2 follow-ups in this thread" in thread.said[-1]
    listed = thread.ours[-1]
    assert "> task 0" in drawn(thread)
    await press(world, listed, "pause", user=GRACE, follow_up="id0")
    await until(
        lambda: "Paused by Grace." in drawn(thread),
        seen=lambda: drawn(thread),
    )
    assert len(thread.ours) == 2


async def test_one_press_is_one_run_though_slack_is_away_when_the_list_is_drawn_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run has ended by the time that the errand is begun again: pressing once is no reason for another."""
    thread = await a_thread(world)
    [one] = await some(world, 1, thread_ts=thread.root)
    await thread.reply("<@U0BOT> follow-ups")
    await thread.answered(2)
    monkeypatch.setattr(doing, "SLACK_AWAY", timedelta(seconds=1))
    world.slack_fault("chat.update", "error", code="internal_error", times=1)
    world.mistral.script.will_say("Once.")
    await press(world, thread.ours[-1], "run")
    await until(lambda: "It runs now, for Ada." in drawn_again(thread), seen=lambda: drawn_again(thread))
    await thread.rests()
    assert world.calls("chat.update") == 2
    assert (await now_is(world, one)).runs == 1
    assert sum("Once." in said for said in thread.said) == 1


def drawn_again(thread: Thread) -> str:
    return "\n".join("\n".join(words_in(message.blocks)) for message in thread.ours)


async def test_a_list_for_everybody_stays_as_it_was_written_whoever_presses(world: World) -> None:
    """Camille writes 14:00 and French; who reads the list in English goes on reading 2:00 PM, and in whose zone."""
    thread = await a_thread(world)
    at = int(MONDAY.timestamp()) + 4 * 3_600
    for one in await some(world, 12, thread_ts=thread.root):
        await stand(world, one, when=When(at=at, zone="Europe/London"), due=at)
    await thread.reply("<@U0BOT> follow-ups")
    await thread.answered(2)
    there = "When: on Monday, March 1 at 2:00\u00a0PM (Europe/London)."
    assert drawn(thread).count(there) == 10
    await press(world, thread.ours[-1], "page", user=CAMILLE)
    await until(lambda: drawn(thread).count(there) == 2, seen=lambda: drawn(thread))
    assert "There are 12 follow-ups in this thread" in drawn(thread)
