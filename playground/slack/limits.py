"""Slack's rate limits: one bucket a method, and one a channel for posting. Bursts up to a minute's worth pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    per_minute: float
    burst: float


TIER_1, TIER_2, TIER_3, TIER_4 = (Rate(each, each) for each in (1, 20, 50, 100))
STATUS = Rate(600, 600)  # assistant.threads.setStatus has its own
SPECIAL = Rate(1200, 1200)  # auth.test, chat.getPermalink: "hundreds per minute"
POSTS_IN_A_CHANNEL = Rate(60, 5)  # about one message a second with short bursts


@dataclass(slots=True)
class Bucket:
    left: float
    at: float


class Limits:
    """`now` is a monotonic clock in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def wait(self, rate: Rate, name: str, part: str = "") -> int:
        """Take one from the bucket `name`/`part`: 0, or the whole seconds to wait before the next try."""
        now = self._now()
        bucket = self._buckets.setdefault((name, part), Bucket(rate.burst, now))
        bucket.left = min(rate.burst, bucket.left + (now - bucket.at) * rate.per_minute / 60)
        bucket.at = now
        if bucket.left >= 1:
            bucket.left -= 1
            return 0
        return max(1, math.ceil((1 - bucket.left) * 60 / rate.per_minute))
