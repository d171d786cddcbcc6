"""Whether, how long and until when one request is made again. Rules, no I/O.

Sections 1.5 and 10.1 of the reference. What was not taken (429, 502, 503, no connection) is asked again until the wait
limit; a 500 once; 409 has its own budget, because a dropped stream holds its conversation for up to 90 s. Anything else
is raised at once: it may have run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from workers.conversations.errors import Busy, TryLater
from workers.conversations.port import Waiting, WaitReason

FIRST_DELAY = timedelta(seconds=0.5)
FACTOR = 2.0
LONGEST_DELAY = timedelta(seconds=20)  # so that the end of an outage is noticed soon after
LONGEST_BUSY_DELAY = timedelta(seconds=5)  # the lock ends at no known moment; a person is waiting
JITTER = 0.5  # of each delay, so that turns refused together do not come back together
LOCK_MARGIN = timedelta(seconds=10)  # on top of how long a dropped stream may hold its lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`wait`: for 429, 5xx and refused connections (`mistral_wait_limit`); `lock`: `conversation_lock`."""

    wait: timedelta = timedelta(minutes=5)
    lock: timedelta = timedelta(seconds=90)


@dataclass(slots=True)
class Patience:
    """What one request has met so far. `repeatable`: asking twice is harmless (reads, deletes)."""

    limits: Limits
    repeatable: bool
    _tries: dict[WaitReason, int] = field(default_factory=dict)
    _until: dict[WaitReason, float] = field(default_factory=dict)
    _errors_500: int = 0

    def next(self, error: TryLater, *, now: float, chance: float) -> Waiting | None:
        """The wait before the next try; `None`: there is none, raise. `now` in epoch seconds, `chance` in [0, 1)."""
        if error.status == 500 and not self.repeatable:
            self._errors_500 += 1
            if self._errors_500 > 1:
                return None
        reason = _reason(error)
        # Being rate limited and being unreachable are one wait; a lock is another.
        until = self._until.setdefault(self._budget(reason), now + self._limit(reason).total_seconds())
        left = timedelta(seconds=until - now)
        tries = self._tries[reason] = self._tries.get(reason, 0) + 1
        delay = _delay(reason, tries, error.after, chance)
        if error.after is not None and delay > left:
            return None  # it said itself that asking sooner is of no use
        if left <= timedelta():
            return None
        return Waiting(reason, min(delay, left), until)

    def _budget(self, reason: WaitReason) -> WaitReason:
        return WaitReason.BUSY if reason is WaitReason.BUSY else WaitReason.UNAVAILABLE

    def _limit(self, reason: WaitReason) -> timedelta:
        return self.limits.lock + LOCK_MARGIN if reason is WaitReason.BUSY else self.limits.wait


def _reason(error: TryLater) -> WaitReason:
    if isinstance(error, Busy):
        return WaitReason.BUSY
    return WaitReason.RATE_LIMIT if error.status == 429 else WaitReason.UNAVAILABLE


def _delay(reason: WaitReason, tries: int, after: timedelta | None, chance: float) -> timedelta:
    if after is not None:
        return after + FIRST_DELAY * JITTER * chance  # never sooner than asked for
    longest = LONGEST_BUSY_DELAY if reason is WaitReason.BUSY else LONGEST_DELAY
    grown = min(FIRST_DELAY * FACTOR ** min(tries - 1, 16), longest)
    return grown * (1 - JITTER + JITTER * chance)
