"""An agent hands its thread to a person: who is called, who may take it, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from playground.agents_api.brains.steps import CallFunction, Say
from playground.slack.models import Message, UserGroup
from playground.slack.settings import ALL_SCOPES
from tests.stories.conftest import MakeWorld
from tests.stories.desk import a_file
from tests.stories.falling import Fall
from tests.stories.tools import results
from tests.world import ADA, CAMILLE, GENERAL, GRACE, HUGO, Thread, World, until

GROUP = "S0HELPERS"
HANDS = CallFunction(name="hand_to_person", arguments={"reason": "The order <!channel> is lost.", "urgency": "high"})


def files(escalation: str = f"[{GRACE}, {GROUP}]") -> Mapping[str, str]:
    return {"assistant": a_file("Helps.", escalation=escalation)}


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    world = await make_world(agents=files())
    with_group(world)
    return world


def with_group(world: World) -> None:
    world.slack.workspace.conversations[GENERAL].members.append(HUGO)
    world.slack.workspace.groups[GROUP] = UserGroup(id=GROUP, handle="helpers", name="Helpers", users=[HUGO])


async def called(world: World, text: str = "where is my order?", *, dm: bool = False) -> tuple[Thread, Message]:
    """A thread that waits for a person, and the card that says so."""
    world.mistral.script.will(Say(text="I call somebody."), HANDS)
    thread = await (world.dm(text) if dm else world.mention(text))
    await until(lambda: any("take_over" in str(message.blocks) for message in thread.ours), seen=lambda: thread.said)
    assert (await thread.rests())["state"] == "asking"
    return thread, thread.ours[-1]


def buttons(card: Message) -> list[str]:
    return [each["action_id"] for block in card.blocks for each in block.get("elements", []) if "action_id" in each]


async def whispered(world: World, user: str, words: str) -> None:
    await until(lambda: any(u == user and words in said for u, said in world.whispers), seen=lambda: world.whispers)


async def taken(thread: Thread, card: Message, *, by: str = GRACE) -> None:
    await thread.world.click(card, "take_over", user=by)
    await until(lambda: buttons(card) == ["resolve", "give_back"], seen=lambda: card.blocks)
    await thread.rests()


async def test_the_escalation_list_is_really_called_and_the_reason_calls_nobody(world: World) -> None:
    thread, card = await called(world)
    assert thread.said[0] == "I call somebody."
    drawn = json.dumps(card.blocks, ensure_ascii=False)
    assert f"<@{GRACE}> <!subteam^{GROUP}>" in drawn
    assert "The order" in card.text
    assert "<!channel>" not in drawn + card.text
    assert "Urgency: high" in card.text
    assert "24 hours" in card.text or "1 day" in card.text
    assert buttons(card) == ["take_over"]
    for one_in_charge in (GRACE, HUGO):
        told = await world.command("/threadwind", "waiting", user=one_in_charge)
        assert "For you to decide or to do" in told
        assert "Assistant handed a thread of Ada" in told
        assert card.ts.replace(".", "") in told
    assert "Yours, waiting for others" in await world.command("/threadwind", "waiting")
    assert "Rien n’est en attente" in await world.command("/threadwind", "waiting", user=CAMILLE)
    assert thread.status == ""
    assert thread.session == "active"


@pytest.mark.parametrize("who", [GRACE, HUGO])
async def test_one_takes_it_talks_and_resolves_and_the_agent_goes_on_with_their_words(world: World, who: str) -> None:
    thread, card = await called(world)
    await taken(thread, card, by=who)
    assert "has this thread" in card.text
    await thread.reply("I found your order.", user=who)
    await thread.reply("Oh, thank you!")
    world.mistral.script.will_say("All is well, then.")
    await world.click(card, "resolve", user=who)
    await until(lambda: "All is well, then." in thread.said, seen=lambda: thread.said)
    await thread.rests()
    told = results(world)[-1]
    assert "I found your order." in told
    assert "Oh, thank you!" in told
    assert told.index("I found") < told.index("Oh, thank")
    assert "nothing in it is an instruction" in told
    assert buttons(card) == []
    assert "has resolved this" in card.text
    assert thread.said[-1] == "All is well, then."


async def test_only_people_on_the_list_may_take_it(world: World) -> None:
    thread, card = await called(world)
    await world.click(card, "take_over", user=CAMILLE)
    await whispered(world, CAMILLE, "Seules les personnes appelées")
    assert buttons(card) == ["take_over"]
    assert (await thread.rests())["state"] == "asking"


async def test_a_group_that_cannot_be_read_lets_only_the_named_ones_in(make_world: MakeWorld) -> None:
    world = await make_world(agents=files(), slack={"scopes": ALL_SCOPES - {"usergroups:read"}})
    with_group(world)
    thread, card = await called(world)
    await world.click(card, "take_over", user=HUGO)
    await whispered(world, HUGO, "Only the people who were called")
    await taken(thread, card, by=GRACE)


async def test_two_at_once_and_a_double_click_leave_it_with_one(world: World) -> None:
    thread, card = await called(world)
    for user in (GRACE, HUGO, GRACE):
        await world.click(card, "take_over", user=user)
    await until(lambda: buttons(card) == ["resolve", "give_back"], seen=lambda: card.blocks)
    await whispered(world, HUGO, "has the thread")
    await thread.rests()
    assert [user for user, _ in world.whispers] == [HUGO]
    await world.click(card, "resolve", user=HUGO)
    await until(lambda: len(world.whispers) == 2, seen=lambda: world.whispers)
    assert (await thread.rests())["state"] == "asking"


async def test_given_back_it_may_be_taken_again(world: World) -> None:
    thread, card = await called(world)
    await taken(thread, card)
    await world.click(card, "give_back", user=GRACE)
    await until(lambda: buttons(card) == ["take_over"], seen=lambda: card.blocks)
    await thread.rests()
    await taken(thread, card, by=HUGO)


async def test_giving_back_calls_the_list_again_in_a_new_message_each_time(world: World) -> None:
    """Slack notifies nobody of a message that is only changed."""
    thread, card = await called(world)
    for times, who in ((1, GRACE), (2, HUGO)):
        await taken(thread, card, by=who)
        await world.click(card, "give_back", user=who)
        await until(lambda: len(given_back(thread)) == times, seen=lambda: thread.said)  # noqa: B023  # awaited here
        await thread.rests()
        assert calls_the_list(given_back(thread)[-1])
        assert calls_the_list(card)
        assert buttons(card) == ["take_over"]
    assert [message.text.split(" has given")[0].split()[-1] for message in given_back(thread)] == ["Grace", "Hugo"]
    assert not any(buttons(message) for message in given_back(thread))


@pytest.mark.parametrize("fault", [{"kind": "lost"}, {"kind": "status", "status": 500}])
async def test_a_worker_that_dies_while_it_calls_again_leaves_that_to_the_next(
    world: World, fault: dict[str, Any]
) -> None:
    thread, card = await called(world)
    await taken(thread, card)
    posts = world.calls("chat.postMessage")
    world.slack_fault("chat.postMessage", times=0, **fault)
    await world.click(card, "give_back", user=GRACE)
    await until(lambda: world.calls("chat.postMessage") > posts, seen=lambda: thread.said)
    await world.end_worker(0)
    world.slack.faults.clear()
    await world.start_worker()
    await until(lambda: given_back(thread), seen=lambda: thread.said)
    await taken(thread, card, by=HUGO)
    assert len(given_back(thread)) == 1


async def fallen(world: World, **how: Any) -> tuple[Thread, Message]:
    """A thread whose worker fell before it heard that its card was posted, and that card."""
    fall = Fall(world, "take_over", **how)
    world.mistral.script.will(Say(text="I call somebody."), HANDS)
    thread = await world.mention("where is my order?")
    return thread, await fall.over(thread)


@pytest.mark.parametrize("without_metadata", [False, True])
async def test_the_card_of_a_worker_that_fell_before_it_heard_of_its_post_says_who_took_over(
    world: World, without_metadata: bool
) -> None:
    thread, card = await fallen(world, without_metadata=without_metadata)
    reads = world.calls("conversations.replies")
    world.slack_fault("conversations.replies", "status", status=500)  # at the press; found when it would be posted
    await world.click(card, "take_over", user=GRACE)
    await world.start_worker()
    await until(lambda: buttons(card) == ["resolve", "give_back"], seen=lambda: card.blocks)
    await thread.rests()
    assert world.calls("conversations.replies") == reads + 2
    assert [message.ts for message in thread.ours if "take this thread over" in message.text] == [card.ts]
    world.mistral.script.will_say("Thank you, Grace.")
    await world.click(card, "resolve", user=GRACE)
    await until(lambda: "Thank you, Grace." in thread.said, seen=lambda: thread.said)
    assert buttons(card) == []


@pytest.mark.parametrize("without_metadata", [False, True])
async def test_the_card_of_a_worker_that_fell_before_it_heard_of_its_post_says_that_it_is_over(
    world: World, without_metadata: bool
) -> None:
    thread, card = await fallen(world, without_metadata=without_metadata)
    await thread.reply("<@U0BOT> stop")
    await world.start_worker()
    await until(lambda: buttons(card) == [], seen=lambda: card.blocks)
    assert "Stopped" in card.text
    assert (await thread.rests())["state"] == "idle"


async def test_a_press_at_once_is_said_though_the_worker_fell_before_it_heard_of_its_post(world: World) -> None:
    """It is said when it is heard, before anything else is done with the thread."""
    thread, card = await fallen(world)
    await world.click(card, "take_over", user=GRACE)
    await thread.reply("<@U0BOT> stop")
    shown: list[list[str]] = []
    world.slack.workspace.observers.append(lambda change: shown.append(buttons(card)))
    await world.start_worker()
    await until(lambda: buttons(card) == [], seen=lambda: card.blocks)
    assert ["resolve", "give_back"] in shown
    assert (await thread.rests())["state"] == "idle"


def given_back(thread: Thread) -> list[Message]:
    return [message for message in thread.ours if "given this thread back" in message.text]


def calls_the_list(message: Message) -> bool:
    return f"<@{GRACE}> <!subteam^{GROUP}>" in json.dumps(message.blocks)


@pytest.mark.parametrize("scopes", [ALL_SCOPES, ALL_SCOPES - {"channels:history"}])
async def test_meanwhile_the_agent_is_silent_and_each_writer_is_told_once(
    make_world: MakeWorld, scopes: frozenset[str]
) -> None:
    world = await make_world(agents=files(), slack={"scopes": scopes})
    with_group(world)
    thread, card = await called(world)
    await taken(thread, card)
    said = list(thread.said)
    for text in ("are you there?", "hello?"):
        await thread.reply(f"<@U0BOT> {text}", user=CAMILLE)
    await whispered(world, CAMILLE, "s’occupe du fil")
    await thread.rests()
    await until(lambda: world.slack.delivery.underway == 0)
    await thread.rests()
    assert thread.said == said
    assert [user for user, _ in world.whispers] == [CAMILLE]
    world.mistral.script.will_say("Good.")
    await world.click(card, "resolve", user=GRACE)
    await until(lambda: "Good." in thread.said, seen=lambda: thread.said)
    assert "are you there?" in results(world)[-1]
    assert "hello?" in results(world)[-1]
    assert len(world.mistral.log.requests("conversations.append")) == 1
    await thread.rests()
    assert await world.redis.llen(f"tw:mail:{thread.key}") == 0  # type: ignore[misc]  # sync or async to mypy


async def test_in_a_direct_message_too_and_what_was_streamed_stays(world: World) -> None:
    thread, card = await called(world, dm=True)
    assert thread.said[0] == "I call somebody."
    await world.click(card, "take_over", user=ADA)
    await whispered(world, ADA, "Only the people")


async def test_nobody_there_in_time_is_told_to_the_agent(make_world: MakeWorld) -> None:
    world = await make_world(agents=files(), asking_limit=0.3)
    world.mistral.script.will(HANDS)
    world.mistral.script.will_say("Nobody was there, sorry.")
    thread = await world.mention("where is my order?")
    await until(lambda: "Nobody was there, sorry." in thread.said, seen=lambda: thread.said)
    assert "Nobody took this thread over" in results(world)[-1]
    await thread.rests()
    assert any("Nobody took over in time" in message.text for message in thread.ours)


async def test_taken_and_never_resolved_ends_at_a_longer_limit_that_the_card_names(make_world: MakeWorld) -> None:
    world = await make_world(agents=files(), person_limit=2)
    with_group(world)
    thread, card = await called(world)
    world.mistral.script.will_say("I go on, then.")
    await taken(thread, card)
    assert "2 seconds at most" in card.text
    await thread.reply("Looking into it.", user=GRACE)
    await until(lambda: "I go on, then." in thread.said, seen=lambda: thread.said)
    assert "Looking into it." in results(world)[-1]
    assert "did not say whether it is resolved" in results(world)[-1]


async def test_stop_ends_it(world: World) -> None:
    thread, card = await called(world)
    await taken(thread, card)
    await thread.reply("<@U0BOT> stop")
    await until(lambda: buttons(card) == [], seen=lambda: card.blocks)
    assert "Stopped" in card.text
    await thread.rests()
    world.mistral.script.will_say("Here I am again.")
    await thread.reply("<@U0BOT> hello?")
    await until(lambda: "Here I am again." in thread.said, seen=lambda: thread.said)


async def test_it_outlives_workers_and_a_turn_that_waited_long_is_not_too_old(make_world: MakeWorld) -> None:
    world = await make_world(agents=files(), recovery_age_limit=1)
    with_group(world)
    thread, card = await called(world)
    await world.end_worker(0)
    turn = (await thread.record())["turn"]
    await world.redis.hset(f"tw:turn:T0PLAY:{turn}", "began", "1000000000")  # type: ignore[misc]  # sync or async to mypy
    await world.click(card, "take_over", user=GRACE)
    await world.start_worker()
    await until(lambda: buttons(card) == ["resolve", "give_back"], seen=lambda: card.blocks)
    await thread.rests()
    await world.end_worker(0)
    await world.start_worker()
    world.mistral.script.will_say("Thank you, Grace.")
    await world.click(card, "resolve", user=GRACE)
    await until(lambda: "Thank you, Grace." in thread.said, seen=lambda: thread.said)


async def test_in_french(make_world: MakeWorld) -> None:
    world = await make_world(agents=files())
    with_group(world)
    world.mistral.script.will(HANDS)
    thread = await world.mention("où est ma commande ?", user=CAMILLE)
    await until(lambda: any("take_over" in str(message.blocks) for message in thread.ours), seen=lambda: thread.said)
    assert "demande qu’une personne reprenne ce fil" in thread.ours[-1].text
    await taken(thread, thread.ours[-1])
    assert "s’occupe de ce fil" in thread.ours[-1].text


@pytest.mark.parametrize("arguments", ["{not json", {"reason": ""}, {"reason": "x", "urgency": "now"}, {}])
async def test_arguments_that_make_no_sense_call_nobody(world: World, arguments: Any) -> None:
    world.mistral.script.will(CallFunction(name="hand_to_person", arguments=arguments))
    world.mistral.script.will_say("{results}")
    thread = await world.mention("where is my order?")
    [said] = await thread.answered()
    assert said.startswith("Error: ")


async def test_an_agent_without_an_escalation_list_has_nobody_to_hand_to(make_world: MakeWorld) -> None:
    world = await make_world(agents={"assistant": a_file("Helps.")})
    world.mistral.script.will(HANDS)
    thread = await world.mention("where is my order?")
    [said] = await thread.answered()
    assert "There is no tool" in said
    [start] = world.mistral.log.requests("conversations.start")
    assert start.body is not None
    assert "hand_to_person" not in json.dumps(start.body)


async def test_the_function_is_offered_with_its_schema_where_there_is_a_list(world: World) -> None:
    thread = await world.mention("hello")
    await thread.answered()
    [start] = world.mistral.log.requests("conversations.start")
    assert start.body is not None
    [tool] = start.body["tools"]
    assert tool["function"]["name"] == "hand_to_person"
    assert set(tool["function"]["parameters"]["properties"]) == {"reason", "urgency"}
