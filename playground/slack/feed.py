"""News for those who watch: a bounded ring with cursors, read by any number of event streams.

A reader that fell too far behind, or asks for what is no longer kept, is told to read everything again.
"""

from __future__ import annotations

import asyncio
import enum
from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Gap(enum.Enum):
    MISSED = "read everything again"
    QUIET = "nothing happened for a while"


class Ring(Generic[T]):
    def __init__(self, kept: int) -> None:
        self.cursor = 0  # of the newest item
        self.closed = False
        self._items: deque[T] = deque(maxlen=kept)
        self._news = asyncio.Event()
        self._readers = 0

    def put(self, item: T) -> None:
        self.cursor += 1
        self._items.append(item)
        self._wake()

    def close(self) -> None:
        """End all readers."""
        self.closed = True
        self._wake()

    async def after(self, cursor: int, *, quiet_seconds: float) -> AsyncIterator[tuple[int, T | Gap]]:
        """Every item after `cursor`, each with its own cursor, and gaps. Ends when the ring is closed."""
        self._readers += 1
        try:
            while not self.closed:
                news = self._news
                if not self.cursor - len(self._items) <= cursor <= self.cursor:
                    cursor = self.cursor
                    yield cursor, Gap.MISSED
                elif cursor < self.cursor:
                    cursor += 1
                    yield cursor, self._items[cursor - self.cursor - 1]
                elif not await _within(quiet_seconds, news):
                    yield cursor, Gap.QUIET
        finally:
            self._readers -= 1

    def _wake(self) -> None:
        if self._readers:
            self._news.set()
            self._news = asyncio.Event()


async def _within(seconds: float, event: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
