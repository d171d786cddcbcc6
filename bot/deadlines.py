"""Deadlines for the many short waits of the accept path, at the price of one timer for all of them.

`asyncio.timeout` makes and closes a timer for each use, which on uvloop costs as much as checking a signature. Here one
task looks four times a second which waits are overdue and ends those, so a deadline may be up to `TICK` late.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from types import TracebackType

TICK = timedelta(seconds=0.25)


class Deadline:
    """`with deadlines.within(limit):` raises `TimeoutError` in the block when it takes longer, as `asyncio.timeout`."""

    __slots__ = ("_before", "_ended", "_task", "_until", "_waits")

    def __init__(self, waits: set[Deadline], until: float) -> None:
        self._waits = waits
        self._until = until
        self._ended = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None, "a deadline ends a task"
        self._task = task
        self._before = task.cancelling()
        self._waits.add(self)

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._waits.discard(self)
        # A task may be cancelled by somebody else at the same time; that stays a cancellation.
        if self._ended and self._task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise TimeoutError from exc

    def end_if_over(self, now: float) -> None:
        if now >= self._until and not self._ended:
            self._ended = True
            self._task.cancel()


class Deadlines:
    """Those that are open; made by `deadlines`."""

    def __init__(self) -> None:
        self._open: set[Deadline] = set()

    def within(self, limit: timedelta) -> Deadline:
        return Deadline(self._open, asyncio.get_running_loop().time() + limit.total_seconds())

    async def keep(self) -> None:
        """End what is overdue, until cancelled."""
        now = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(TICK.total_seconds())
            for wait in tuple(self._open):
                wait.end_if_over(now())


@asynccontextmanager
async def deadlines() -> AsyncIterator[Deadlines]:
    """Deadlines hold while the block is open."""
    made = Deadlines()
    keeping = asyncio.create_task(made.keep())
    try:
        yield made
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
