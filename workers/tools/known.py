"""What is remembered of one server, whatever connections it has: how it does, how many calls run, what it wants.

Always holds: a server that keeps failing is left alone for a while, and one that is full costs its own calls a bounded
wait; each is a sentence.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from bot.catalog.servers import Server
from workers.tools.breaker import Breaker
from workers.tools.errors import Needed, NoRoom, NotRenewed, NotSent, Rejected, Unheard, Unreachable
from workers.tools.needs import SignIn


class Known:
    def __init__(self, calls_at_once: int) -> None:
        self.refused: Server | None = None  # the entry with which it last wanted a sign-in, or more rights
        self.legacy = False  # spares the next connection the probe for the newer protocol
        self._calls_at_once = calls_at_once
        self._slots = asyncio.Semaphore(calls_at_once)
        self._breaker = Breaker()

    @asynccontextmanager
    async def slot(self, server: Server, seconds: float) -> AsyncIterator[None]:
        """Room for one more call; `Unreachable` where there is none within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._slots.acquire()
        except TimeoutError:
            raise Unreachable(
                f'The tool server "{server.name}" is busy with {self._calls_at_once} other calls and had no room '
                f"within {seconds:g} seconds."
            ) from None
        try:
            yield
        finally:
            self._slots.release()

    def let_rest(self, server: Server, now: float) -> None:
        """`Unreachable` while it rests after failures."""
        if (left := self._breaker.rest_left(now)) > 0:
            raise Unreachable(
                f'The tool server "{server.name}" failed several times in a row and is left alone for another '
                f"{max(1, round(left))} seconds."
            )

    @contextmanager
    def watching(self, server: Server, now: Callable[[], float]) -> Iterator[None]:
        """Remember how the call in the block went; what it raised passes."""
        try:
            yield
        except (NoRoom, NotRenewed):
            raise
        except (NotSent, Unreachable, Unheard):
            self._breaker.failed(now())
            raise
        except (Needed, Rejected) as exc:
            self._breaker.worked()  # it answers
            if isinstance(exc, Needed) and isinstance(exc.need, SignIn):
                self.refused = server
            raise
        self._breaker.worked()
