"""A small circuit breaker: a server that failed three times in a row rests, each time longer, up to a minute.

Pure: the caller passes `now` (seconds of any steady clock). A success ends the counting.
"""

from __future__ import annotations

FAILURES_BEFORE_REST = 3
FIRST_REST_SECONDS = 2.0
LONGEST_REST_SECONDS = 60.0


class Breaker:
    def __init__(self) -> None:
        self._failures = 0
        self._rests_until = 0.0

    def rest_left(self, now: float) -> float:
        """Seconds until the server may be tried again; 0 when it may be tried now."""
        return max(0.0, self._rests_until - now)

    def failed(self, now: float) -> None:
        self._failures += 1
        rests = self._failures - FAILURES_BEFORE_REST
        if rests >= 0:
            self._rests_until = now + min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2.0 ** min(rests, 10))

    def worked(self) -> None:
        self._failures = 0
        self._rests_until = 0.0
