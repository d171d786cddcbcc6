"""Requests on which a person has not decided yet. Each waits under an id that nobody can guess, and is decided once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from playground.authorization.asking import Asked

WAITS_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Waiting:
    id: str
    asked: Asked
    until: float


class Pending:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._waiting: dict[str, Waiting] = {}

    def add(self, asked: Asked) -> Waiting:
        waiting = Waiting(secrets.token_urlsafe(24), asked, self._now() + WAITS_SECONDS)
        self._waiting[waiting.id] = waiting
        return waiting

    def take(self, waiting_id: str) -> Waiting | None:
        """The request, which waits no longer."""
        waiting = self._waiting.pop(waiting_id, None)
        return waiting if waiting is not None and self._now() < waiting.until else None

    def all(self) -> list[Waiting]:
        """Oldest first."""
        return [waiting for waiting in self._waiting.values() if self._now() < waiting.until]

    def clear(self) -> None:
        self._waiting.clear()
