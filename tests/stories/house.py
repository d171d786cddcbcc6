"""A house whose notes want each person to sign in: the notes, who signs people in for them, and the product."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
from cryptography.fernet import Fernet

from bot.connections.models import Principal
from bot.connections.signed_in import Connections
from playground.authorization import app as authorization
from playground.authorization import profiles
from playground.authorization.issuer import Issuer
from playground.authorization.settings import Settings
from playground.services.notes import app as notes
from playground.services.notes.app import NotesServer
from tests.stories.tools import agent
from tests.world import ADA, TEAM, Thread, World, until
from workers.tools import lock
from workers.tools.lock import Lock

if TYPE_CHECKING:
    from tests.stories.conftest import MakeWorld

LIST = "notes__list_notes"


@dataclass(frozen=True)
class House:
    """The notes, who signs people in for them, and the product that uses both."""

    world: World
    issuer: Issuer
    notes: NotesServer

    async def asks(self, text: str = "what are my notes?", *, user: str = ADA) -> Thread:
        self.world.mistral.script.will_call(LIST, {})
        return await self.world.mention(text, user=user)

    async def link(self, user: str = ADA, *, after: int = 0) -> str:
        """The private link that the person was given."""

        def found() -> str | None:
            theirs = [message for message in self.world.whispered[after:] if message.ephemeral_for == user]
            buttons = [e for message in theirs for block in message.blocks for e in block.get("elements", [])]
            return next((button["url"] for button in buttons if "url" in button), None)

        return str(await until(found, seen=lambda: self.world.whispers))

    async def signed_in(self, user: str = ADA) -> Any:
        return await Connections(self.world.redis, self.world.settings.vault).get(Principal(TEAM, user), "notes")


MakeHouse = Callable[..., Awaitable[House]]


@contextlib.asynccontextmanager
async def houses(make_world: MakeWorld, folder: Path) -> AsyncIterator[MakeHouse]:
    """What builds a house with the product's own `settings`; what it built ends with the block.

    `tools` are more of the notes' server, `functions` more of the agent.
    """
    async with contextlib.AsyncExitStack() as stack:

        async def make(
            *,
            others: Mapping[str, Any] | None = None,
            entry: Mapping[str, Any] | None = None,
            approvals: str = "{notes__*: auto}",
            signs_in: Settings | None = None,
            tools: Sequence[Callable[..., Any]] = (),
            functions: Sequence[str] = (),
            **settings: Any,
        ) -> House:
            server = await stack.enter_async_context(authorization.running(signs_in or profiles.notes()))
            served = await stack.enter_async_context(notes.running(server.issuer, server.issuer.url))
            for tool in tools:
                served._mcp.tool()(tool)
            listed = await served._mcp.list_tools()
            lock.write(folder / "tools.lock.json", Lock().replaced("notes", listed))
            given = {"vault_keys": Fernet.generate_key().decode(), "tools_lock": folder / "tools.lock.json"}
            more = dict(entry or {})
            path = "/sse" if more.get("type") == "sse" else "/mcp"
            names = ", ".join(["notes", *(others or {}), *functions])
            world = await make_world(
                agents=agent(approvals, tools=f"[{names}]"),
                servers={"notes": {"url": f"{served.url}{path}", **more}, **(others or {})},
                **{**given, **settings},
            )
            return House(world, server.issuer, served)

        yield make


async def opened(house: House, link: str, browser: httpx2.AsyncClient) -> httpx2.Response:
    """The person presses the button of our page; the answer leads on to the server's own."""
    return await browser.post(f"{house.world.url}{urlsplit(link).path}")


async def back(house: House, leads_to: str, browser: httpx2.AsyncClient) -> httpx2.Response:
    """The person does at the issuer what it was switched to, and comes back to us."""
    answer = await browser.get(leads_to)
    assert answer.status_code == 303, answer.text
    where = urlsplit(answer.headers["location"])
    return await browser.get(f"{house.world.url}{where.path}?{where.query}")


async def signed_in(house: House, link: str, browser: httpx2.AsyncClient, *, person: str = "ada") -> httpx2.Response:
    house.issuer.switch(answered_by=person)
    return await back(house, (await opened(house, link, browser)).headers["location"], browser)
