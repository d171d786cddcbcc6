"""Makes what Slack makes: `ts` strings that only grow, and ids that never come twice."""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Callable

TS = re.compile(r"\d{10}\.\d{6}")


class Ids:
    """`now` gives unix seconds; tests may give their own."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self._last_micros = 0
        self._numbers = itertools.count(1)
        self._run = secrets.token_hex(3).upper()  # ids of one process never meet those of the one before

    def ts(self) -> str:
        """A message's time and, within its channel, its name: later calls give greater ones."""
        micros = int(self.now() * 1_000_000)
        self._last_micros = micros if micros > self._last_micros else self._last_micros + 1
        seconds, rest = divmod(self._last_micros, 1_000_000)
        return f"{seconds:010d}.{rest:06d}"

    def new(self, prefix: str) -> str:
        return f"{prefix}{self._run}{next(self._numbers):05d}"


def is_ts(value: object) -> bool:
    return isinstance(value, str) and TS.fullmatch(value) is not None
