"""The list of due follow-ups, as one worker reads it.

What always holds: one that cannot be read, or handed over, keeps no other from its time. What is due is found by the
follow-ups' own clock (`bot/clock.py`), which the callers give.
"""

from __future__ import annotations

from redis.asyncio import Redis

from bot.follow_ups.kept import Kept, key_of, member_of, read
from bot.follow_ups.models import Status
from bot.threads import keys


class DueList:
    """One worker's. Raises redis-py's errors when Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._aside: dict[bytes, bytes | None] = {}  # due ones that nothing can be done with, as they were then

    async def look(self, now: float, *, most: int = 50) -> tuple[list[Kept], float | None]:
        """Those whose time has come, the longest due first, `most` of them; and when the one after them is due."""
        found = await self._redis.zrange(keys.FOLLOW_UPS_DUE, 0, most + len(self._aside), withscores=True)
        members = [member for member, moment in found if moment <= now]
        stored = await self._redis.mget([key_of(member) for member in members]) if members else []
        here = dict(zip(members, stored, strict=True))
        self._aside = {member: text for member, text in self._aside.items() if here.get(member, b"") == text}
        seen = [(member, text) for member, text in here.items() if member not in self._aside]
        due = [kept for member, text in seen[:most] if (kept := self._readable(member, text))]
        passed = {*self._aside, *(member for member, _ in seen[:most])}
        return due, next((moment for member, moment in found if member not in passed), None)

    def set_aside(self, kept: Kept) -> None:
        """It cannot be handed over: `look` passes it over, here, until it is another."""
        self._aside[member_of(kept.follow_up.team, kept.follow_up.id).encode()] = kept.stored.encode()

    def _readable(self, member: bytes, stored: bytes | None) -> Kept | None:
        """None for one that is due and may not be: in a state that is not known here, or broken."""
        kept = read(stored)
        if kept is None or kept.follow_up.status is not Status.ACTIVE:
            self._aside[member] = stored
        return kept
