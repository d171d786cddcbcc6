"""The clock by which follow-ups are due: the real one, or one that a rehearsal made faster (setting FOLLOW_UP_CLOCK).

Every process that is given the same setting reads the same time. Leases, tokens and all else go by the real clock.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

_FORM = re.compile(r"(?P<begins>\S+)\s+x(?P<speed>\d+(?:\.\d+)?)\s+@(?P<real>\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Clock:
    """At the real moment `real` it says `begins` (both seconds since the epoch), and goes `speed` times as fast."""

    begins: float = 0.0
    speed: float = 1.0
    real: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Self:
        """`real`, or for example `2027-03-26T00:00:00+00:00 x1000 @1795880000`; `ValueError` says what is wrong."""
        if text.strip() in ("", "real"):
            return cls()
        found = _FORM.fullmatch(text.strip())
        wrong = f"{text!r} is neither 'real' nor of the form '2027-03-26T00:00:00+00:00 x1000 @1795880000'"
        if found is None or float(found["speed"]) <= 0:
            raise ValueError(wrong)
        try:
            begins = datetime.fromisoformat(found["begins"])
        except ValueError:
            raise ValueError(wrong) from None
        if begins.tzinfo is None:
            raise ValueError(f"{text!r} begins at a time without a zone; add one, such as +00:00")
        return cls(begins.timestamp(), float(found["speed"]), float(found["real"]))

    def __str__(self) -> str:
        """What `parse` reads."""
        if self == Clock():
            return "real"
        return f"{datetime.fromtimestamp(self.begins, UTC).isoformat()} x{self.speed:g} @{self.real:f}"

    def now(self, real: Callable[[], float] = time.time) -> float:
        """Seconds since the epoch."""
        return self.begins + (real() - self.real) * self.speed

    def real_seconds(self, seconds: float) -> float:
        """How long `seconds` of this clock take in reality."""
        return seconds / self.speed
