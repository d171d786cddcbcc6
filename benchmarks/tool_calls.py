"""A warm call of a tool through our layer against the bare SDK session, over stdio and streamable HTTP.

Both sides call the same tool of the playground's odd jobs, which are processes of their own, in short rounds by turns:
whatever else the machine does meets both alike. Ours is the whole way that a turn takes: arguments, the agent's tools,
credentials, the pool, the result's text.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client._transport import Transport
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from benchmarks.figures import Figure
from benchmarks.processes import running
from bot.catalog.agents import Agent
from bot.catalog.servers import Server
from bot.threads.models import ThreadKey
from playground.store import free_port
from workers.tools.calls import Tools
from workers.tools.functions import Functions
from workers.tools.sessions import ToolSessions

MODULE, NAME, TOOL = "playground.services.odd", "odd", "who"
REPOSITORY = Path(__file__).parent.parent
WARM_UP = 50
ROUNDS = 20
OF_A_ROUND = 40
GOAL_RATIO = 1.3
TIMEOUT = timedelta(seconds=30)
CONNECT = timedelta(minutes=1)  # the machine may be busy; it is not connecting that is measured
THREAD = ThreadKey("T0BENCH", "C0BENCH", "1700000000.000100")
AGENT = Agent(name="clerk", description="", model="m", instructions="", source=Path("clerk.md"), tools=(NAME,))

Calling = Callable[[], Awaitable[Any]]


async def measure() -> list[Figure]:
    local = Server(name=NAME, transport="stdio", command="python", args=("-m", MODULE), cwd=REPOSITORY)
    parameters = StdioServerParameters(command=sys.executable, args=["-m", MODULE], cwd=REPOSITORY)
    port = free_port()
    url = f"http://127.0.0.1:{port}/mcp"
    remote = Server(name=NAME, transport="http", url=url)
    found = await _compared("stdio", local, stdio_client(parameters))
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running(NAME, [MODULE, "--port", str(port)], environment={}, folder=Path(folder), port=port),
            httpx2.AsyncClient(timeout=TIMEOUT.total_seconds()) as http,
        ):
            return [*found, *await _compared("HTTP", remote, streamable_http_client(url, http_client=http))]


async def _compared(how: str, server: Server, transport: Transport) -> list[Figure]:
    times: tuple[list[float], list[float]] = ([], [])
    async with _ours(server) as ours, _bare(transport) as bare:
        for call in (ours, bare):
            await _round(call, WARM_UP)
        for _ in range(ROUNDS):
            for call, found in zip((ours, bare), times, strict=True):
                found += await _round(call, OF_A_ROUND)
    measured, floor = map(statistics.median, times)
    return [
        Figure(
            what=f"warm tool call over {how}, against the SDK's", measured=measured / floor, unit="×", goal=GOAL_RATIO
        ),
        Figure(what=f"warm tool call over {how}", measured=measured, unit="ms", floor=floor),
    ]


async def _round(call: Calling, times: int) -> list[float]:
    """The time of each call, in milliseconds."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        await call()
        found.append((time.perf_counter() - began) * 1000)
    return found


@asynccontextmanager
async def _ours(server: Server) -> AsyncIterator[Calling]:
    sessions = ToolSessions(timeout=TIMEOUT, connect=CONNECT)
    tools = Tools(lambda: {server.name: server}, sessions, Functions((), timeout=TIMEOUT))

    async def call() -> None:
        outcome = await tools.call(f"{NAME}__{TOOL}", "{}", agent=AGENT, principal="U0BENCH", thread=THREAD)
        assert not outcome.failed, outcome.text

    try:
        await sessions.tools(server, None)  # a busy machine may take longer to start it than a turn waits for a list
        await tools.warm_up()
        yield call
    finally:
        await sessions.aclose()


@asynccontextmanager
async def _bare(transport: Transport) -> AsyncIterator[Calling]:
    client: AbstractAsyncContextManager[Client] = Client(transport, read_timeout_seconds=TIMEOUT.total_seconds())
    async with client as session:
        await session.list_tools()  # as any client does: the tool's output schema is checked on both sides

        async def call() -> None:
            result = await session.call_tool(TOOL, {})
            assert not result.is_error

        yield call
