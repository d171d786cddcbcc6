"""One request at a time per conversation; an aborted stream keeps the conversation busy for a while."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from playground.agents_api.errors import busy

LOCK_SECONDS = 90.0  # reported for the real service after a client dropped its stream


class Locks:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._until: dict[str, float] = {}
        self._clock = clock

    def take(self, conversation_id: str) -> None:
        """Answers 409 while another request has it."""
        if self.held(conversation_id):
            raise busy()
        self._until[conversation_id] = math.inf

    def held(self, conversation_id: str) -> bool:
        until = self._until.get(conversation_id)
        return until is not None and self._clock() < until

    def release(self, conversation_id: str, *, after_seconds: float = 0) -> None:
        if after_seconds > 0:
            self._until[conversation_id] = self._clock() + after_seconds
        else:
            self._until.pop(conversation_id, None)

    def clear(self) -> None:
        self._until.clear()
