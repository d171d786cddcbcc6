"""Agents that hand over to each other inside Mistral: who says what, what the thread is told, and where it ends."""

from __future__ import annotations

import pytest

from playground.agents_api.brains.steps import CallFunction, CutStream, HandOff, Say
from playground.slack.settings import ALL_SCOPES
from tests.stories.conftest import MakeWorld
from tests.stories.desk import a_desk, a_file, appends, client_of, push, services_of, starts
from tests.world import Thread, World, until


@pytest.fixture
async def desk(make_world: MakeWorld) -> World:
    world = await make_world(agents=a_desk())
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    return world


def speakers(thread: Thread) -> list[str | None]:
    return [message.username for message in thread.ours]


async def test_a_request_that_goes_over_three_agents_reads_as_three_people_and_two_notices(desk: World) -> None:
    desk.mistral.script.will(
        Say(text="One moment, please."),
        HandOff(to="technical"),
        Say(text="It is mended. The rest is a matter of money."),
        HandOff(to="billing"),
        Say(text="You owe nothing."),
    )
    thread = await desk.mention("+front my order is broken, and what do I owe?")
    assert await thread.answered(5) == [
        "One moment, please.",
        "*Front desk* has handed over to *Technical support*: Mends what is broken",
        "It is mended. The rest is a matter of money.",
        "*Technical support* has handed over to *Billing*: Knows the invoices",
        "You owe nothing.",
    ]
    assert speakers(thread) == ["Front desk", None, "Technical support", None, "Billing"]
    assert thread.ours[2].icons == {"emoji": ":wrench:"}
    [start] = starts(desk)
    assert start["agent_version"] == 1  # the handoffs were added when all ids were known
    assert start["handoff_execution"] == "server"
    assert (await thread.record())["speaker"] == "billing"


async def test_a_chain_without_a_word_in_between_is_one_notice_that_grows_and_a_circle_is_told_as_one(
    desk: World,
) -> None:
    desk.mistral.script.will(
        HandOff(to="technical"), HandOff(to="billing"), HandOff(to="front"), Say(text="That was me after all.")
    )
    thread = await desk.mention("+front whose is this?")
    [notice, answer] = await thread.answered(2)
    assert notice.splitlines() == [
        "*Front desk* has handed over to *Technical support*: Mends what is broken",
        "*Technical support* has handed over to *Billing*: Knows the invoices",
        "*Billing* has handed back to *Front desk*.",
    ]
    assert answer == "That was me after all."
    assert speakers(thread) == [None, "Front desk"]
    assert "speaker" not in await thread.record()


async def test_in_a_direct_message_the_stream_of_one_speaker_is_closed_before_the_next_begins(desk: World) -> None:
    desk.mistral.script.will(
        Say(text="One moment, please, I look who knows.", pieces=6, seconds=0.15),
        HandOff(to="billing"),
        Say(text="Billing here, you owe nothing at all.", pieces=6, seconds=0.15),
    )
    thread = await desk.dm("+front what do I owe?")
    await thread.answered(3)
    first, notice, last = thread.ours
    assert first.stream is not None
    assert last.stream is not None
    assert not first.stream.live
    assert (first.username, notice.username, last.username) == ("Front desk", None, "Billing")
    assert first.text == "One moment, please, I look who knows."
    assert last.text == "Billing here, you owe nothing at all."
    assert thread.session == "active"


async def test_the_thread_remembers_who_speaks_and_a_switch_forgets_it(desk: World) -> None:
    desk.mistral.script.will(HandOff(to="billing"), Say(text="Billing here."))
    thread = await desk.mention("+front what do I owe?")
    await thread.answered(2)
    await thread.reply("<@U0BOT> and now?")
    await thread.answered(3)
    assert thread.ours[-1].username == "Billing"
    assert len(starts(desk)) == 1

    await thread.reply("<@U0BOT> +technical and you?")
    await thread.answered(4)
    assert thread.ours[-1].username == "Technical support"
    assert "speaker" not in await thread.record()


