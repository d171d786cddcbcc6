"""One MCP client, opened, held and closed by one task of its own.

An MCP client must be entered and left by the same task, while turns run in many; so a task of its own opens it, waits,
and closes it. Calls may come from any task of the loop, and a cancelled caller takes nothing down. The task ends by
itself when the server's side ends, when the client was idle for long enough, or when it is told to.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
import structlog
from anyio.lowlevel import checkpoint_if_cancelled

from bot.catalog.servers import Server
from workers.tools.answers import unreachable
from workers.tools.credentials import Credential
from workers.tools.errors import Needed, NotSent, Unreachable, root_cause
from workers.tools.soft_http import HEARD, Heard
from workers.tools.stderr import Stderr

if TYPE_CHECKING:
    from mcp import Client

LOOK_SECONDS = 30.0  # how often an idle client looks at the size of its server's stderr file, and whether it may stay

log = structlog.get_logger(__name__)


class ClientTask:
    """`done` is the task. It has begun; `ready` comes before the first use."""

    def __init__(
        self,
        server: Server,
        credential: Credential,
        opened: Callable[..., AbstractAsyncContextManager[Client]],
        *,
        connect: timedelta,
        idle: timedelta,
        after: Collection[asyncio.Task[None]],
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        """`opened` gives the client, by `stderr` and `on_end`. It opens when the tasks in `after` have ended, whose
        place it takes, and stays while `credential` holds. `on_ready` hears that it has opened.
        """
        self._server = server
        self._open = opened
        self._connect = connect.total_seconds()
        self._idle = idle.total_seconds()
        self._after = after
        self._on_ready = on_ready
        self._credential = credential
        self.client: Client | None = None
        self._over = False  # no new calls: ended, told to end, or about to close as idle
        self._closing = False  # now, without waiting for running calls
        self._starting = False  # the server's process, which asyncio loses where that is broken off
        self._lost = False  # the server ended it
        self.did = ""  # what it did by which it ended it, where it did not just stop
        self._calls = 0
        self._last_used = 0.0
        # The one way to break off: asyncio's own cancel() reaches what the SDK shields, the end of a server's process.
        self._scope = anyio.CancelScope()
        self._look = asyncio.Event()  # wakes the task to look at the above
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
    def idle_seconds(self) -> float:
        """For how long nobody has used it."""
        return 0.0 if self.busy else asyncio.get_running_loop().time() - self._last_used

    async def ready(self) -> None:
        """Return when connected; `Unreachable` when that failed or takes too long. The owner goes on either way."""
        try:
            async with asyncio.timeout(self._connect):
                await asyncio.shield(self._ready)
        except TimeoutError:
            self.end()
            raise Unreachable(
                f'The tool server "{self._server.name}" did not answer within {self._connect:g} seconds of connecting.'
            ) from None

    def end(self) -> None:
        """Take no new calls; close when the running ones are done."""
        self._over = True
        self._look.set()

    def close(self) -> None:
        """Close now; running calls end without an answer. `done` tells when it is over."""
        self._closing = True
        self.end()
        if not self._ready.done() and not self._starting:
            self._scope.cancel()  # nobody will use what it is still opening; the SDK stops a half-started server

    @contextmanager
    def in_use(self) -> Iterator[Client]:
        """The client, for one call; `NotSent` where it is over."""
        if self.client is None or self._over:
            raise NotSent(f'The connection to the tool server "{self._server.name}" had ended.')
        self._calls += 1
        try:
            yield self.client
        finally:
            self._calls -= 1
            self._last_used = asyncio.get_running_loop().time()
            if not self.usable:
                self._look.set()  # the owner may be waiting to close

    async def _own(self) -> None:
        stderr = Stderr() if self._server.transport == "stdio" else None
        heard = Heard()
        HEARD.set(heard)  # in the owner's own context: what HTTP says while connecting
        cause: BaseException | None = None
        try:
            with self._scope:
                async with AsyncExitStack() as stack:
                    if self._after:
                        await asyncio.wait(self._after, timeout=self._connect)
                    self._scope.deadline = anyio.current_time() + self._connect
                    await checkpoint_if_cancelled()
                    self._starting = stderr is not None
                    opened = self._open(stderr=stderr, on_begun=self._begun, on_end=self._server_ended)
                    self.client = await stack.enter_async_context(opened)
                    self._scope.deadline = math.inf
                    self._last_used = asyncio.get_running_loop().time()
                    self._ready.set_result(None)
                    self._on_ready()
                    await self._until_over(stderr)
            if self._scope.cancelled_caught:
                cause = TimeoutError()
        except BaseException as exc:  # also the cancellation by which a crashed transport ends its owner
            cause = root_cause(exc)
        finally:
            self.client = None
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

    def _begun(self) -> None:
        """What is begun has an end: the SDK's own, also where it is broken off from now on."""
        self._starting = False
        if self._closing:
            self._scope.cancel()

    def _server_ended(self, did: str) -> None:
        """The server's side closed. Also comes of our own closing, when it is no news."""
        if not self._over and not self._closing:
            self._lost = True
        self.did = self.did or did
        self.end()

    def _settle(self, cause: BaseException | None, heard: Heard, stderr: Stderr | None) -> None:
        """Tell those who wait for the connection, and the log, how it ended."""
        tail = stderr.tail(hiding=_secrets(self._server)) if stderr is not None else ""
        if stderr is not None:
            stderr.close()
        kind = type(cause).__name__ if cause is not None else None
        if not self._ready.done():
            error = unreachable(
                cause,
                heard,
                server=self._server.name,
                connect_seconds=self._connect,
                personal=self._credential.auth is not None,
            )
            self._ready.set_exception(error)
            self._ready.exception()  # seen, even if every caller has gone
            if not self._closing and not isinstance(error, Needed):
                log.warning("tool.connect_failed", server=self._server.name, reason=str(error), cause=kind, stderr=tail)
        elif (self._lost or cause is not None) and not self._closing:
            log.warning("tool.connection_lost", server=self._server.name, cause=kind, did=self.did or None, stderr=tail)


def _secrets(server: Server) -> list[str]:
    """Configured values that may be secret: the variables', and arguments that are no paths."""
    return [*server.env.values(), *(part.rpartition("=")[2] for part in server.args if "/" not in part)]
