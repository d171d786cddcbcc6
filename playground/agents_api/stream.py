"""One event stream on its way to a client: framing, flushing, noticing that the client is gone, breaking on purpose.

Frames are sent together until somebody has to wait: without delays an answer is one write.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from pydantic_core import to_json
from starlette.types import Receive, Scope, Send

from playground.agents_api.ids import Json
from playground.serving import DROP

FLUSH_BYTES = 16_384
HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]


class Gone(Exception):
    """The client dropped the stream, or the stream was broken, and the turn is not to be finished."""


class EventStream:
    """`cut_after` events the connection breaks. `finish_alone`: a turn goes on, unheard, when its client is gone."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        cut_after: int | None = None,
        finish_alone: bool = True,
        on_cut: Callable[[], None] | None = None,
        on_drop: Callable[[], None] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._cut_after, self._finish_alone = cut_after, finish_alone
        self._on_cut, self._on_drop = on_cut, on_drop
        self._headers = HEADERS + [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        self._buffer: list[bytes] = []
        self._buffered = 0
        self._events = 0
        self._watch: asyncio.Task[None] | None = None
        self.begun = False
        self._broken = False
        self.dropped_at: float | None = None

    async def write(self, event: Json, *, flush: bool = False) -> None:
        """Frame `event`; it is sent with the next flush. Raises Gone."""
        if self._cut_after is not None and self._events >= self._cut_after:
            await self.break_off()
        if self.dropped_at is not None:
            return
        self._events += 1
        frame = b"event: %b\ndata: %b\n\n" % (event["type"].encode(), to_json(event))
        self._buffer.append(frame)
        self._buffered += len(frame)
        if flush or self._buffered > FLUSH_BYTES:
            await self.flush()

    async def flush(self) -> None:
        await self._push(more=True)

    async def finish(self) -> None:
        """Send what is left and end the answer."""
        await self._push(more=False)
        await self.close()

    async def pause(self, seconds: float) -> None:
        await self._wait(asyncio.sleep(seconds))

    async def hold(self, gate: asyncio.Event) -> None:
        await self._wait(gate.wait())

    async def break_off(self, *, clean: bool = False) -> None:
        """End the stream here, heard by the client as a broken connection, or `clean` as an end without `done`."""
        if self.dropped_at is None:
            await self._push(more=not clean)
            if self._on_cut is not None:
                self._on_cut()
            if not clean:
                self._broken = True
                close(self._scope)
            self._drop()

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])
        if self._broken:  # the server takes an unfinished answer for a mistake until it knows that the client is gone
            await self._until_disconnect()

    async def _push(self, *, more: bool) -> None:
        if self.dropped_at is not None:
            return
        if not self.begun:
            self.begun = True
            await self._send({"type": "http.response.start", "status": 200, "headers": self._headers})
        body, self._buffer, self._buffered = b"".join(self._buffer), [], 0
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _wait(self, waiting: Coroutine[Any, Any, object]) -> None:
        """Wait, and notice when the client goes away meanwhile."""
        task = asyncio.ensure_future(waiting)
        try:
            if self.dropped_at is None:
                await self.flush()
                await asyncio.wait([task, self.watch()], return_when=asyncio.FIRST_COMPLETED)
                self.notice()
            await task
        finally:
            task.cancel()

    def watch(self) -> asyncio.Task[None]:
        """The task that ends when the client goes away; only streams that take time need it."""
        if self._watch is None:
            self._watch = asyncio.create_task(self._until_disconnect())
        return self._watch

    def notice(self) -> None:
        """Raise Gone, or go on unheard, when the client has left."""
        if self._watch is not None and self._watch.done() and self.dropped_at is None:
            self._drop()

    def _drop(self) -> None:
        self.dropped_at = time.monotonic()
        if self._on_drop is not None:
            self._on_drop()
        if not self._finish_alone:
            raise Gone

    async def _until_disconnect(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def close(scope: Scope) -> None:
    """Close the connection after what was written has left; the client sees an answer that never ends properly."""
    abort = scope.get("extensions", {}).get(DROP)
    if abort is None:
        raise RuntimeError("Only playground.serving can break a connection: serve the stand-in with it.")
    abort.__self__.close()  # `abort` is the transport's method, but it would throw away what is still unsent


async def vanish(scope: Scope, receive: Receive) -> None:
    """Drop the connection without any answer, and wait until the server knows."""
    close(scope)
    while (await receive())["type"] != "http.disconnect":
        pass
