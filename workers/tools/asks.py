"""Which tool servers want people to sign in: they are asked as somebody without a sign-in, and it is remembered.

A server that says nothing within the patience of whoever looks counts as one that may; the next look asks it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta

from bot.catalog.servers import Server
from bot.connections.models import Principal
from workers.tools.credentials import Asker
from workers.tools.errors import Needed, ToolError
from workers.tools.needs import SignIn
from workers.tools.sessions import ToolSessions

REMEMBERED = timedelta(hours=1)
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
        return SignIn(server=server.name, status=401) if server.oauth and principal else None

    async def people(self, servers: Iterable[Server]) -> frozenset[str]:
        """The names of those that want people to sign in, or may."""
        asked = [server for server in servers if server.takes_sign_in]
        answers = await asyncio.gather(*(self._wants(server) for server in asked))
        return frozenset(server.name for server, wants in zip(asked, answers, strict=True) if wants)

    async def _wants(self, server: Server) -> bool:
        if server.oauth:
            return True
        known = self._known.get(server.name)
        if known and known[0] == server and self._now() < known[2]:
            return known[1]
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                wants = await self.need(server) is not None
        except (ToolError, TimeoutError):
            return True
        self._known[server.name] = (server, wants, self._now() + REMEMBERED.total_seconds())
        return wants
