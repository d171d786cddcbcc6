"""Handoffs that Mistral gives back to us: the file's policy decides, and two ways lead on."""

from __future__ import annotations

from typing import Any

import pytest

from playground.agents_api.brains.steps import CallFunction, HandOff, Say
from tests.stories.conftest import MakeWorld
from tests.stories.desk import a_desk, agent_ids, appends, client_of, push, starts
from tests.world import World, until
from workers.agents import variants

TO_BILLING = "*Front desk* has handed over to *Billing*: Knows the invoices"


async def opened(make_world: MakeWorld, *, front: dict[str, str] | None = None, **settings: Any) -> World:
    world = await make_world(agents=a_desk(execution="client", **(front or {})), **settings)
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    return world


@pytest.mark.parametrize("way", ["resume", "take_over"])
async def test_an_allowed_handoff_goes_on_either_way(make_world: MakeWorld, way: str) -> None:
    world = await opened(make_world, handoff_continue=way)
    world.mistral.script.will(Say(text="One moment."), HandOff(to="billing"))
    world.mistral.script.will_say("Nothing is owed.")
    thread = await world.mention("+front what do I owe?")
    assert await thread.answered(3) == ["One moment.", TO_BILLING, "Nothing is owed."]
    assert [message.username for message in thread.ours] == ["Front desk", None, "Billing"]
    ids = await agent_ids(world)
    if way == "resume":
        [append] = appends(world)
        assert "inputs" not in append
        assert append["handoff_execution"] == "client"
    else:
        first, second = starts(world)
        assert second["agent_id"] == ids["billing"]
        assert "what do I owe?" in str(second["inputs"][0]["content"])
        assert second["inputs"][-1]["role"] == "user"
        assert first["metadata"].items() < second["metadata"].items()
    record = await thread.record()
    assert record["speaker"] == "billing"

    world.mistral.script.will_say("Still nothing.")
    await thread.reply("<@U0BOT> sure?")
    await thread.answered(4)
    assert thread.ours[-1].username == "Billing"
    assert len(starts(world)) == (1 if way == "resume" else 2)


async def test_where_the_api_does_not_resume_the_next_agent_takes_over(make_world: MakeWorld) -> None:
    world = await opened(make_world)
    world.mistral_fault("conversations.append", "status", status=422, times=1)
    world.mistral.script.will(HandOff(to="billing"))
    world.mistral.script.will_say("Nothing is owed.")
    thread = await world.mention("+front what do I owe?")
    assert await thread.answered(2) == [TO_BILLING, "Nothing is owed."]
    assert len(starts(world)) == 2


@pytest.mark.parametrize("policy", ["{billing: deny}", '{"*": deny}', '{"*": allow, billing: deny}'])
async def test_a_handoff_that_the_file_denies_is_answered_by_the_agent_itself(
    make_world: MakeWorld, policy: str
) -> None:
    world = await opened(make_world, front={"handoff_policy": policy})
    world.mistral.script.will(HandOff(to="billing"))
    world.mistral.script.will_say("I looked it up myself.")
    thread = await world.mention("+front what do I owe?")
    said = await thread.answered(2)
    assert said == [
        "*Front desk* wanted to hand over to *Billing*, which is not allowed in this thread.",
        "I looked it up myself.",
    ]
    assert thread.ours[-1].username == "Front desk"
    assert appends(world) == []  # there, it is the other agent's turn
    first, second = starts(world)
    assert second["agent_id"] == first["agent_id"]
    assert second["inputs"][-1]["role"] == "user"
    assert "Answer the last message yourself" in second["inputs"][-1]["content"]


async def test_who_was_removed_while_the_turn_runs_is_not_handed_to_and_who_was_added_is(
    make_world: MakeWorld,
) -> None:
    world = await opened(make_world, front={"handoff_policy": '{"*": deny}'})
    world.mistral.script.will(HandOff(to="billing"))
    world.mistral.script.will_say("Myself, then.")
    thread = await world.mention("+front hello")
    await thread.answered(2)
    await world.redis.hset(f"tw:thread:{thread.key}", mapping={"added": "billing"})  # type: ignore[misc]  # sync or async to mypy
    world.mistral.script.will(HandOff(to="billing"))
    world.mistral.script.will_say("Billing here.")
    await thread.reply("<@U0BOT> again")
    assert (await thread.answered(4))[-2:] == [TO_BILLING, "Billing here."]
    await world.redis.hset(f"tw:thread:{thread.key}", mapping={"added": "", "removed": "front"})  # type: ignore[misc]  # as above
    world.mistral.script.will(HandOff(to="front"))
    world.mistral.script.will_say("I stay.")
    await thread.reply("<@U0BOT> go back")
    assert (await thread.answered(6))[-2:] == [
        "*Billing* wanted to hand over to *Front desk*, which is not allowed in this thread.",
        "I stay.",
    ]


