"""Each action is in the log, whatever came of it, and none of its words are."""

from __future__ import annotations

import json
from pathlib import Path

from bot.threads import audit
from bot.threads.audit import Action, digest
from playground.agents_api.brains.steps import RunTool, Say
from tests.stories.conftest import MakeWorld
from tests.stories.test_tools import asked
from tests.stories.tools import ODD_JOBS, agent
from tests.world import ADA, TEAM, Thread, World, until


async def logged(world: World) -> list[Action]:
    return [row.action async for row in audit.rows(world.redis, TEAM, since=0)]


async def test_an_allowed_call_is_logged_with_who_asked_and_who_allowed_it_and_without_its_words(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=agent("{odd__*: ask}"), servers=ODD_JOBS)
    arguments = {"journal": str(tmp_path / "ran")}
    world.mistral.script.will_call("odd__count", arguments)
    thread = await world.mention("count, please")
    await asked(world, thread)
    assert await logged(world) == []
    await world.click(thread.ours[-1], "approve")
    await thread.answered(2)
    [action] = await logged(world)
    assert (action.person, action.agent, action.tool, action.server) == (ADA, "assistant", "odd__count", "odd")
    assert (action.result, action.decided_by, action.thread) == ("ok", ADA, thread.key)
    assert action.turn == (await thread.record())["last_turn"]
    assert float(action.seconds) > 0
    assert (action.account, int(action.tokens) > 0) == ("service", True)
    assert action.arguments == digest(json.dumps(arguments, indent=2))
    kept = str(await world.redis.xrange(f"tw:audit:{TEAM}"))
    assert str(tmp_path) not in kept
    assert "counted" not in kept
    assert await world.redis.ttl(f"tw:audit:{TEAM}") > 0


async def test_what_mistral_runs_by_itself_is_logged_too(make_world: MakeWorld) -> None:
    world = await make_world()
    world.mistral.script.will(RunTool(name="web_search", arguments={"query": "private words"}), Say(text="Found."))
    await (await world.mention("look it up")).answered()
    [action] = await logged(world)
    assert (action.person, action.agent, action.tool) == (ADA, "assistant", "web_search")
    assert (action.server, action.result, action.account) == ("@mistral", "ran", "service")
    assert action.arguments == digest('{"query": "private words"}')


async def test_what_was_denied_refused_failed_or_stopped_is_logged_as_such(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    approvals = "{odd__who: ask, odd__pid: deny, odd__fail: auto, odd__hang: auto}"
    world = await make_world(agents=agent(approvals), servers=ODD_JOBS)
    journal = tmp_path / "hangs"

    async def after(tool: str, **arguments: str) -> Thread:
        world.mistral.script.will_call(f"odd__{tool}", arguments)
        return await world.mention(f"{tool}, please")

    await (await after("pid")).answered()
    await (await after("fail")).answered()
    denied = await after("who")
    await asked(world, denied)
    await world.click(denied.ours[-1], "deny")
    await denied.answered(2)
    hangs = await after("hang", journal=str(journal))
    await until(journal.exists)
    await world.press_stop(hangs)
    await hangs.rests()
    found = {action.tool: (action.result, action.decided_by) for action in await logged(world)}
    assert found == {
        "odd__pid": ("refused", ""),
        "odd__fail": ("failed", ""),
        "odd__who": ("denied", ADA),
        "odd__hang": ("unknown", ""),
    }
