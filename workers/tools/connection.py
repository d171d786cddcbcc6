"""One warm connection to one MCP server, owned by one task.

An MCP client must be entered and left by the same task, while turns run in many; so a task of its own opens it, waits,
and closes it. Calls may come from any task of the loop, and a cancelled caller takes nothing down. The owner ends by
itself when the server's side ends, when the connection was idle for long enough, or when it is told to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from mcp_types import CallToolResult, Tool, ToolListChangedNotification
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from bot.catalog.servers import Server
from workers.tools.answers import translated, unanswered, unreachable
from workers.tools.asked import Answering, Ask
from workers.tools.asking import LONGEST_WAIT_SECONDS, OpenCalls, finished
from workers.tools.credentials import Credential
from workers.tools.errors import Needed, NotSent, ToolError, Unheard, Unreachable, root_cause
from workers.tools.soft_http import HEARD, Heard, Origins
from workers.tools.stderr import Stderr
from workers.tools.transports import opened

if TYPE_CHECKING:
    from mcp import Client
    from mcp.shared.dispatcher import ProgressFnT

BACKSTOP_SECONDS = 2.0  # past the protocol's own deadline: a call must end even if the SDK's clock does not
MOST_PAGES = 50  # a broken server may never end its cursors
LISTED_FOR_SECONDS = 300.0  # where the server does not tell of changes
LOOK_SECONDS = 30.0  # how often an idle connection looks at the size of its stderr file, and whether it may stay


log = structlog.get_logger(__name__)


class Connection:
    """`start` once, then `ready` before the first call. `done` is the owner's task."""

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
    ) -> None:
        """It opens when the owners in `after` have ended, whose place it takes."""
        self.server = server
        self._credential = credential
        self._mode = mode
        self._timeout = timeout.total_seconds()
        self._connect = connect.total_seconds()
        self._idle = idle.total_seconds()
        self._answering = answering
        self._origins = origins
        self._after = after
        self._on_tools_changed = on_tools_changed
        self._open_calls = OpenCalls(server.name)
        if answering.people:
            self._answering = replace(answering, elicitation=self._open_calls.elicited)
        self._listed_at: float | None = None
        self._listing = asyncio.Lock()
        self.definitions: dict[str, Tool] = {}  # as the server last listed them on this connection
        self._client: Client | None = None
        self._over = False  # no new calls: ended, told to end, or about to close as idle
        self._closing = False  # now, without waiting for running calls
        self._lost = False  # the server ended it
        self._calls = 0
        self._last_used = 0.0
        self._look = asyncio.Event()  # wakes the owner to look at the above
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.done: asyncio.Task[None] = asyncio.create_task(self._own(), name=f"mcp:{server.name}")

    @property
    def usable(self) -> bool:
        """Connecting or connected: worth waiting for."""
        return not self._over

    @property
    def busy(self) -> bool:
        """Calls run on it, or somebody waits for it to open."""
        return self._calls > 0 or not self._ready.done()

    @property
    def _personal(self) -> bool:
        return self._credential.auth is not None

    @property
    def legacy(self) -> bool:
        return self._client is not None and self._client.protocol_version not in MODERN_PROTOCOL_VERSIONS

    async def ready(self) -> None:
        """Return when connected; `Unreachable` when that failed or takes too long. The owner goes on either way."""
        try:
            async with asyncio.timeout(self._connect):
                await asyncio.shield(self._ready)
        except TimeoutError:
            self.end()
            raise Unreachable(
                f'The tool server "{self.server.name}" did not answer within {self._connect:g} seconds of connecting.'
            ) from None

    def end(self) -> None:
        """Take no new calls; close when the running ones are done."""
        self._over = True
        self._look.set()

    async def tools(self) -> list[Tool]:
        """All pages of the server's tools, without those that can only run as tasks, which nobody here can call."""
        found: list[Tool] = []
        cursor: str | None = None
        seen: set[str] = set()
        with self._in_use() as client, self._errors("its list of tools"):
            self._listed_at = asyncio.get_running_loop().time()  # before asking: a change meanwhile is heard
            async with asyncio.timeout(self._timeout + BACKSTOP_SECONDS) as limit:
                _may_be_cut(limit)
                for _ in range(MOST_PAGES):
                    page = await client.list_tools(cursor=cursor)
                    found += page.tools
                    cursor = page.next_cursor
                    if not cursor or cursor in seen:
                        break
                    seen.add(cursor)
        self.definitions = {tool.name: tool for tool in found}
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
        with self._in_use() as client, self._errors(f'"{tool}"'):
            async with self._open_calls.call(ask, self._timeout + BACKSTOP_SECONDS) as limit:
                _may_be_cut(limit)
                made = partial(
                    client.session.call_tool if self._answering.people else client.call_tool,
                    tool,
                    arguments,
                    read_timeout_seconds=self._timeout + longer,
                    progress_callback=on_progress,
                )
                if not self._answering.people:
                    return await made()
                return await finished(partial(made, allow_input_required=True), server=self.server.name, given=given)

    async def _know_the_tools(self) -> None:
        """The tools were listed on this very connection, not too long ago.

        The SDK takes headers and output schemas from there, and what is called is held against `definitions`. A server
        of the newer protocol tells of changes only in a stream that would be held open for each connection; its list
        is asked for again after a while instead.
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

    def close(self) -> None:
        """Close now; running calls end without an answer. `done` tells when it is over."""
        self._closing = True
        self.end()
        if not self._ready.done():
            self.done.cancel()  # nobody will use what it is still opening; the SDK stops a half-started server

    # ---- calls ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _in_use(self) -> Iterator[Client]:
        if self._client is None or self._over:
            raise NotSent(f'The connection to the tool server "{self.server.name}" had ended.')
        self._calls += 1
        try:
            yield self._client
        finally:
            self._calls -= 1
            self._last_used = asyncio.get_running_loop().time()
            if not self.usable:
                self._look.set()  # the owner may be waiting to close

    @contextmanager
    def _errors(self, what: str) -> Iterator[None]:
        """Turn whatever the SDK raises into a `ToolError`; cancellation passes."""
        heard = Heard()
        token = HEARD.set(heard)
        name = self.server.name
        try:
            yield
        except ToolError:
            raise
        except TimeoutError as exc:
            if error := unanswered(heard, server=name, what=what, personal=self._personal):
                raise error from exc
            raise Unheard(
                f'The tool server "{name}" gave no answer to {what} within {self._timeout:g} seconds.'
            ) from exc
        except Exception as exc:
            cause = root_cause(exc)
            error = translated(
                cause, heard, server=name, what=what, timeout_seconds=self._timeout, personal=self._personal
            )
            if error.ends_connection:
                self.end()
            log.info("tool.call_failed", server=name, cause=type(cause).__name__, code=getattr(cause, "code", None))
            raise error from exc
        finally:
            HEARD.reset(token)

    # ---- the owner ------------------------------------------------------------------------------------------------

    async def _own(self) -> None:
        stderr = Stderr() if self.server.transport == "stdio" else None
        heard = Heard()
        HEARD.set(heard)  # in the owner's own context: what HTTP says while connecting
        cause: BaseException | None = None
        try:
            async with AsyncExitStack() as stack:
                if self._after:
                    await asyncio.wait(self._after, timeout=self._connect)
                async with asyncio.timeout(self._connect):
                    self._client = await stack.enter_async_context(
                        opened(
                            self.server,
                            self._credential,
                            mode=self._mode,
                            timeout_seconds=self._timeout,
                            stderr=stderr,
                            answering=self._answering,
                            origins=self._origins,
                            on_end=self._server_ended,
                            on_notice=self._heard,
                        )
                    )
                self._last_used = asyncio.get_running_loop().time()
                self._ready.set_result(None)
                await self._until_over(stderr)
        except BaseException as exc:  # also the cancellation by which a crashed transport ends its owner
            cause = root_cause(exc)
        finally:
            self._client = None
            self._over = True
            self._settle(cause, heard, stderr)

    async def _until_over(self, stderr: Stderr | None) -> None:
        loop = asyncio.get_running_loop()
        while not self._closing and not (self._over and self._calls == 0):
            self._look.clear()
            try:
                async with asyncio.timeout(min(self._idle, LOOK_SECONDS)):
                    await self._look.wait()
            except TimeoutError:
                self._over = self._over or (self._calls == 0 and loop.time() - self._last_used >= self._idle)
                self._over = self._over or not await self._credential.holds()
            if stderr is not None:
                stderr.trim()

    def _server_ended(self) -> None:
        """The server's side closed. Also comes of our own closing, when it is no news."""
        if not self._over and not self._closing:
            self._lost = True
        self.end()

    def _settle(self, cause: BaseException | None, heard: Heard, stderr: Stderr | None) -> None:
        """Tell those who wait for the connection, and the log, how it ended."""
        tail = stderr.tail(hiding=_secrets(self.server)) if stderr is not None else ""
        if stderr is not None:
            stderr.close()
        kind = type(cause).__name__ if cause is not None else None
        if not self._ready.done():
            error = unreachable(
                cause, heard, server=self.server.name, connect_seconds=self._connect, personal=self._personal
            )
            self._ready.set_exception(error)
            self._ready.exception()  # seen, even if every caller has gone
            if not self._closing and not isinstance(error, Needed):
                log.warning("tool.connect_failed", server=self.server.name, reason=str(error), cause=kind, stderr=tail)
        elif (self._lost or cause is not None) and not self._closing:
            log.warning("tool.connection_lost", server=self.server.name, cause=kind, stderr=tail)


def _may_be_cut(limit: asyncio.Timeout) -> None:
    """Let the transport end this wait, where it hears that no answer will come."""

    def cut() -> None:
        with suppress(RuntimeError):  # the wait is over: what was refused was no part of it
            limit.reschedule(asyncio.get_running_loop().time())

    if heard := HEARD.get():
        heard.give_up = cut


def _secrets(server: Server) -> list[str]:
    """Configured values that may be secret: the variables', and arguments that are no paths."""
    return [*server.env.values(), *(part.rpartition("=")[2] for part in server.args if "/" not in part)]