async def test_a_circle_on_our_side_ends_at_the_limit(make_world: MakeWorld) -> None:
    world = await opened(make_world, handoff_limit=3)
    for target in ("technical", "billing", "front", "technical", "billing"):
        world.mistral.script.will(HandOff(to=target))
    thread = await world.mention("+front go round")
    said = await thread.answered(2)
    assert len(said[0].splitlines()) == 3
    assert "3 handoffs" in said[1]
    assert world.mistral.script.left() == 1


async def test_an_agent_that_insists_on_a_denied_handoff_ends_at_the_limit(make_world: MakeWorld) -> None:
    world = await opened(make_world, front={"handoff_policy": '{"*": deny}'}, handoff_limit=2)
    for _ in range(4):
        world.mistral.script.will(HandOff(to="billing"))
    thread = await world.mention("+front what do I owe?")
    said = await thread.answered(3)
    assert "2 handoffs" in said[-1]
    assert world.mistral.script.left() == 1


async def test_a_function_call_that_stands_for_a_handoff_is_answered_and_is_no_loop(make_world: MakeWorld) -> None:
    world = await opened(make_world)
    world.mistral.script.will(CallFunction(name="transfer_to_billing"))
    world.mistral.script.will_say("{results}")
    thread = await world.mention("+front what do I owe?")
    [said] = await thread.answered()
    assert "cannot hand over" in said


@pytest.mark.parametrize("way", ["resume", "take_over"])
@pytest.mark.parametrize("held_at", ["the handoff", "the continuation"])
async def test_a_worker_that_goes_between_a_handoff_and_its_continuation_loses_nothing(
    make_world: MakeWorld, way: str, held_at: str
) -> None:
    world = await opened(make_world, handoff_continue=way, lease=30, mistral={"lock_seconds": 0.2, "on_drop": "store"})
    script = world.mistral.script
    script.will(Say(text="One moment.", pieces=1), HandOff(to="billing"))
    script.will(Say(text="Nothing is owed.", pieces=1))
    if held_at == "the handoff":
        script.hold(after=1)
    thread = await world.mention("+front what do I owe?")
    if held_at == "the continuation":
        await until(lambda: TO_BILLING in thread.said, seen=lambda: thread.said)
    else:
        await script.until_held()
    await world.end_worker(0)
    script.release()
    await world.start_worker()
    assert await thread.answered(3) == ["One moment.", TO_BILLING, "Nothing is owed."]
    assert script.left() == 0
    assert [message.username for message in thread.ours] == ["Front desk", None, "Billing"]


async def test_added_and_removed_agents_make_a_variant_that_is_made_once_and_used_again(
    make_world: MakeWorld,
) -> None:
    world = await make_world(agents=a_desk())
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    for number in (1, 2):
        thread = await world.mention("hello")
        await thread.answered()
        record = {"added": "archive", "removed": "billing"}
        await world.redis.hset(f"tw:thread:{thread.key}", mapping=record)  # type: ignore[misc]  # sync or async to mypy
        await thread.reply("<@U0BOT> +front hello")
        await thread.answered(2)
        made = [one for one in await client_of(world).all() if variants.is_variant(one, world.settings.deployment)]
        assert len(made) == 1
        start = starts(world)[2 * number - 1]
        assert start["agent_id"] == made[0].id
        assert start["handoff_execution"] == "client"  # so that whoever was removed is kept out at every hop
    ids = await agent_ids(world)
    assert set(made[0].handoffs) == {ids["technical"], ids["archive"]}


async def test_a_variant_hands_over_under_the_agents_own_name(make_world: MakeWorld) -> None:
    world = await make_world(agents=a_desk())
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    thread = await world.mention("hello")
    await thread.answered()
    await world.redis.hset(f"tw:thread:{thread.key}", mapping={"added": "archive"})  # type: ignore[misc]  # sync or async to mypy
    world.mistral.script.will(Say(text="Let me see."), HandOff(to="archive"), Say(text="Found."))
    await thread.reply("<@U0BOT> +front an old paper, please")
    assert (await thread.answered(4))[1:] == [
        "Let me see.",
        "*Front desk* has handed over to *Archive*: Keeps old papers",
        "Found.",
    ]


async def test_an_added_agent_that_is_no_object_is_named_and_the_others_take_part(make_world: MakeWorld) -> None:
    world = await make_world(agents=a_desk() | {"loner": a_desk()["assistant"]})
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    thread = await world.mention("hello")
    await thread.answered()
    await world.redis.hset(f"tw:thread:{thread.key}", mapping={"added": "loner"})  # type: ignore[misc]  # sync or async to mypy
    await thread.reply("<@U0BOT> +front hello")
    said = await thread.answered(3)
    assert any("Loner cannot take part" in line and "threadwind agents push" in line for line in said)
