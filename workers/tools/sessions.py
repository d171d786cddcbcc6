"""The warm connections to MCP servers: one for each server and credential, opened when first needed, kept across turns.

Always holds: two people never share a connection where the server knows people apart; a dead connection is replaced,
and a call is sent again only where it surely was not sent, or not taken; a server that hangs or keeps failing costs
its own calls alone; after `aclose` no server process is left.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from mcp.shared.dispatcher import ProgressFnT
from mcp_types import CallToolResult, Tool

from bot.catalog.servers import Server
from workers.tools.asked import NOBODY, Answering, Ask
from workers.tools.connection import Connection
from workers.tools.credentials import Asker, Configured, Credential, Credentials
from workers.tools.errors import NotSent, ToolError, Unreachable
from workers.tools.known import Known
from workers.tools.origins import Origins
from workers.tools.pool import Limits, Pool

CONNECT = timedelta(seconds=20)  # a silent server costs the SDK's probe 10 s before it tries the older handshake
IDLE = timedelta(minutes=10)  # a stdio server holds 55-100 MB
CALLS_AT_ONCE = 8  # per server; more wait
LIMITS = Limits()

log = structlog.get_logger(__name__)
T = TypeVar("T")


class ToolSessions:
    def __init__(
        self,
        *,
        timeout: timedelta,
        credentials: Credentials | None = None,
        connect: timedelta = CONNECT,
        idle: timedelta = IDLE,
        calls_at_once: int = CALLS_AT_ONCE,
        limits: Limits = LIMITS,
        answering: Answering = NOBODY,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`timeout` is a call's, where the server has none of its own. Nothing is opened yet."""
        self._credentials = credentials or Configured()
        self._timeout = timeout
        self._connect = connect
        self._idle = idle
        self._calls_at_once = calls_at_once
        self._answering = answering
        self._now = now
        self.pool = Pool(limits)
        self._origins = Origins(most=limits.remote + calls_at_once)
        self._hears_changes: list[Callable[[str], None]] = []
        self._hears_openings: list[Callable[[str], None]] = []
        self._known: dict[str, Known] = {}
        self._closed = False

    async def tools(
        self, server: Server, asker: Asker | None, *, on_way: Callable[[Credential], None] = lambda _: None
    ) -> list[Tool]:
        """What the server offers this person (None: to anybody), all pages. Raises `ToolError`.

        `on_way` hears with which credential the server is asked, just before it is.
        """

        async def listed(connection: Connection) -> list[Tool]:
            on_way(connection.credential)
            return await connection.tools()

        return await self._with(server, asker, listed)

    async def call(
        self,
        server: Server,
        asker: Asker,
        tool: str,
        arguments: dict[str, Any],
        *,
        given: str = "",
        ask: Ask | None = None,
        on_progress: ProgressFnT | None = None,
        on_way: Callable[[Credential], None] = lambda _: None,
    ) -> CallToolResult:
        """Raises `ToolError`, whose `.ran` says what is known. A cancelled call is cancelled at the server too.

        `on_way` hears with which credential the call goes out, just before it does.
        """

        async def called(connection: Connection) -> CallToolResult:
            on_way(connection.credential)
            return await connection.call(tool, arguments, given=given, ask=ask, on_progress=on_progress)

        return await self._with(server, asker, called)

    async def credential(self, server: Server, asker: Asker) -> Credential:
        """With what a call would go out. Raises `ToolError` where nobody can say."""
        return await self._credentials.of(server, asker)

    async def is_personal(self, server: Server, asker: Asker) -> bool:
        """Whether a call would go out with a sign-in of the asker's own; so, too, where nobody can say."""
        if server.channels.get(asker.channel):
            return False
        try:
            return server.personal or (await self._credentials.of(server, asker)).personal
        except ToolError:
            return True

    def has_refused(self, server: Server) -> bool:
        """Whether it ever wanted a sign-in, or more rights, of whoever called."""
        known = self._known.get(server.name)
        return known is not None and known.refused == server

    async def aclose(self) -> None:
        """Close all connections; running calls end without an answer. Takes some seconds at most, then forces."""
        self._closed = True
        await self.pool.aclose()
        await self._origins.aclose()

    def when_tools_change(self, hear: Callable[[str], None]) -> None:
        """`hear` is told the name of a server that says that its list of tools is another one now."""
        self._hears_changes.append(hear)

    def when_it_opens(self, hear: Callable[[str], None]) -> None:
        """`hear` is told the name of a server to which a connection has opened."""
        self._hears_openings.append(hear)

    # ---- one call -------------------------------------------------------------------------------------------------

    async def _with(self, server: Server, asker: Asker | None, work: Callable[[Connection], Awaitable[T]]) -> T:
        known = self._known.setdefault(server.name, Known(self._calls_at_once))
        async with known.slot(server, (server.timeout or self._timeout).total_seconds()):
            known.let_rest(server, self._now())
            with known.watching(server, self._now):
                return await self._once_more(known, server, asker, work)

    async def _once_more(
        self, known: Known, server: Server, asker: Asker | None, work: Callable[[Connection], Awaitable[T]]
    ) -> T:
        try:
            return await work(await self._connected(known, server, asker))
        except NotSent as exc:
            log.info("tool.reconnecting", server=server.name, reason=str(exc))
        return await work(await self._connected(known, server, asker))

    async def _connected(self, known: Known, server: Server, asker: Asker | None) -> Connection:
        """The key's connection, ready. There is no await between looking and opening, so two never open at once."""
        credential = await self._credentials.of(server, asker)
        if self._closed:
            raise Unreachable("The worker is stopping and calls no more tools.")
        key = (server.name, credential.key)
        connection = self.pool.get(key)
        if connection is not None and connection.server != server:
            connection.owner.end()  # mcp.json was changed: running calls finish, new ones go to the new server
            connection = None
        is_warm = connection is not None
        if connection is None:
            connection = self.pool.open(key, server, partial(self._open, known, server, credential))
        try:
            await connection.owner.ready()
        except Unreachable:
            known.legacy = False  # the server may be another version now
            raise
        known.legacy = connection.legacy
        if is_warm:
            await connection.look_whether_it_lives()
        return connection

    def _open(
        self, known: Known, server: Server, credential: Credential, after: Collection[asyncio.Task[None]]
    ) -> Connection:
        return Connection(
            server,
            credential,
            mode="legacy" if server.protocol == "auto" and known.legacy else server.protocol,
            timeout=server.timeout or self._timeout,
            connect=self._connect,
            idle=self._idle,
            answering=self._answering,
            origins=self._origins,
            after=after,
            on_tools_changed=lambda: self._tell(self._hears_changes, server),
            on_ready=lambda: self._tell(self._hears_openings, server),
        )

    @staticmethod
    def _tell(who: Sequence[Callable[[str], None]], server: Server) -> None:
        for hear in who:
            hear(server.name)
