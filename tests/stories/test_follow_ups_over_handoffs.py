"""A follow-up whose agent hands over to others that write: their calls are allowed ahead too, for who makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.follow_ups.models import FollowUp
from playground.agents_api.brains.steps import CallFunction, HandOff
from playground.slack.models import Message
from tests.stories.conftest import MakeWorld
from tests.stories.desk import a_file, push
from tests.stories.test_accepted_tools import accepted
from tests.stories.test_follow_ups_allowed_ahead import COUNTS, grants, has_button, opened, promised, shown
from tests.stories.test_follow_ups_by_agents import again, cards, drawn, kept, later, schedule
from tests.stories.test_follow_ups_running import change, now
from tests.stories.tools import ODD_JOBS, runs
from tests.world import ADA, GRACE, Thread, World, until

WRITES = {"tools": "[odd__count]", "approvals": '{"odd__*": ask}'}
WRITER = a_file("Writes things down", **WRITES)


def front(**fields: str) -> str:
    """It answers, makes follow-ups and hands over; nothing that it does itself needs a yes."""
    return a_file("Helps.", **{"follow_ups": "true", "handoffs": "[writer]", **fields})


async def begun(make_world: MakeWorld, tmp_path: Path, **agents: str) -> World:
    """With all agents at Mistral, for which the tools have to be locked."""
    file = await accepted(tmp_path / "tools.lock.json")
    world = await make_world(
        agents={"assistant": front(), "writer": WRITER, **agents}, servers=ODD_JOBS, tools_lock=file
    )
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    return world


async def allowed(world: World, card: Message) -> None:
    """Ada ticks all that is offered."""
    view = await opened(world, card)
    ticked = {block["block_id"]: [one["value"] for one in block["element"]["options"]] for block in inputs(world)}
    await world.submit(view, ticked)
    await until(lambda: "Allowed for its runs" in shown(world), seen=lambda: shown(world))


def inputs(world: World) -> list[dict[str, Any]]:
    return [block for block in world.views(ADA)[-1].definition["blocks"] if block["type"] == "input"]


async def run(world: World, made: FollowUp, journal: Path, *hops: str) -> None:
    """It is due, goes over these hands, and the last one writes."""
    write = CallFunction(name=COUNTS, arguments={"journal": str(journal)})
    world.mistral.script.will(*(HandOff(to=hop) for hop in hops), write)
    world.mistral.script.will_say("Written.")
    await change(world, made.id, due=now())


def questions(thread: Thread) -> list[str]:
    return [said for said in thread.said if "would like to use" in said]


async def test_with_the_yes_ahead_the_other_agent_writes_and_nobody_is_asked(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await begun(make_world, tmp_path)
    thread, card = await promised(world)
    assert has_button(card)
    [made] = await kept(world)
    await allowed(world, card)
    [grant] = await grants(world)
    assert (grant.agent, grant.tool, grant.follow_up) == ("writer", COUNTS, made.id)
    await until(lambda: "Allowed ahead: `count (odd__count)` by Writer." in drawn(card), seen=lambda: drawn(card))
    await run(world, made, journal := tmp_path / "ran", "writer")
    await until(lambda: "Written." in str(thread.said), seen=lambda: thread.said)
    assert runs(journal) == 1
    assert questions(thread) == []
    await thread.rests()


async def test_without_it_a_card_asks(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await begun(make_world, tmp_path)
    thread, _ = await promised(world)
    [made] = await kept(world)
    await run(world, made, journal := tmp_path / "ran", "writer")
    await until(lambda: questions(thread), seen=lambda: thread.said)
    assert runs(journal) == 0


async def test_the_yes_is_for_that_agent_and_not_for_another_with_the_same_tool(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await begun(make_world, tmp_path, assistant=front(**WRITES))
    thread, card = await promised(world)
    [made] = await kept(world)
    view = await opened(world, card)
    own, others = inputs(world)
    assert own["label"]["text"] == "What its runs may do without asking"
    assert others["label"]["text"] == "What its runs may do without asking once Writer has taken over"
    [option] = others["element"]["options"]
    await world.submit(view, {others["block_id"]: [option["value"]]})
    await until(lambda: "Allowed for its runs" in shown(world), seen=lambda: shown(world))
    assert has_button(card), "its own call may still be allowed"
    await run(world, made, journal := tmp_path / "ran")
    await until(lambda: questions(thread), seen=lambda: thread.said)
    assert runs(journal) == 0


async def test_whoever_is_come_to_over_others_is_offered_once_though_tools_were_named(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    """A chain and a circle; the agent that made it knows the names of its own tools alone."""
    front_file = front(handoffs="[desk, writer]", **WRITES | {"tools": "[odd__count, odd__nothing]"})
    agents = {
        "assistant": front_file,
        "desk": a_file("Passes on", handoffs="[writer]"),
        "writer": a_file("Writes", handoffs="[assistant, clerk]", **WRITES),
        "clerk": a_file("Files", display_name="The clerk", **WRITES),
    }
    world = await begun(make_world, tmp_path, **agents)
    _, card = await promised(world, tools=[COUNTS])
    await opened(world, card)
    labels = [block["label"]["text"] for block in inputs(world)]
    assert [label.partition(" once ")[2] for label in labels] == [
        "",
        "The clerk has taken over",
        "Writer has taken over",
    ]
    assert [len(block["element"]["options"]) for block in inputs(world)] == [1, 1, 1]


@pytest.mark.parametrize(
    "agents",
    [
        {"writer": a_file("Writes", access=f"{{users: [{GRACE}]}}", **WRITES)},
        {
            "assistant": front(handoffs="[desk]"),
            "desk": a_file("Passes on", handoffs="[writer]", access=f"{{users: [{GRACE}]}}"),
        },
        {"assistant": front(handoff_execution="client", handoff_policy="{writer: deny}")},
    ],
    ids=["not for the owner", "behind one that is not", "denied"],
)
async def test_what_the_runs_cannot_come_to_is_not_offered(
    make_world: MakeWorld, tmp_path: Path, agents: dict[str, str]
) -> None:
    world = await begun(make_world, tmp_path, **agents)
    _, card = await promised(world)
    assert not has_button(card)


async def test_whom_people_added_to_the_thread_is_come_to_as_well(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await begun(make_world, tmp_path, assistant=front(handoffs="[desk]"), desk=a_file("Passes on"))
    thread, card = await promised(world)
    assert not has_button(card)
    await thread.reply("<@U0BOT> add writer")
    await until(lambda: any("*Writer*" in said or "Writer" in said for said in thread.said), seen=lambda: thread.said)
    await thread.rests()
    await again(world, thread, schedule("call00002", at=later(hours=2)))
    assert has_button(cards(thread)[-1])
