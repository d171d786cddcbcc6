"""A worker that falls in the moment that nobody sees: Slack has taken its post, and it has not heard so."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from playground.slack.changes import Posted
from playground.slack.models import Message
from tests.world import BOT, Thread, World, until


class Fall:
    """Ends the workers with our first post that has `mark` in it; `without_metadata`: an emulator that keeps none."""

    def __init__(self, world: World, mark: str, *, without_metadata: bool = False) -> None:
        self._world = world
        self._mark = mark
        self._without_metadata = without_metadata
        self._posted: Message | None = None
        self._ended: list[asyncio.Task[Any]] = []
        world.slack.workspace.observers.append(self._see)

    def _see(self, change: Any) -> None:
        if self._posted is not None or not isinstance(change, Posted) or change.message.user != BOT:
            return
        if self._mark in f"{change.message.text} {change.message.blocks}":
            self._posted = change.message
            if self._without_metadata:
                change.message.metadata = None
            self._ended = [
                task for worker, running in self._world.running for task in (running, *worker.tasks.values())
            ]
            for task in self._ended:
                task.cancel()

    async def over(self, thread: Thread) -> Message:
        """The post, once no worker runs any more and its row is left without an outcome."""
        posted: Message = await until(lambda: self._posted, seen=lambda: thread.said)
        await asyncio.wait(self._ended)
        await self._world.end_workers()
        assert [row["state"] for row in await rows(thread) if row.get("ts") in (None, posted.ts)] == ["intent"]
        return posted


async def rows(thread: Thread) -> list[dict[str, Any]]:
    """The ledger of the thread's open turn, as it is on record."""
    journal = await turn(thread)
    return [json.loads(value) for name, value in journal.items() if name.startswith("row:")]


async def turn(thread: Thread) -> dict[str, str]:
    """The journal of the thread's open turn."""
    return await thread.world.hash(await turn_key(thread))


async def turn_key(thread: Thread) -> str:
    return f"tw:turn:{thread.key.split(':')[0]}:{(await thread.record())['turn']}"
