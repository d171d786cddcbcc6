"""Tool servers that break in the middle of a turn: it ends well all the same, and no other server's call is touched."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from playground.agents_api.brains.steps import CallFunction
from playground.services.odd.app import running
from playground.services.odd.server import a_bench
from tests.stories.conftest import MakeWorld
from tests.stories.tools import agent, inside, results
from tests.world import REPOSITORY, World, until

CALM: dict[str, Any] = {"calm": lambda: a_bench("calm", sets=("jobs",)).mcp}
BOTH = agent("{odd__*: auto, calm__*: auto}", tools="[odd, calm]")

# What happens to a call over HTTP, and the sentence the model gets.
OVER_HTTP = [
    ({"kind": "lost"}, "The network failed while"),
    ({"kind": "garbage", "text": "<html>nonsense"}, 'tool server "odd"'),
    ({"kind": "garbage", "text": '{"jsonrpc": "2.0", "id": {id}, "result": 3}'}, 'tool server "odd"'),
    ({"kind": "status", "status": 401}, "needs a sign-in of the person"),
    ({"kind": "status", "status": 403}, "refuses our credentials (HTTP 403)"),
    ({"kind": "status", "status": 429, "retry_after": 7}, "Try again after 7 seconds"),
    ({"kind": "status", "status": 500}, "failed during"),
    ({"kind": "delay", "seconds": 30}, "gave no answer to"),
]
# What the server's own process does.
OVER_STDIO: list[tuple[str, dict[str, Any], list[str], str]] = [
    ("odd__crash", {}, [], "stopped while"),
    ("odd__hang", {}, [], "gave no answer to"),
    ("odd__hang", {}, ["--deaf", "--children", "2"], "gave no answer to"),
    ("odd__who", {}, ["--rubbish", "3", "--noise", "3"], "odd_jobs"),
    (
        "odd__who",
        {},
        ["--fault", '{"request": "tools/call.*", "kind": "garbage", "text": "nonsense"}'],
        "gave no answer to",
    ),
]


async def both_called(world: World, broken: str, arguments: dict[str, Any], *, within: float = 60) -> list[str]:
    """The turn in which the broken server and the calm one are called at once; what the model was told of each."""
    world.mistral.script.will(CallFunction(name=broken, arguments=arguments), CallFunction(name="calm__who"))
    world.mistral.script.will_say("Done.")
    thread = await world.mention("call both")
    await until(lambda: "Done." in thread.said, within=within, seen=lambda: thread.said)
    assert (await thread.rests())["state"] == "idle"
    return results(world)


async def nothing_is_left(world: World) -> None:
    """No connection's task and no server's process outlives the worker."""
    await world.end_workers()
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("mcp:")] == []
    await until(lambda: not servers(), seen=servers)


def servers() -> list[str]:
    """The command lines of stdio servers that this very test run started, or that those left behind."""
    found = []
    for entry in Path("/proc").iterdir() if Path("/proc").is_dir() else ():
        try:
            if entry.name.isdecimal() and f"--name={mark()}" in (line := (entry / "cmdline").read_text()):
                found.append(line)
        except OSError:
            continue
    return found


def mark() -> str:
    return f"odd-of-{os.getpid()}"


@pytest.mark.parametrize(("fault", "told"), OVER_HTTP)
async def test_a_broken_call_over_http_costs_only_itself(
    make_world: MakeWorld, fault: dict[str, Any], told: str
) -> None:
    async with running() as odd:
        servers = {"odd": {"url": f"{odd.url}/mcp", "timeout": 2}, **CALM}
        world = await make_world(agents=BOTH, servers=servers)
        odd.fault("tools/call.who", **fault)
        broken, calm = await both_called(world, "odd__who", {})
        assert told in broken
        told_by_us = inside(broken) if broken.startswith("[Result ") else broken  # the server's words are data
        assert told_by_us.startswith("Error: ")
        assert inside(calm) == "calm"
        await nothing_is_left(world)


@pytest.mark.usefixtures("servers_may_start_slowly")
@pytest.mark.parametrize(("tool", "arguments", "manners", "told"), OVER_STDIO)
async def test_a_broken_process_costs_only_its_own_call(
    make_world: MakeWorld, tool: str, arguments: dict[str, Any], manners: list[str], told: str
) -> None:
    odd = {
        "command": sys.executable,
        "args": ["-m", "playground.services.odd", f"--name={mark()}", *manners],
        "cwd": str(REPOSITORY),
        "timeout": 2,
    }
    world = await make_world(agents=BOTH, servers={"odd": odd, **CALM})
    broken, calm = await both_called(world, tool, arguments)
    assert told.replace("odd_jobs", mark()) in broken
    assert inside(calm) == "calm"
    assert servers() or tool == "odd__crash"
    await nothing_is_left(world)


@pytest.mark.parametrize("form", ["404", "404_typescript", "400"])
async def test_a_session_that_is_over_is_begun_anew_and_the_call_runs_once(make_world: MakeWorld, form: str) -> None:
    async with running() as odd:
        odd.bench.switches.expired_session = form  # type: ignore[assignment]  # one of its names
        servers = {"odd": {"url": f"{odd.url}/mcp", "protocol": "legacy"}, **CALM}
        world = await make_world(agents=BOTH, servers=servers)
        assert [inside(one) for one in await both_called(world, "odd__who", {})] == ["odd_jobs", "calm"]
        assert odd.expire_sessions() >= 1
        assert [inside(one) for one in await both_called(world, "odd__count", {})][-2:] == ["counted", "calm"]
        assert odd.runs["count"] == 1
        await nothing_is_left(world)
