"""What comes from a server, watched: its end is told at once, and what is slightly wrong is mended as it comes in.

Nothing else tells of the end: the client of a killed stdio server looks alive until the next call, and then nobody can
say whether that call ran. A line that `stdio_lines.py` did not read is such an end, too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import anyio
from mcp.client._transport import ReadStream, Transport, TransportStreams
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCNotification

from workers.tools import stdio_lines
from workers.tools.sloppy import mended

SENT_TOO_MUCH = f"sent a line of more than {stdio_lines.LONGEST_LINE // 2**20} MB, which was not read,"


@asynccontextmanager
async def watched(
    inner: Transport, server: str, *, on_begun: Callable[[], None], on_end: Callable[[str], None]
) -> AsyncIterator[TransportStreams]:
    """The transport. `on_begun` hears that it is there, before anything was said over it; `on_end`, once or more, that
    it is over, and what the server did if it did not just stop.
    """
    async with inner as (read, write):
        on_begun()
        yield _WatchedStream(read, server, on_end), write


class _WatchedStream:
    def __init__(
        self, inner: ReadStream[SessionMessage | Exception], server: str, on_end: Callable[[str], None]
    ) -> None:
        self._inner = inner
        self._server = server
        self._on_end = on_end

    @property
    def last_context(self) -> Any:
        # The SDK looks for it by name: the sender's context variables, carried beside each message.
        return getattr(self._inner, "last_context", None)

    async def receive(self) -> SessionMessage | Exception:
        try:
            return self._seen(await self._inner.receive())
        except Exception:  # end of stream, or closed: nothing will come any more
            self._on_end("")
            raise

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return self._seen(await self._inner.__anext__())
        except anyio.EndOfStream:
            raise StopAsyncIteration from None
        except Exception:  # StopAsyncIteration, or closed
            self._on_end("")
            raise

    def _seen(self, item: SessionMessage | Exception) -> SessionMessage | Exception:
        message = item.message if isinstance(item, SessionMessage) else None
        if isinstance(message, JSONRPCNotification) and message.method == stdio_lines.TOO_LONG:
            self._on_end(SENT_TOO_MUCH)
            raise anyio.EndOfStream
        return mended(item, server=self._server)

    def __aiter__(self) -> Self:
        return self

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        await self._inner.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._inner.__aexit__(kind, exc, trace)
