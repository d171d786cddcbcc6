"""Which tool servers want people to sign in: they are asked as somebody without a sign-in, and it is remembered.

A server whose list is free may refuse only at the call: so its metadata are asked too, and one that ever refused
somebody for want of a sign-in counts from then on, as long as the worker lives. A server that says nothing within the
patience of whoever looks counts as one that may, and is asked again after a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta

import httpx2

from bot.catalog.servers import Server
from bot.connections.models import Principal
from workers.tools.credentials import Asker
from workers.tools.errors import Needed, ToolError, Unreachable
from workers.tools.needs import SignIn
from workers.tools.oauth.protected import names_who_signs_in
from workers.tools.sessions import ToolSessions

REMEMBERED = timedelta(hours=1)
ASK_AGAIN_AFTER = timedelta(seconds=30)  # of a server that said nothing: not each of its calls waits for it
PATIENCE = timedelta(seconds=4)  # a person looks at a modal that is still empty


class Asks:
    def __init__(self, sessions: ToolSessions, now: Callable[[], float]) -> None:
        self._sessions = sessions
        self._now = now
        self._known: dict[str, tuple[Server, bool, float]] = {}  # by name: the entry it is about, until when

    async def need(self, server: Server, principal: Principal | None = None) -> SignIn | None:
        """What the server says it lacks of this person (None: of anybody); None where it lacks nothing.

        Raises `ToolError` where it cannot be asked.
        """
        try:
            await self._sessions.tools(server, Asker(principal, "") if principal else None)
        except Needed as exc:
            if isinstance(exc.need, SignIn):
                return exc.need
            raise
        # A client that an operator registered is there for sign-ins, even where lists of tools are free.
        free = principal is None or not (server.oauth or await self._signs_in_later(server))
        return None if free else SignIn(server=server.name, status=401)

    async def people(self, servers: Iterable[Server]) -> frozenset[str]:
        """The names of those that want people to sign in, or may."""
        asked = [server for server in servers if server.takes_sign_in]
        answers = await asyncio.gather(*(self._wants(server) for server in asked))
        return frozenset(server.name for server, wants in zip(asked, answers, strict=True) if wants)

    async def may_be_personal(self, server: Server, channel: str) -> bool:
        """Whether a call from `channel` is one that a person signs in for, be it only once the server refuses it."""
        return not server.channels.get(channel) and server.name in await self.people([server])

    async def _wants(self, server: Server) -> bool:
        if server.oauth or self._sessions.has_refused(server):
            return True
        known = self._known.get(server.name)
        if known and known[0] == server and self._now() < known[2]:
            return known[1]
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                wants = await self.need(server) is not None or await self._signs_in_later(server)
        except (ToolError, TimeoutError):
            return self._remember(server, True, ASK_AGAIN_AFTER)
        return self._remember(server, wants, REMEMBERED)

    def _remember(self, server: Server, wants: bool, life: timedelta) -> bool:
        self._known[server.name] = (server, wants, self._now() + life.total_seconds())
        return wants

    async def _signs_in_later(self, server: Server) -> bool:
        """Of a server whose list is free: whether it wants a sign-in for calls."""
        if not server.takes_sign_in:
            return False
        try:
            return self._sessions.has_refused(server) or await names_who_signs_in(server)
        except httpx2.HTTPError as exc:
            raise Unreachable(f'The tool server "{server.name}" cannot be reached ({type(exc).__name__}).') from exc