async def test_the_default_agent_speaks_as_the_app_itself_and_a_picked_one_under_its_own_name(desk: World) -> None:
    thread = await desk.mention("hello")
    await thread.answered()
    await thread.reply("<@U0BOT> +archive hello")
    await thread.answered(2)
    assert speakers(thread) == [None, "Archive"]


async def test_a_default_agent_with_an_icon_has_a_name_of_its_own(make_world: MakeWorld) -> None:
    world = await make_world(agents={"assistant": a_file("Helps.", icon='":thread:"', display_name="Ariadne")})
    thread = await world.mention("hello")
    await thread.answered()
    assert speakers(thread) == ["Ariadne"]
    assert thread.ours[0].icons == {"emoji": ":thread:"}


@pytest.mark.parametrize("where", ["channel", "dm"])
async def test_without_the_scope_for_it_the_name_stands_above_the_words(make_world: MakeWorld, where: str) -> None:
    world = await make_world(agents=a_desk(), slack={"scopes": ALL_SCOPES - {"chat:write.customize"}})
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    world.mistral.script.will(HandOff(to="billing"), Say(text="Nothing is owed.", pieces=3, seconds=0.2))
    thread = await (world.mention("+front owed?") if where == "channel" else world.dm("+front owed?"))
    await thread.answered(2)
    assert thread.ours[-1].username is None
    assert "Billing" in str((thread.ours[-1].blocks, thread.ours[-1].text))
    assert "Nothing is owed." in thread.said[-1]


async def test_more_handoffs_than_the_limit_end_the_turn_with_a_sentence(make_world: MakeWorld) -> None:
    world = await make_world(agents=a_desk(), handoff_limit=2)
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    circle = [HandOff(to="technical"), HandOff(to="billing"), HandOff(to="front")]
    world.mistral.script.will(Say(text="Well."), *circle, *circle, Say(text="never shown"))
    thread = await world.mention("+front go round")
    said = await thread.answered(3)
    assert said[0] == "Well."
    assert len(said[1].splitlines()) == 2
    assert "2 handoffs" in said[2]
    assert "never shown" not in "".join(said)
    world.mistral.script.will_say("Here again.")
    await thread.reply("<@U0BOT> and now?")
    assert "Here again." in (await thread.answered(4))[-1]


async def test_stop_during_a_chain_keeps_what_was_said_and_says_no_more(desk: World) -> None:
    desk.mistral.script.will(
        Say(text="One moment."), HandOff(to="billing"), Say(text="a b c d e f", pieces=6, seconds=0.4)
    )
    thread = await desk.dm("+front what do I owe?")
    await until(lambda: len(thread.ours) == 3, seen=lambda: thread.said)
    await thread.reply("stop")
    said = await thread.answered(4)
    assert said[0] == "One moment."
    assert "Stopped" in said[-1]
    assert thread.status == ""


@pytest.mark.parametrize("where", ["channel", "dm"])
async def test_a_worker_that_goes_in_the_middle_of_a_chain_costs_no_part_and_doubles_none(
    make_world: MakeWorld, where: str
) -> None:
    world = await make_world(agents=a_desk(), mistral={"lock_seconds": 0.2, "on_drop": "store"}, lease=30)
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    world.mistral.script.hold(after=3)
    world.mistral.script.will(
        Say(text="One moment.", pieces=1),
        HandOff(to="technical"),
        Say(text="Mended.", pieces=1),
        HandOff(to="billing"),
        Say(text="Nothing is owed.", pieces=1),
    )
    thread = await (world.mention("+front help") if where == "channel" else world.dm("+front help"))
    await world.mistral.script.until_held()
    await until(lambda: len(thread.ours) >= 2, seen=lambda: thread.said)
    await world.end_worker(0)
    world.mistral.script.release()
    await world.start_worker()
    assert await thread.answered(5) == [
        "One moment.",
        "*Front desk* has handed over to *Technical support*: Mends what is broken",
        "Mended.",
        "*Technical support* has handed over to *Billing*: Knows the invoices",
        "Nothing is owed.",
    ]
    assert speakers(thread) == ["Front desk", None, "Technical support", None, "Billing"]


