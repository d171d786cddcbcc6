"""Standing yeses: this person, this agent, this tool, as the tool was then; kept until revoked or the app goes.

Always holds: a grant counts for the definition it was given for and no other, one for a thread counts there only, and
one that is revoked counts no more at the next call. One for a follow-up counts in its runs alone, in whichever thread
they are, until it ends. Those of threads that are forgotten, and of follow-ups that are over, go when their person is
given or shown others.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256

from redis.asyncio import Redis

from bot.approvals.doing import UNNAMED
from bot.follow_ups.store import FollowUps
from bot.threads import keys
from bot.threads.models import ThreadKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """`does` is what it holds for, of a tool that does one thing or another by argument (`doing.py`), else empty;
    `title` is for people.

    `user` is the person for whom calls are made, `by` who gave it, `at` when, in seconds since the epoch. `thread` is
    the one where it holds, `follow_up` the id of the one in whose runs it holds; both empty: everywhere.
    """

    user: str
    agent: str
    tool: str
    does: str
    definition: str
    title: str
    server: str
    by: str
    at: float
    thread: str = ""
    follow_up: str = ""

    @property
    def id(self) -> str:
        """Its own for what is granted to whom, so that a new one takes the place of a void one."""
        about = "\n".join((self.user, self.agent, self.tool, self.does, self.thread))
        about += f"\n{self.follow_up}" if self.follow_up else ""
        return sha256(about.encode()).hexdigest()[:20]

    def covers(
        self, *, user: str, agent: str, tool: str, does: str, definition: str, thread: str, follow_up: str = ""
    ) -> bool:
        """`follow_up` is the id of the one that the call is made in a run of."""
        mine = (self.user, self.agent, self.tool, self.does, self.definition)
        here = self.thread in ("", thread) and self.follow_up in ("", follow_up)
        return does != UNNAMED and here and mine == (user, agent, tool, does, definition)


class Grants:
    """One hash a person. Raises redis-py's errors when Redis is away, `TimeoutError` after `limit`."""

    def __init__(self, redis: Redis, follow_ups: FollowUps, *, limit: timedelta | None = None) -> None:
        self._redis = redis
        self._follow_ups = follow_ups
        self._limit = limit.total_seconds() if limit else None

    async def of(self, team: str, user: str) -> list[Grant]:
        """All of a person's, the newest first."""
        async with asyncio.timeout(self._limit):
            kept = await self._redis.hvals(keys.grants(team, user))  # type: ignore[misc]  # sync or async to redis-py
        return sorted((Grant(**json.loads(one)) for one in kept), key=lambda grant: grant.at, reverse=True)

    async def tidied(self, team: str, user: str) -> list[Grant]:
        """The same, when those of threads that are forgotten and of follow-ups that are over were taken out."""
        found = await self.of(team, user)
        async with asyncio.timeout(self._limit):
            places = {(grant.thread, grant.follow_up) for grant in found}
            gone = {place for place in places if await self._is_over(team, *place)}
            over = [grant.id for grant in found if (grant.thread, grant.follow_up) in gone]
            if over:
                await self._redis.hdel(keys.grants(team, user), *over)  # type: ignore[misc]  # as above
        return [grant for grant in found if grant.id not in over]

    async def _is_over(self, team: str, thread: str, follow_up: str) -> bool:
        if thread:
            return not await self._redis.exists(keys.thread(ThreadKey.parse(thread)))
        if not follow_up:
            return False
        kept = await self._follow_ups.get(team, follow_up)
        return kept is None or not kept.follow_up.is_open

    async def give(self, team: str, *grants: Grant) -> None:
        """To one person, at once; may be repeated."""
        if not grants:
            return
        user, given = grants[0].user, {grant.id: json.dumps(asdict(grant)) for grant in grants}
        async with asyncio.timeout(self._limit):
            await self._redis.hset(keys.grants(team, user), mapping=given)  # type: ignore[misc]  # as above
        if any(grant.thread or grant.follow_up for grant in grants):
            await self.tidied(team, user)

    async def revoke(self, team: str, user: str, grant_id: str) -> bool:
        """Whether there was one."""
        async with asyncio.timeout(self._limit):
            return bool(await self._redis.hdel(keys.grants(team, user), grant_id))  # type: ignore[misc]  # as above

    async def forget(self, team: str) -> None:
        """All of a workspace that has removed the app."""
        async with asyncio.timeout(self._limit):
            async for key in self._redis.scan_iter(match=keys.grants(team, "*"), count=500):
                await self._redis.delete(key)
