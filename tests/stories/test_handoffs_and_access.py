"""An agent that is not for somebody is not reached by a handoff either, and is not named to them."""

from __future__ import annotations

from playground.agents_api.brains.steps import HandOff, Say
from tests.stories.conftest import MakeWorld
from tests.stories.desk import a_desk, a_file, agent_ids, appends, push, starts
from tests.world import ADA, BOT, GRACE, World, until

CLOSED = (
    "*Front desk* wanted to hand over to an agent that is not open to whoever asked, so nobody took over.",
    "I looked it up myself.",
)


async def opened(make_world: MakeWorld, *, execution: str = "server") -> World:
    """Billing is for Ada alone."""
    desk = a_desk(execution=execution)
    desk["billing"] = a_file("Knows the invoices", handoffs="[front]", access=f"{{users: [{ADA}]}}")
    world = await make_world(agents=desk)
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    return world


async def test_a_handoff_to_an_agent_that_is_not_for_the_asker_is_denied_without_a_name(make_world: MakeWorld) -> None:
    """The file leaves handoffs to Mistral, which knows nothing of who may use whom."""
    world = await opened(make_world)
    world.mistral.script.will(HandOff(to="billing"))
    world.mistral.script.will_say("I looked it up myself.")
    thread = await world.mention("+front what do I owe?", user=GRACE)
    assert tuple(await thread.answered(2)) == CLOSED
    start, after_the_denial = starts(world)
    assert start["handoff_execution"] == after_the_denial["handoff_execution"] == "client"
    assert start["agent_id"] == after_the_denial["agent_id"]


async def test_where_handoffs_are_ours_the_same(make_world: MakeWorld) -> None:
    world = await opened(make_world, execution="client")
    world.mistral.script.will(HandOff(to="billing"))
    world.mistral.script.will_say("I looked it up myself.")
    thread = await world.mention("+front what do I owe?", user=GRACE)
    assert tuple(await thread.answered(2)) == CLOSED


async def test_for_whom_it_is_it_is_reached_at_mistral_as_the_file_says(make_world: MakeWorld) -> None:
    world = await opened(make_world)
    world.mistral.script.will(HandOff(to="billing"), Say(text="Nothing is owed."))
    thread = await world.mention("+front what do I owe?", user=ADA)
    assert (await thread.answered(2))[1] == "Nothing is owed."
    [start] = starts(world)
    assert start["handoff_execution"] == "server"


async def test_in_a_conversation_that_somebody_else_began_each_turn_looks_for_its_own_asker(
    make_world: MakeWorld,
) -> None:
    world = await opened(make_world)
    world.mistral.script.will_say("Hello.")
    thread = await world.mention("+front hello", user=ADA)
    await thread.answered()
    world.mistral.script.will(HandOff(to="billing"))
    world.mistral.script.will_say("I looked it up myself.")
    await thread.reply(f"<@{BOT}> what do I owe?", user=GRACE)
    assert tuple((await thread.answered(3))[-2:]) == CLOSED
    world.mistral.script.will(HandOff(to="billing"), Say(text="Nothing is owed."))
    await thread.reply(f"<@{BOT}> and I?", user=ADA)
    assert (await thread.answered(5))[-1] == "Nothing is owed."
    assert [append["handoff_execution"] for append in appends(world)] == ["client", "server"]
    assert [start["handoff_execution"] for start in starts(world)] == ["server", "client"]  # the second after the no


async def test_somebody_else_does_not_go_on_with_an_agent_that_is_not_for_them(make_world: MakeWorld) -> None:
    """Billing has the conversation; what it was told and what its tools gave back stays with whom it is for."""
    world = await opened(make_world)
    world.mistral.script.will(HandOff(to="billing"), Say(text="You owe nothing."))
    thread = await world.mention("+front what do I owe?", user=ADA)
    await thread.answered(2)
    assert (await thread.record())["speaker"] == "billing"
    world.mistral.script.will_say("How can I help?")
    await thread.reply(f"<@{BOT}> and I?", user=GRACE)
    said = await thread.answered(4)
    assert said[-2:] == [
        "Whoever spoke here last is not open to Grace, so *Front desk* goes on from what was said.",
        "How can I help?",
    ]
    assert thread.ours[-1].username == "Front desk"
    first, second = starts(world)
    assert first["agent_id"] == second["agent_id"] == (await agent_ids(world))["front"]
    assert second["handoff_execution"] == "client"
    assert "You owe nothing." in str(second["inputs"])
    assert "speaker" not in await thread.record()
