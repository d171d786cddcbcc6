"""The list of due follow-ups, as one worker reads it.

What always holds: one that cannot be read, or handed over, keeps no other from its time. What is due is found by the
follow-ups' own clock (`bot/clock.py`), which the callers give.
"""

from __future__ import annotations

from collections.abc import Sequence

from redis.asyncio import Redis

from bot.follow_ups.kept import Kept, key_of, member_of, read
from bot.follow_ups.models import Status
from bot.threads import keys

Listed = Sequence[tuple[bytes, float]]


class DueList:
    """One worker's. Raises redis-py's errors when Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._aside: dict[bytes, bytes | None] = {}  # due ones that nothing can be done with, as they were then

    async def look(self, now: float, *, most: int = 50) -> tuple[list[Kept], float | None]:
        """Those whose time has come, the longest due first, `most` of them; and when the one after them is due.

        One round trip while nothing is due, which reads one name however many are kept.
        """
        found, coming = await self._listed(now, most + len(self._aside) + 1)
        members = [member for member, _ in found]
        stored = await self._redis.mget([key_of(member) for member in members]) if members else []
        here = dict(zip(members, stored, strict=True))
        self._aside = {member: text for member, text in self._aside.items() if here.get(member, b"") == text}
        seen = [(member, text) for member, text in here.items() if member not in self._aside]
        due = [kept for member, text in seen[:most] if (kept := self._readable(member, text))]
        passed = {*self._aside, *(member for member, _ in seen[:most])}
        return due, next((moment for member, moment in (*found, *coming) if member not in passed), None)

    def set_aside(self, kept: Kept) -> None:
        """It cannot be handed over: `look` passes it over, here, until it is another."""
        self._aside[member_of(kept.follow_up.team, kept.follow_up.id).encode()] = kept.stored.encode()

    async def _listed(self, now: float, most: int) -> tuple[Listed, Listed]:
        """`most` of those that are due, and the first that is not yet.

        One that comes between the two is found at the next look, one that goes is read before it is handed over: so it
        needs no transaction.
        """
        async with self._redis.pipeline(transaction=False) as both:
            both.zrange(keys.FOLLOW_UPS_DUE, "-inf", now, byscore=True, offset=0, num=most, withscores=True)  # type: ignore[arg-type]  # a score
            both.zrange(keys.FOLLOW_UPS_DUE, f"({now}", "+inf", byscore=True, offset=0, num=1, withscores=True)  # type: ignore[arg-type]  # as above
            found, coming = await both.execute()
        return found, coming

    def _readable(self, member: bytes, stored: bytes | None) -> Kept | None:
        """None for a broken one; that, and one in a state that is not known here, is looked at no more as it is."""
        kept = read(stored)
        if kept is None or kept.follow_up.status is not Status.ACTIVE:
            self._aside[member] = stored
        return kept
