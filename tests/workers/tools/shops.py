"""A tool server whose list can be changed while it runs, and one that gives each account a list of its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from mcp_types import Tool
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from bot.catalog.servers import Server
from playground import serving
from playground.services.odd import raw as careless
from tests.workers.tools.conftest import THREAD, an_agent
from workers.tools import lock
from workers.tools.calls import Tools
from workers.tools.credentials import SHARED, Asker, Credential, Credentials
from workers.tools.functions import Functions
from workers.tools.listing import Listing
from workers.tools.lock import Lock
from workers.tools.pinning import Differs
from workers.tools.pins import Pins
from workers.tools.sessions import ToolSessions
from workers.tools.specs import Outcome

ANSWER = {"content": [{"type": "text", "text": "paid"}]}


def a_tool(name: str, description: str = "Pays.") -> dict[str, Any]:
    return {"name": name, "description": description, "inputSchema": {"type": "object"}}


def locked(*tools: dict[str, Any]) -> Lock:
    return Lock().replaced("shop", [Tool.model_validate(tool) for tool in tools])


class Shop:
    """A server whose list can be changed, and the tools of an agent that may use it."""

    def __init__(
        self,
        folder: Path,
        server: Server,
        listed: list[dict[str, Any]],
        heard: list[str],
        credentials: Credentials | None = None,
    ) -> None:
        self.file = folder / "tools.lock.json"
        self.server, self.listed, self.heard = server, listed, heard
        self.told: list[Differs] = []
        self.reached: list[bool] = []  # whether the next tellings reach everybody; then all do
        self.clock = 0.0
        self.sessions = ToolSessions(timeout=timedelta(seconds=20), credentials=credentials)
        self.tools = self.made()

    def made(self) -> Tools:
        listing = Listing(self.sessions, now=lambda: self.clock)
        servers = {"shop": self.server}
        functions = Functions(timeout=timedelta(seconds=5))
        return Tools(lambda: servers, self.sessions, functions, listing=listing, pins=Pins(self.file), tell=self.tell)

    async def tell(self, differs: Differs) -> bool:
        self.told.append(differs)
        return self.reached.pop(0) if self.reached else True

    def accept(self, *tools: dict[str, Any]) -> None:
        lock.write(self.file, locked(*tools))

    def says(self, *tools: dict[str, Any]) -> None:
        """From now on, and what was heard of it before is old."""
        self.listed[:] = tools
        self.clock += 3600

    async def offered(self) -> list[str]:
        return [spec.tool for spec in await self.tools.offered(an_agent("shop"))]

    async def call(self, tool: str, *, by: str = "U1", channel: str = "C1") -> Outcome:
        thread = replace(THREAD, channel=channel)
        return await self.tools.call(f"shop__{tool}", "{}", agent=an_agent("shop"), principal=by, thread=thread)

    @property
    def calls(self) -> int:
        return self.heard.count("tools/call")


@asynccontextmanager
async def a_shop(folder: Path) -> AsyncIterator[Shop]:
    """It refuses to list its tools while it has none."""
    listed: list[dict[str, Any]] = [a_tool("pay")]
    heard: list[str] = []
    made = careless.build(listed, ANSWER, heard)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or listed:
            await made(scope, receive, send)
            return
        message = await receive()

        async def heard_again() -> Message:
            return message

        asked = json.loads(message["body"])
        if asked["method"] == "tools/list":
            error = {"code": -32603, "message": "no list today"}
            await JSONResponse({"jsonrpc": "2.0", "id": asked["id"], "error": error})(scope, receive, send)
        else:
            await made(scope, heard_again, send)

    async with serving.serve(app) as url:
        shop = Shop(folder, Server(name="shop", transport="http", url=f"{url}/mcp"), listed, heard)
        try:
            yield shop
        finally:
            await shop.sessions.aclose()


class EachTheirOwn:
    """Everybody has signed in, and each request says who."""

    async def of(self, server: Server, asker: Asker | None) -> Credential:
        if asker is None:
            return Credential(key=SHARED)
        user = asker.principal.user
        return Credential(key=user, headers={"x-account": user}, personal=True)


class SignsInMeanwhile(EachTheirOwn):
    """Everybody signs in right after it was looked up for the first time as whom they call."""

    def __init__(self) -> None:
        self.looked = 0

    async def of(self, server: Server, asker: Asker | None) -> Credential:
        self.looked += 1
        return await super().of(server, asker if self.looked > 1 else None)


class EachChannelItsOwn:
    """As mcp.json says it with `channels`: C1 and C2 have an account each, all others share one."""

    async def of(self, server: Server, asker: Asker | None) -> Credential:
        if asker is None or asker.channel not in ("C1", "C2"):
            return Credential(key=SHARED, headers={"x-account": "all"})
        return Credential(key=f"channel:{asker.channel}", headers={"x-account": asker.channel})


@asynccontextmanager
async def a_shop_that_knows_accounts(
    folder: Path, credentials: Credentials, **lists: list[dict[str, Any]]
) -> AsyncIterator[Shop]:
    """It gives each account its own list, and nobody else any."""
    heard: list[str] = []
    doors = {account: careless.build(listed, ANSWER, heard) for account, listed in lists.items()}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        door = doors.get(dict(scope.get("headers", [])).get(b"x-account", b"").decode())
        await (door or Starlette())(scope, receive, send)

    async with serving.serve(app) as url:
        server = Server(name="shop", transport="http", url=f"{url}/mcp")
        shop = Shop(folder, server, [], heard, credentials)
        try:
            yield shop
        finally:
            await shop.sessions.aclose()
