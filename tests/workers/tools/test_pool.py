"""How many connections a worker holds, which of them goes for another one, and that the tools are known on each."""

from __future__ import annotations

import asyncio
import gc
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.catalog.servers import Server
from bot.connections.models import Principal
from playground.services.odd.server import build
from playground.serving import serve
from tests.workers.tools.conftest import a_desk, odd_jobs, over_http, wait_until
from workers.tools import connection
from workers.tools.credentials import Asker, Credential
from workers.tools.errors import NoRoom
from workers.tools.pool import Limits
from workers.tools.sessions import ToolSessions


class EachTheirOwn:
    """As where every person has signed in."""

    async def of(self, server: Server, asker: Asker | None) -> Credential:
        return Credential(key=str(asker.principal) if asker else "nobody")


def person(number: int) -> Asker:
    return Asker(Principal("T1", f"U{number}"), "C1")


def sessions_of(limits: Limits) -> ToolSessions:
    return ToolSessions(
        timeout=timedelta(seconds=20), connect=timedelta(minutes=1), credentials=EachTheirOwn(), limits=limits
    )


def overheard(app: ASGIApp, heard: list[str]) -> ASGIApp:
    """`app`, with the methods about tools that its clients ask for, in order."""

    async def listening(scope: Scope, receive: Receive, send: Send) -> None:
        async def hear() -> Message:
            message = await receive()
            heard.extend(
                found.decode() for found in re.findall(rb'"method":\s*"(tools/\w+)"', message.get("body", b""))
            )
            return message

        await app(scope, hear, send)

    return listening


async def pid(sessions: ToolSessions, server: Server, asker: Asker) -> int:
    result = await sessions.call(server, asker, "pid", {})
    return int(result.content[0].text)  # type: ignore[union-attr]


async def test_a_process_too_many_takes_the_place_of_the_one_used_longest_ago() -> None:
    sessions = sessions_of(Limits(processes=2))
    server = odd_jobs()
    try:
        first, second = [await pid(sessions, server, person(n)) for n in (1, 2)]
        assert await pid(sessions, server, person(1)) == first
        third = await pid(sessions, server, person(3))
        assert not psutil.pid_exists(second)
        assert {p.pid for p in psutil.Process().children(recursive=True)} >= {first, third}
        assert await pid(sessions, server, person(1)) == first
    finally:
        await sessions.aclose()


async def test_what_is_in_use_is_not_closed_for_another(tmp_path: object) -> None:
    sessions = sessions_of(Limits(processes_per_server=1))
    server = odd_jobs()
    try:
        running = asyncio.create_task(sessions.call(server, person(1), "hang", {"journal": f"{tmp_path}/ran"}))
        await wait_until(lambda: len(sessions.pool) == 1)
        with pytest.raises(NoRoom, match="There is no room for another connection"):
            await sessions.call(server, person(2), "who", {})
        assert not running.done()
        running.cancel()
    finally:
        await sessions.aclose()


def unheard_of() -> set[subprocess.Popen[bytes]]:
    """Processes that were started here and whose end nobody has heard."""
    return {one for one in gc.get_objects() if isinstance(one, subprocess.Popen) and one.returncode is None}


@pytest.mark.parametrize("passes", range(6))
async def test_a_process_that_is_not_needed_while_it_starts_is_heard_of_to_its_end(passes: int, tmp_path: Path) -> None:
    """After so many passes of the loop: asyncio forgets a process whose start is broken off twice, as scopes do."""
    before = unheard_of()
    sessions = sessions_of(Limits())
    calling = asyncio.create_task(sessions.call(odd_jobs(), person(1), "hang", {"journal": f"{tmp_path}/ran"}))
    await wait_until(lambda: len(sessions.pool) == 1)
    for _ in range(passes):
        await asyncio.sleep(0)
    calling.cancel()
    await sessions.aclose()
    assert unheard_of() <= before


async def test_a_hundred_people_at_three_servers_stay_inside_the_limit() -> None:
    sessions = sessions_of(Limits(remote=50))
    most = 0
    async with serve(build().streamable_http_app()) as url:
        servers = [over_http(url, name) for name in ("one", "two", "three")]
        try:
            for number in range(100):
                for server in servers:
                    await sessions.call(server, person(number), "who", {})
                    most = max(most, len(sessions.pool))
        finally:
            await sessions.aclose()
    assert most == 50
    assert len(sessions.pool) == 0
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("mcp:")]


def a_growing_server() -> MCPServer:
    mcp = MCPServer("growing")

    @mcp.tool()
    async def grow(ctx: Context) -> str:
        mcp.add_tool(lambda: "new", name="grown")
        await ctx.session.send_tool_list_changed()
        return "grown"

    return mcp


async def test_a_server_that_says_that_its_tools_changed_is_listed_again_at_once() -> None:
    growing = a_growing_server().streamable_http_app()
    async with serve(growing) as url, a_desk(over_http(url, protocol="legacy")) as desk:

        async def names() -> list[str]:
            return [spec.tool for spec in await desk.tools.offered(desk.agent)]

        assert await names() == ["grow"]
        assert (await desk.call("odd__grow")).ran == "yes"
        async with asyncio.timeout(60):
            while await names() != ["grow", "grown"]:  # noqa: ASYNC110  # the notification may come after the result
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("protocol", ["legacy", "2026-07-28"])
async def test_the_tools_are_listed_on_each_connection_before_its_first_call(protocol: str) -> None:
    sessions = sessions_of(Limits())
    heard: list[str] = []
    async with serve(overheard(build().streamable_http_app(), heard)) as url:
        server = over_http(url, protocol=protocol)
        try:
            await sessions.call(server, person(1), "who", {})
            await sessions.call(server, person(2), "who", {})
            assert heard == ["tools/list", "tools/call"] * 2
        finally:
            await sessions.aclose()


async def test_a_server_of_the_newer_protocol_is_listed_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LISTED_FOR_SECONDS", 0.0)
    sessions = sessions_of(Limits())
    heard: list[str] = []
    async with serve(overheard(build().streamable_http_app(), heard)) as url:
        server = over_http(url, protocol="2026-07-28")
        try:
            await sessions.tools(server, person(1))
            await sessions.call(server, person(1), "who", {})
            assert heard == ["tools/list", "tools/list", "tools/call"]
        finally:
            await sessions.aclose()
