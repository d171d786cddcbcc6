"""A server that says something else of its tools than an operator accepted: who hears of it, and what does not run."""

from __future__ import annotations

from pathlib import Path

from mcp_types import Tool

from playground.services.odd import server as odd_jobs
from tests.stories.conftest import MakeWorld
from tests.stories.tools import ODD_JOBS, agent, results, runs, said_by
from tests.world import GRACE, World, until, words_of
from workers.tools import lock
from workers.tools.lock import Lock

DM_OF_GRACE = "D0GRACE"


async def accepted(file: Path, **descriptions: str) -> Path:
    """A lock as if the tools named had said this of themselves when they were accepted."""
    said = [
        tool.model_copy(update={"description": descriptions.get(tool.name, tool.description)})
        for tool in await said_by(odd_jobs.build())
    ]
    return write(file, said)


def write(file: Path, tools: list[Tool]) -> Path:
    lock.write(file, Lock().replaced("odd", tools))
    return file


def told(world: World) -> list[str]:
    conversation = world.slack.workspace.conversations.get(DM_OF_GRACE)
    return [words_of(message) for message in conversation.messages.values()] if conversation else []


async def test_a_changed_tool_does_not_run_the_operators_hear_once_and_accepting_it_is_enough(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    """Not even a person's yes runs it, so nobody is asked for one."""
    file = await accepted(tmp_path / "tools.lock.json", count="Counts, and is harmless.")
    world = await make_world(agents=agent("{odd__*: ask}"), servers=ODD_JOBS, tools_lock=file, operators=(GRACE,))
    await world.start_worker()
    journal = tmp_path / "ran"
    for _ in range(2):
        world.mistral.script.will_call("odd__count", {"journal": str(journal)})
        world.mistral.script.will_say("An operator has to accept it first.")
        thread = await world.mention("count, please")
        assert await thread.answered() == ["An operator has to accept it first."]
    assert all("has changed since an operator accepted it (description)" in result for result in results(world))
    assert runs(journal) == 0

    await until(lambda: told(world), seen=lambda: told(world))
    [message] = told(world)
    assert message.split("\n") == [
        "The tool server odd offers something else than was accepted.",
        "Changed, and refused until you accept it: `count`",
        "Look at the differences, and accept them if they are right, with: `threadwind tools lock odd`",
    ]

    await accepted(file)
    world.mistral.script.will_call("odd__count", {"journal": str(journal)})
    thread = await world.mention("count, please")
    await until(lambda: any("approve" in str(message.blocks) for message in thread.ours), seen=lambda: thread.said)
    await world.click(next(message for message in thread.ours if "approve" in str(message.blocks)), "approve")
    await until(lambda: runs(journal) == 1, seen=lambda: thread.said)


async def test_what_a_server_newly_offers_reaches_no_model_before_it_was_accepted(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    known = [tool for tool in await said_by(odd_jobs.build()) if tool.name in ("count", "who")]
    file = write(tmp_path / "tools.lock.json", known)
    world = await make_world(agents=agent(), servers=ODD_JOBS, tools_lock=file)
    world.mistral.script.will_say("Hello.")
    await (await world.mention("hello")).answered()
    [start] = world.mistral.log.requests("conversations.start")
    assert start.body is not None
    assert [tool["function"]["name"] for tool in start.body["tools"]] == ["odd__count", "odd__who"]
