"""What is asked over one warm connection to one MCP server: its list of tools, and calls.

Always holds: a tool is called only where the tools were listed on this very connection, not too long ago; whatever the
SDK raises leaves as a `ToolError`. How the connection is held open stands in `client_task.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from mcp_types import CallToolResult, Tool, ToolListChangedNotification

from bot.catalog.servers import Server
from workers.tools import health, roots
from workers.tools.asked import Answering, Ask
from workers.tools.asking import LONGEST_WAIT_SECONDS, OpenCalls, finished
from workers.tools.client_task import ClientTask
from workers.tools.credentials import Credential
from workers.tools.errors import NotSent, ToolError, Unheard
from workers.tools.exchange import exchange, may_be_cut
from workers.tools.origins import Origins
from workers.tools.transports import opened

if TYPE_CHECKING:
    from mcp import Client
    from mcp.shared.dispatcher import ProgressFnT

BACKSTOP_SECONDS = 2.0  # past the protocol's own deadline: a call must end even if the SDK's clock does not
MOST_PAGES = 50  # a broken server may never end its cursors
LISTED_FOR_SECONDS = 300.0  # where the server does not tell of changes


log = structlog.get_logger(__name__)


class Connection:
    """`owner.ready` comes before the first call."""

    def __init__(
        self,
        server: Server,
        credential: Credential,
        *,
        mode: str,
        timeout: timedelta,
        connect: timedelta,
        idle: timedelta,
        answering: Answering,
        origins: Origins,
        after: Collection[asyncio.Task[None]] = (),
        on_tools_changed: Callable[[], None] = lambda: None,
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        """It opens when the owners in `after` have ended, whose place it takes."""
        self.server, self.credential = server, credential
        self._timeout = timeout.total_seconds()
        self._on_tools_changed = on_tools_changed
        self._open_calls = OpenCalls(server.name)
        if answering.people:
            answering = replace(answering, elicitation=self._open_calls.elicited)
        if server.roots:
            answering = replace(answering, roots=roots.shown(server.roots))
        self._answering = answering
        self._personal = credential.auth is not None
        self._listed_at: float | None = None
        self._listing = asyncio.Lock()
        self._looking = asyncio.Lock()
        client = partial(
            opened,
            server,
            credential,
            mode=mode,
            timeout_seconds=self._timeout,
            connect_seconds=connect.total_seconds(),
            answering=answering,
            origins=origins,
            on_notice=self._heard,
        )
        self.owner = ClientTask(server, credential, client, connect=connect, idle=idle, after=after, on_ready=on_ready)

    @property
    def legacy(self) -> bool:
        """Whether it speaks one of the older protocols."""
        client = self.owner.client
        return client is not None and not health.is_modern(client)

    async def look_whether_it_lives(self) -> None:
        """Where it was not used for a while and may have died without a word; `NotSent` if it has."""
        async with self._looking:
            alone = self.server.transport != "stdio" and not self.legacy  # each request stands alone
            if alone or self.owner.idle_seconds < health.QUIET_FOR_SECONDS:
                return
            try:
                with self._exchange("whether it is there") as client:
                    async with asyncio.timeout(health.ANSWERS_WITHIN_SECONDS) as limit:
                        may_be_cut(limit)
                        await health.ask(client)
            except (NotSent, Unheard) as exc:
                self.owner.end()
                raise NotSent(f'The connection to the tool server "{self.server.name}" had gone silent.') from exc
            except ToolError:
                return  # it answers

    async def tools(self) -> list[Tool]:
        """All pages of the server's tools, without those that can only run as tasks, which nobody here can call."""
        found: list[Tool] = []
        cursor: str | None = None
        seen: set[str] = set()
        with self._exchange("its list of tools") as client:
            self._listed_at = asyncio.get_running_loop().time()  # before asking: a change meanwhile is heard
            async with asyncio.timeout(self._timeout + BACKSTOP_SECONDS) as limit:
                may_be_cut(limit)
                for _ in range(MOST_PAGES):
                    page = await client.list_tools(cursor=cursor)
                    found += page.tools
                    cursor = page.next_cursor
                    if not cursor or cursor in seen:
                        break
                    seen.add(cursor)
        return [tool for tool in found if not (tool.execution and tool.execution.task_support == "required")]

    async def call(
        self,
        tool: str,
        arguments: dict[str, Any],
        *,
        given: str = "",
        ask: Ask | None = None,
        on_progress: ProgressFnT | None = None,
    ) -> CallToolResult:
        """Raises `Needed` where the call waits for a person's words; it is made again with what was `given`."""
        await self._know_the_tools()
        # Where a person may be asked while the call is open, the clock of `_open_calls` is the one that counts.
        longer = LONGEST_WAIT_SECONDS if self.legacy and ask is not None else 0.0
        with self._exchange(f'"{tool}"') as client:
            async with self._open_calls.call(ask, self._timeout + BACKSTOP_SECONDS) as limit:
                may_be_cut(limit)
                made = partial(
                    client.session.call_tool if self._answering.people else client.call_tool,
                    tool,
                    arguments,
                    read_timeout_seconds=self._timeout + longer,
                    progress_callback=on_progress,
                )
                if not self._answering.people:
                    return await made()
                again = partial(made, allow_input_required=True)
                return await finished(again, server=self.server.name, given=given, roots=self.server.roots)

    async def _know_the_tools(self) -> None:
        """The tools were listed on this very connection, not too long ago.

        The SDK takes headers and output schemas from there. A server of the newer protocol tells of changes only in a
        stream that would be held open for each connection; its list is asked for again after a while instead.
        """
        async with self._listing:
            now = asyncio.get_running_loop().time()
            if self._listed_at is not None and (self.legacy or now - self._listed_at < LISTED_FOR_SECONDS):
                return
            try:
                await self.tools()
            except BaseException as exc:
                self._listed_at = None
                if isinstance(exc, ToolError):
                    exc.ran = "no"
                raise

    async def _heard(self, message: object) -> None:
        if isinstance(message, ToolListChangedNotification):
            log.info("tools.changed", server=self.server.name)
            self._listed_at = None
            self._on_tools_changed()

    def _exchange(self, what: str) -> AbstractContextManager[Client]:
        return exchange(
            self.owner, server=self.server.name, what=what, timeout_seconds=self._timeout, personal=self._personal
        )
