"""Our tools as the worker builds them (`workers/opening.py`), with one server: the one that the suite has started."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.catalog.agents import Agent
from bot.catalog.servers import Server
from bot.connections.models import Principal
from bot.threads.models import ThreadKey
from tests.conformance.answering import ANSWERING
from workers.tools.calls import Tools
from workers.tools.credentials import Asker
from workers.tools.functions import Functions
from workers.tools.sessions import ToolSessions
from workers.tools.specs import ToolSpec

PRINCIPAL = "U1"
THREAD = ThreadKey("T1", "C1", "1700000000.000100")
ASKER = Asker(Principal(THREAD.team, PRINCIPAL), THREAD.channel)
TIMEOUT = timedelta(seconds=20)
AGENT = Agent(name="examinee", description="", model="none", instructions="", source=Path("examinee.md"), tools=("*",))


class Failed(Exception):
    """Something did not work that the scenario wants to work. The text says what the model would have read."""


@dataclass(frozen=True)
class Desk:
    """`context` is what the suite tells of the scenario beside its name."""

    server: Server
    sessions: ToolSessions
    tools: Tools
    context: dict[str, Any] = field(default_factory=dict)

    async def offered(self) -> list[ToolSpec]:
        specs = await self.tools.offered(AGENT)
        if why := self.tools.missing(AGENT).get(self.server.name):
            raise Failed(why)
        return list(specs)

    async def call(self, tool: str, arguments: dict[str, Any] | None = None) -> str:
        """Call by the server's own name for the tool, as a model does by ours."""
        names = [spec.name for spec in await self.offered() if spec.tool == tool]
        if not names:
            raise Failed(f"{tool} is not offered")
        text = json.dumps(arguments or {})
        outcome = await self.tools.call(names[0], text, agent=AGENT, principal=PRINCIPAL, thread=THREAD)
        if outcome.failed or outcome.needs:
            raise Failed(outcome.text)
        return outcome.text


def the_server(url: str) -> Server:
    """Named by its port: scenarios run beside each other, and what is kept of a sign-in is kept by the name."""
    return Server(name=f"suite-{urlsplit(url).port}", transport="http", url=url)


def the_sessions() -> ToolSessions:
    return ToolSessions(timeout=TIMEOUT, answering=ANSWERING)


@asynccontextmanager
async def at_desk(server: Server, sessions: ToolSessions, context: dict[str, Any]) -> AsyncIterator[Desk]:
    try:
        tools = Tools(lambda: {server.name: server}, sessions, Functions(timeout=TIMEOUT))
        yield Desk(server, sessions, tools, context)
    finally:
        await sessions.aclose()