async def test_an_answer_that_is_made_again_takes_back_what_the_lost_one_had_settled(make_world: MakeWorld) -> None:
    world = await make_world(agents=a_desk(), mistral={"lock_seconds": 0.2, "on_drop": "discard"})
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    world.mistral.script.will(
        Say(text="Front will ask billing."), HandOff(to="billing"), Say(text="Let me"), CutStream()
    )
    world.mistral.script.will(Say(text="I know it myself: nothing."))
    thread = await world.dm("+front what do I owe?")
    await until(lambda: "I know it myself: nothing." in thread.said, seen=lambda: thread.said)
    await thread.rests()
    assert thread.said == ["I know it myself: nothing."]
    assert "speaker" not in await thread.record()


async def test_a_function_call_after_a_handoff_is_judged_by_the_file_of_the_agent_that_made_it(
    make_world: MakeWorld,
) -> None:
    agents = a_desk() | {"billing": a_file("Knows the invoices", handoffs="[front]", escalation="[U0GRACE]")}
    world = await make_world(agents=agents)
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    world.mistral.script.will(HandOff(to="billing"), CallFunction(name="hand_to_person", arguments={"reason": "Odd."}))
    thread = await world.mention("+front what do I owe?")
    await until(lambda: any("Odd." in said for said in thread.said), seen=lambda: thread.said)
    assert "*Billing* asks a person" in thread.said[-1]

    # front has no escalation list: the same call of its own is none of its functions.
    world.mistral.script.will(CallFunction(name="hand_to_person", arguments={"reason": "Mine."}))
    other = await world.mention("+front help")
    [said] = await other.answered()
    assert "There is no tool" in said


async def test_a_call_by_an_agent_that_nobody_knows_is_not_made(desk: World) -> None:
    stranger = await client_of(desk).create({"model": "mistral-medium-latest", "name": "stranger"})
    desk.mistral.script.will(HandOff(to=stranger.id), CallFunction(name="anything"))
    desk.mistral.script.will_say("{results}")
    thread = await desk.mention("+front help")
    said = await thread.answered(2)
    assert "stranger" in said[0]
    assert "not known here" in said[-1]


async def test_an_agent_that_was_never_pushed_says_what_to_run_and_can_be_tried_again(make_world: MakeWorld) -> None:
    world = await make_world(agents=a_desk())
    thread = await world.mention("+front help")
    [said] = await thread.answered()
    assert "threadwind agents push" in said
    await push(world)
    world.mistral.script.will_say("Here I am.")
    services = world.workers[0].ctx["services"]
    services.objects._known = type(services.objects._known)()  # a minute later
    await world.click(thread.ours[-1], "again")
    assert (await thread.answered(2))[-1] == "Here I am."


async def test_later_turns_of_a_client_conversation_say_so_in_each_append(make_world: MakeWorld) -> None:
    world = await make_world(agents=a_desk(execution="client"))
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    thread = await world.mention("+front one")
    await thread.answered()
    await thread.reply("<@U0BOT> two")
    await thread.answered(2)
    assert [body["handoff_execution"] for body in appends(world)] == ["client"]


async def test_a_pushed_agent_that_is_older_than_its_file_answers_as_it_was_pushed(desk: World) -> None:
    file = desk.settings.agents_dir[0] / "front.md"
    file.write_text(file.read_text().replace("Help.", "Help more."))
    services_of(desk).catalogs.reload()
    desk.mistral.script.will_say("As ever.")
    thread = await desk.mention("+front hello")
    assert await thread.answered() == ["As ever."]
    assert starts(desk)[0]["agent_version"] == 1


async def test_a_conversation_that_is_gone_begins_anew_with_the_agent_that_answers_here(desk: World) -> None:
    desk.mistral.script.will(HandOff(to="billing"), Say(text="Billing here."))
    thread = await desk.mention("+front what do I owe?")
    await thread.answered(2)
    await desk.redis.hset(f"tw:thread:{thread.key}", "conversation_id", "conv_00000000000000000000000000000000")  # type: ignore[misc]  # sync or async to mypy
    desk.mistral.script.will_say("Front here.")
    await thread.reply("<@U0BOT> and now?")
    assert (await thread.answered(4))[-1] == "Front here."
    assert thread.ours[-1].username == "Front desk"
    assert "speaker" not in await thread.record()
