"""What an open turn may wait for while no worker holds it: a table of the kinds, each a module with the same verbs.

A new kind is a row. What always holds: whatever a turn waits for is asked for once, has a named deadline, and is ended
by a stop. Each kind takes the mail that is about it and leaves the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from bot.threads import keys
from bot.threads.models import Mail
from workers.conversations.port import Call
from workers.turn import asking, person, signing_in
from workers.turn.scene import Scene

log = structlog.get_logger()


class Wait(Protocol):
    """One kind, a module of its own."""

    def waiting(self, scene: Scene) -> list[Call]:
        """The open calls that wait for it."""

    async def ask(self, scene: Scene) -> None:
        """Put the question for each of them where it was not put yet, and note when."""

    async def hear(self, scene: Scene, mail: Sequence[Mail]) -> None:
        """Take in what `mail` says about it."""

    def deadline(self, scene: Scene) -> datetime | None:
        """When the first of them ends by itself."""

    async def stop(self, scene: Scene) -> None:
        """Somebody said stop: nobody is waited for any more."""

    def told(self, scene: Scene, writer: str) -> tuple[str, dict[str, str]] | None:
        """What is said to whoever writes meanwhile; None where the kind says it itself."""


WAITS: tuple[Wait, ...] = (asking, signing_in, person)


async def hear(scene: Scene, mail: Sequence[Mail]) -> None:
    for wait in WAITS:
        await wait.hear(scene, mail)


async def ask(scene: Scene) -> None:
    for wait in WAITS:
        if wait.waiting(scene):
            await wait.ask(scene)


def is_waiting(scene: Scene) -> bool:
    """Whether there is anything left to wait for."""
    return any(wait.waiting(scene) for wait in WAITS)


async def stop(scene: Scene) -> None:
    for wait in WAITS:
        await wait.stop(scene)


def told(scene: Scene, writer: str) -> tuple[str, dict[str, str]] | None:
    """What is said to `writer`, who writes now, by the first kind that there is to wait for."""
    return next((wait.told(scene, writer) for wait in reversed(WAITS) if wait.waiting(scene)), None)


async def park(scene: Scene, *, seen: Collection[str]) -> list[Mail]:
    """Leave the turn open without a worker; whoever takes the thread next goes on from the journal.

    Gives all mail that waits if some of it is not among the `seen` ids: then this worker keeps the thread.
    """
    await scene.delivery.clear()
    calls = [call for wait in WAITS for call in wait.waiting(scene)]
    deadlines = [moment for wait in WAITS if (moment := wait.deadline(scene))]
    scene.step("asking", calls=len(calls))
    journal = scene.journal
    journal.set(parked=str(scene.now()))
    journal.set_thread(our_ts=scene.ledger.newest_ts)
    log.info("turn.asking", calls=len(calls))
    return await scene.services.turns.park(
        scene.claimed.owned,
        journal.id,
        journal.collected(life=keys.OPEN_TURN_FOR),
        seen=seen,
        deadline=min(deadlines),
    )
