"""The operator's own sign-in at a tool server: nobody's in Slack, and used for nothing but its list of tools.

It is begun and ended by a command. What the browser brings back is heard by the command itself, on a port of this
machine, or by the bot at PUBLIC_URL, which leaves it in Redis.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from bot.catalog.servers import Server
from bot.connections import addresses
from bot.connections.models import OPERATOR
from bot.connections.tickets import Tickets
from bot.threads import keys
from workers.tools.asks import Asks
from workers.tools.needs import SignIn
from workers.tools.oauth.errors import Unusable
from workers.tools.oauth.flow import Begun
from workers.tools.oauth.sign_ins import SignIns
from workers.tools.oauth.tickets import ticket_for

LOOK_SECONDS = 0.5  # between two looks whether the bot has heard the browser
DONE = "You can close this page and go back to the terminal."
NOT_OURS = "This belongs to no sign-in that is waited for."


@dataclass(frozen=True, slots=True)
class Brought:
    """What the browser brought back; `error` where it was refused."""

    code: str = field(repr=False)
    iss: str | None = None
    error: str = ""


class NotNeeded(Exception):
    """The server asks nobody to sign in."""


class PortTaken(Exception):
    """Somebody else listens on the port."""


async def login(
    server: Server,
    sign_ins: SignIns,
    asks: Asks,
    *,
    redirect_uri: str,
    hear: Callable[[Begun], Awaitable[Brought]],
) -> None:
    """Sign the operator in. Raises `NotNeeded`, `SignInError`, `ToolError`, and `TimeoutError` where nobody came."""
    need = await asks.need(server) or (SignIn(server=server.name, status=401) if server.oauth else None)
    if need is None:
        raise NotNeeded
    begun = await sign_ins.begin(server, OPERATOR, need, redirect_uri=redirect_uri)
    async with asyncio.timeout(keys.SIGN_IN_FOR.total_seconds()):
        brought = await hear(begun)
    if brought.error or not brought.code:
        raise Unusable(f'The sign-in at "{server.name}" was refused.')
    await sign_ins.finish(
        server, OPERATOR, begun.documents, code=brought.code, verifier=begun.verifier, iss=brought.iss
    )


@asynccontextmanager
async def listening(port: int, show: Callable[[str], None]) -> AsyncIterator[Callable[[Begun], Awaitable[Brought]]]:
    """Hear the browser on a port of this machine; raises `PortTaken`. `show` is given the link."""
    waited: dict[str, asyncio.Future[Brought]] = {}

    async def callback(request: web.Request) -> web.Response:
        said = request.query
        future = waited.get(said.get("state", ""))
        if future is None or future.done():
            return web.Response(status=400, text=NOT_OURS)
        future.set_result(Brought(said.get("code", ""), said.get("iss"), said.get("error", "")))
        return web.Response(text=DONE)

    async def hear(begun: Begun) -> Brought:
        waited[begun.state] = asyncio.get_running_loop().create_future()
        show(begun.url)
        return await waited[begun.state]

    app = web.Application()
    app.router.add_get(addresses.CALLBACK_PATH, callback)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as exc:
            raise PortTaken from exc
        yield hear
    finally:
        await runner.cleanup()


def at_the_bot(
    tickets: Tickets, settings: addresses.Reached, server: Server, show: Callable[[str], None]
) -> Callable[[Begun], Awaitable[Brought]]:
    """Let the bot at PUBLIC_URL hear the browser."""

    async def hear(begun: Begun) -> Brought:
        ticket = ticket_for(begun, OPERATOR, server=server.name, name="Threadwind", locale="en")
        show(addresses.link(settings, await tickets.offer(ticket)))
        while (back := await tickets.brought(begun.state)) is None:  # noqa: ASYNC110  # another process hears it
            await asyncio.sleep(LOOK_SECONDS)
        return Brought(back.code, back.iss, back.error)

    return hear
