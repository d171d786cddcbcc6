"""What the tests of tools share: agents, servers, and waiting for a condition."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.catalog.agents import Agent
from bot.catalog.policy import Policy
from bot.catalog.servers import Server
from bot.connections.models import Principal
from bot.threads.models import ThreadKey
from workers.tools.calls import Tools
from workers.tools.credentials import Asker
from workers.tools.functions import Functions
from workers.tools.gate import Gate
from workers.tools.rests import Rests
from workers.tools.sessions import ToolSessions
from workers.tools.specs import Outcome

REPOSITORY = Path(__file__).parents[3]
THREAD = ThreadKey("T1", "C1", "1700000000.000100")
ADA = Asker(Principal("T1", "U1"), "C1")


@pytest.fixture(scope="module", autouse=True)
def here_too(servers_may_start_slowly: None) -> None:
    """Most tests here start a server."""


def an_agent(*tools: str, approvals: Mapping[str, Policy] | None = None) -> Agent:
    return Agent(
        name="clerk",
        description="",
        model="some-model",
        instructions="",
        source=Path("clerk.md"),
        tools=tools,
        approvals=dict(approvals or {}),
    )


def a_script(name: str, code: str, **fields: Any) -> Server:
    """A stdio server that is one line of Python: for what no SDK would do."""
    return Server(name=name, transport="stdio", command="python", args=("-c", code), **fields)


def odd_jobs(name: str = "odd", **fields: Any) -> Server:
    """`playground.services.odd`, as a process of its own."""
    module = ("-m", "playground.services.odd")
    return Server(name=name, transport="stdio", command="python", args=module, cwd=REPOSITORY, **fields)


def over_http(url: str, name: str = "odd", **fields: Any) -> Server:
    return Server(name=name, transport="http", url=f"{url}/mcp", **fields)


class Desk:
    """Tools of some servers for one agent that may use them all, with short words for tests."""

    def __init__(
        self, servers: list[Server], sessions: ToolSessions, functions: Functions | None = None, **more: Any
    ) -> None:
        self.servers = {server.name: server for server in servers}
        self.sessions = sessions
        self.agent = an_agent("*")
        self.tools = Tools(
            lambda: self.servers,
            sessions,
            functions or Functions(timeout=timedelta(seconds=5)),
            result_limit=5000,
            **more,
        )

    async def call(self, name: str, arguments: str = "", principal: str = "U1") -> Outcome:
        return await self.tools.call(name, arguments, agent=self.agent, principal=principal, thread=THREAD)


@asynccontextmanager
async def a_desk(
    *servers: Server,
    functions: Functions | None = None,
    rests: Rests | None = None,
    gate: Gate | None = None,
    **options: Any,
) -> AsyncIterator[Desk]:
    sessions = ToolSessions(**{"timeout": timedelta(seconds=20), "connect": timedelta(minutes=1), **options})
    try:
        yield Desk(list(servers), sessions, functions, rests=rests, gate=gate)
    finally:
        await sessions.aclose()


async def wait_until(condition: Callable[[], Any], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # what is waited for lies in files and other processes
            await asyncio.sleep(0.01)


def lines(journal: Path) -> list[str]:
    return journal.read_text().splitlines() if journal.exists() else []


assert sys.platform != "win32", "stdio servers are tested by POSIX signals"
