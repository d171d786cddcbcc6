"""Small errands that nobody's answer waits for: a hint to a person, the prompts of an opened tab.

They start after the request that asked for them goes on, belong to the application, and are waited for when it closes.
A failed errand is logged and not done again; it may be lost with the process, so nothing that must happen is one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

log = structlog.get_logger()

ERRAND_LIMIT = timedelta(seconds=10)  # one Slack call with its waits; also the longest an errand delays the shutdown
MOST_ERRANDS = 100  # beyond it Slack is slower than people click, and late hints help nobody


class Afterwards:
    """Takes errands while its block is open; see `afterwards`."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._open = 0

    def do(self, name: str, errand: Callable[[], Awaitable[object]]) -> None:
        """Start `errand` soon. It is dropped, and that is logged, when too many are open."""
        if self._open >= MOST_ERRANDS:
            log.warning("errand.dropped", errand=name, open=self._open)
            return
        self._open += 1
        self._group.create_task(self._run(name, errand), name=f"errand {name}")

    async def _run(self, name: str, errand: Callable[[], Awaitable[object]]) -> None:
        try:
            async with asyncio.timeout(ERRAND_LIMIT.total_seconds()):
                await errand()
        except Exception as exc:  # an errand's failure must not end the group, which would end the bot
            log.warning("errand.failed", errand=name, error=type(exc).__name__, detail=str(exc))
        finally:
            self._open -= 1


@asynccontextmanager
async def afterwards() -> AsyncIterator[Afterwards]:
    """Errands may be left here while the block is open; leaving it waits for those that are under way."""
    async with asyncio.TaskGroup() as group:
        yield Afterwards(group)
