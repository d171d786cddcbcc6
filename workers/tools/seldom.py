"""What is said about servers to whoever runs the product: nothing twice, and another thing about one after an hour.

Always holds: a server that changes with each look is spoken of once an hour; what is remembered of it is bounded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from math import inf

APART = timedelta(hours=1)  # two things about one server
REMEMBERED = 20  # things about one server: different people may be given different lists


class Seldom:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._said: dict[str, deque[str]] = {}
        self._last: dict[str, float] = {}

    def is_due(self, server: str, what: str) -> bool:
        """Whether it is said now; if so it counts as said."""
        said = self._said.setdefault(server, deque(maxlen=REMEMBERED))
        if what in said or self._now() - self._last.get(server, -inf) < APART.total_seconds():
            return False
        said.append(what)
        self._last[server] = self._now()
        return True

    def undo(self, server: str, what: str) -> None:
        """Nobody heard it after all: the next look says it."""
        self._said[server].remove(what)
        del self._last[server]
