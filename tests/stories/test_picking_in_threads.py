"""In a thread: `+name`, `agent NAME`, `add NAME` and `remove NAME` change who answers and who may take part."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.agents_api.brains.steps import CallFunction, Say
from tests.stories.conftest import MakeWorld
from tests.stories.tools import ODD_JOBS, agent
from tests.world import ADA, AGENT, BOT, CAMILLE, GRACE, Thread, World, until

FRIEND = AGENT.replace("Helps.", "A friend.")
SECRET = AGENT.replace("description: Helps.", f"description: Money.\naccess: {{users: [{GRACE}]}}")
TOOLLESS = FRIEND.replace("tools: [time]\n", "")
AGENTS = {"assistant": AGENT, "friend": FRIEND, "finance": SECRET}


@pytest.fixture
async def town(make_world: MakeWorld) -> World:
    return await make_world(agents=AGENTS)


async def begun(town: World, text: str = "remember the number 41", *, user: str = ADA) -> Thread:
    thread = await town.mention(text, user=user)
    await thread.answered()
    return thread


async def told(thread: Thread, text: str, times: int, *, user: str = ADA) -> str:
    """What the bot says to a reply that names it."""
    await thread.reply(f"<@{BOT}> {text}", user=user)
    return (await thread.answered(times))[-1]


# ---- agent NAME -----------------------------------------------------------------------------------------------------


async def test_another_agent_answers_from_then_on_and_knows_what_was_said(town: World) -> None:
    thread = await begun(town)
    assert await told(thread, "agent friend", 2) == "Friend answers in this thread from now on."
    await told(thread, "which number?", 3)
    assert (await thread.record())["agent"] == "friend"
    start = town.mistral.log.requests("conversations.start")[1]
    assert "remember the number 41" in str(start.body)
    await told(thread, "sure?", 4)
    assert len(town.mistral.log.requests("conversations.start")) == 2, "it stays"


async def test_agent_alone_says_who_answers_here(town: World) -> None:
    thread = await begun(town)
    assert (await told(thread, "agent", 2)).startswith("Assistant (`assistant`) answers in this thread.")
    await told(thread, "agent friend", 3)
    assert (await told(thread, "agent", 4)).startswith("Friend (`friend`) answers in this thread.")


async def test_the_nearest_names_are_told_and_nothing_changes(town: World) -> None:
    thread = await begun(town)
    assert await told(thread, "agent freind", 2) == "I know no agent called “freind”. Did you mean friend?"
    assert (await thread.record())["agent"] == "assistant"


async def test_in_a_direct_message_it_needs_no_mention(town: World) -> None:
    thread = await town.dm("hello")
    await thread.answered()
    await thread.reply("agent friend")
    assert (await thread.answered(2))[-1] == "Friend answers in this thread from now on."


async def test_a_switch_while_a_turn_runs_waits_for_its_answer(town: World) -> None:
    town.mistral.script.hold(after=1)
    town.mistral.script.will_say("a long story", pieces=3)
    thread = await town.dm("tell me a story")
    await town.mistral.script.until_held()
    await thread.reply("agent friend")
    await until(lambda: town.slack.delivery.underway == 0)
    town.mistral.script.release()
    said = await thread.answered(2)
    assert said == ["a long story", "Friend answers in this thread from now on."]


SHOWN = {
    "assistant": AGENT,
    "tech": FRIEND.replace("tools:", "display_name: Technical support\ntools:"),
    "finance": SECRET.replace("tools:", "display_name: Money desk\ntools:"),
    **dict.fromkeys(("qa", "qb", "qc", "qd"), FRIEND),
}


async def test_the_names_that_people_see_can_be_typed(make_world: MakeWorld) -> None:
    town = await make_world(agents=SHOWN)
    thread = await begun(town)
    switched = "Technical support answers in this thread from now on."
    assert await told(thread, "agent Technical support", 2) == switched
    assert (await thread.record())["agent"] == "tech"
    assert (await told(thread, "add technical support", 3)).startswith("Ada has added Technical support")
    other = await begun(town, "+technical-support hello")
    assert (await other.record())["agent"] == "tech"
    assert (await town.command("/agent", "Technical support")).startswith("*Technical support* (`tech`)")


async def test_the_refusal_has_both_names_or_says_how_to_list_them(make_world: MakeWorld) -> None:
    town = await make_world(agents=SHOWN, command_prefix="tw-")
    near = "I know no agent called “technical-suport”. Did you mean Technical support (tech)?"
    assert await begun_with(town, "+technical-suport hello") == near
    for text in ("+money-desk hello", "+zzzz hello"):
        said = await begun_with(town, text)
        assert said.endswith("`/tw-agent` lists those you can use here."), said


@pytest.mark.parametrize("text", ["agent Smith sold it to me", "agent Money desk"])
async def test_what_is_no_name_of_an_agent_of_ours_is_a_message(make_world: MakeWorld, text: str) -> None:
    thread = await begun(await make_world(agents=SHOWN))
    assert f"answer to: [Ada] {text}" in await told(thread, text, 2)


async def test_a_command_asks_by_the_name_that_people_see(make_world: MakeWorld) -> None:
    town = await make_world(agents=SHOWN)
    said = await town.command("/agent", "Technical support is it broken?")
    assert said == "Ada asks Technical support:\n> is it broken?"


async def begun_with(town: World, text: str) -> str:
    thread = await town.mention(text)
    return (await thread.answered())[0]


async def test_a_first_message_that_looks_like_a_switch_is_a_question(town: World) -> None:
    thread = await town.mention("agent friend")
    assert "answer to: [Ada] agent friend" in (await thread.answered())[0]


# ---- add and remove -------------------------------------------------------------------------------------------------


async def test_an_agent_is_added_and_removed_and_the_thread_is_told_from_when(town: World) -> None:
    thread = await begun(town)
    said = await told(thread, "add friend", 2)
    assert said.startswith("Ada has added Friend to this thread. Where I pass the work on myself, that counts at once")
    record = await thread.record()
    assert (record["added"], record["removed"]) == ("friend", "")
    assert await told(thread, "add friend", 3) == "Friend may take part in this thread already."
    assert (await told(thread, "remove friend", 4)).startswith("Ada has removed Friend from this thread.")
    record = await thread.record()
    assert (record["added"], record["removed"]) == ("", "friend")
    assert await told(thread, "remove friend", 5) == "Friend has been removed from this thread already."


@pytest.mark.parametrize("text", ["add milk", "remove the second line", "add friend to the list", "add finance"])
async def test_what_names_no_agent_of_ours_is_a_message(town: World, text: str) -> None:
    """Finance is an agent, but not one that Ada may know of."""
    thread = await begun(town)
    assert f"answer to: [Ada] {text}" in await told(thread, text, 2)
    assert "added" not in await thread.record()


async def test_what_nearly_names_one_is_asked_about(town: World) -> None:
    thread = await begun(town)
    assert await told(thread, "add friends", 2) == "I know no agent called “friends”. Did you mean friend?"
    assert "added" not in await thread.record()


async def test_who_was_never_among_them_is_not_said_to_be_removed(town: World) -> None:
    thread = await begun(town)
    assert (await told(thread, "remove friend", 2)).startswith("Friend is not among those who may be handed to")
    assert "removed" not in await thread.record()


async def test_who_may_use_it_may_add_it(town: World) -> None:
    thread = await begun(town, user=GRACE)
    assert (await told(thread, "add finance", 2, user=GRACE)).startswith("Grace has added Finance")


async def test_while_a_turn_runs_it_counts_at_once_and_is_not_said_to_the_model(town: World) -> None:
    town.mistral.script.hold(after=1)
    town.mistral.script.will_say("a long story", pieces=3)
    thread = await town.dm("tell me a story")
    await town.mistral.script.until_held()
    await thread.reply("add friend")
    added = "Ada has added Friend to this thread."
    await until(lambda: any(said.startswith(added) for said in thread.said), seen=lambda: thread.said)
    assert (await thread.record())["state"] == "working"
    town.mistral.script.release()
    await thread.rests()
    record = await thread.record()
    assert record["added"] == "friend"
    assert sum(said.startswith(added) for said in thread.said) == 1
    await thread.reply("and then?")
    await until(lambda: "and then?" in str(thread.said), seen=lambda: thread.said)
    await thread.rests()
    assert "add friend" not in str([request.body for request in town.mistral.log.requests()])


async def test_while_a_turn_asks_a_person_it_counts_as_well(make_world: MakeWorld) -> None:
    world = await make_world(agents={**agent("{odd__*: ask}"), "friend": TOOLLESS}, servers=ODD_JOBS)
    world.mistral.script.will_call("odd__fail")
    thread = await world.mention("do it")
    await until(lambda: any("deny" in str(message.blocks) for message in thread.ours), seen=lambda: thread.said)
    await thread.rests()
    await thread.reply(f"<@{BOT}> add friend", user=CAMILLE)
    await until(lambda: "Friend" in thread.said[-1], seen=lambda: thread.said)
    record = await thread.rests()
    assert (record["state"], record["added"]) == ("asking", "friend")
    assert world.whispers == [], "nobody is told to wait: it is done"


async def test_a_message_that_only_looks_like_one_is_steered_as_any(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents={**agent(), "friend": TOOLLESS}, servers=ODD_JOBS, lease=4)
    script = world.mistral.script
    script.will(
        Say(text="Let me count.", pieces=3),
        CallFunction(name="odd__count", arguments={"journal": str(tmp_path / "ran")}),
    )
    script.hold(after=1)
    thread = await world.mention("count what we need")
    await script.until_held()
    await thread.reply(f"<@{BOT}> add milk")
    [worker] = world.workers
    await until(lambda: any(hold.mail_waits for hold in worker.ctx["services"].holdings.holds))
    script.release()
    await thread.answered()
    assert "add milk" in str(world.mistral.log.requests("conversations.append")[0].body)


async def test_a_worker_that_dies_after_the_line_says_it_once(town: World) -> None:
    thread = await begun(town)
    turns = town.workers[0].ctx["services"].turns
    finish, calls = turns.finish, 0

    async def dies_first(*args: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ConnectionError("died")
        return await finish(*args, **options)

    turns.finish = dies_first
    await thread.reply(f"<@{BOT}> add friend")
    await until(lambda: calls > 1)
    await thread.rests()
    assert sum("has added Friend" in said for said in thread.said) == 1
    assert (await thread.record())["added"] == "friend"


# ---- +name ----------------------------------------------------------------------------------------------------------


async def test_a_plus_in_a_reply_changes_the_threads_agent(town: World) -> None:
    thread = await begun(town)
    await told(thread, "+friend which number?", 2)
    await told(thread, "sure?", 3)
    assert (await thread.record())["agent"] == "friend"


async def test_the_nearest_names_are_those_one_may_know_of(town: World) -> None:
    for name in ("finance", "financ"):
        thread = await town.mention(f"+{name} how much?")
        assert await thread.answered() == [f"I know no agent called “{name}”. Did you mean assistant or friend?"]
    thread = await town.mention("+finance how much?", user=GRACE)
    assert "how much?" in (await thread.answered())[0]
