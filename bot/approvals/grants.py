"""Standing yeses: this person, this agent, this tool, as the tool was then; kept until revoked or the app goes.

Always holds: a grant counts for the definition it was given for and no other, and one that is revoked counts no more at
the next call. Those for one thread are kept in the thread's record, as the same values.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256

from redis.asyncio import Redis

from bot.threads import keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """`does` is "create" or "update" for a tool that does either by argument, else empty; `title` is for people.

    `user` is the person for whom calls are made, `by` who gave it, `at` when, in seconds since the epoch.
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

    @property
    def id(self) -> str:
        """Its own for what is granted to whom, so that a new one takes the place of a void one."""
        about = "\n".join((self.user, self.agent, self.tool, self.does))
        return sha256(about.encode()).hexdigest()[:20]

    def covers(self, *, user: str, agent: str, tool: str, does: str, definition: str) -> bool:
        mine = (self.user, self.agent, self.tool, self.does, self.definition)
        return mine == (user, agent, tool, does, definition)


def dump(grants: Iterable[Grant]) -> str:
    return json.dumps([asdict(grant) for grant in grants], ensure_ascii=False)


def load(kept: str | None) -> list[Grant]:
    return [Grant(**one) for one in json.loads(kept or "[]")]


class Grants:
    """One hash a person. Raises redis-py's errors when Redis is away, `TimeoutError` after `limit`."""

    def __init__(self, redis: Redis, *, limit: timedelta | None = None) -> None:
        self._redis = redis
        self._limit = limit.total_seconds() if limit else None

    async def of(self, team: str, user: str) -> list[Grant]:
        """All of a person's, the newest first."""
        async with asyncio.timeout(self._limit):
            kept = await self._redis.hvals(keys.grants(team, user))  # type: ignore[misc]  # sync or async to redis-py
        return sorted((Grant(**json.loads(one)) for one in kept), key=lambda grant: grant.at, reverse=True)

    async def give(self, team: str, grant: Grant) -> None:
        """May be repeated."""
        async with asyncio.timeout(self._limit):
            await self._redis.hset(keys.grants(team, grant.user), grant.id, json.dumps(asdict(grant)))  # type: ignore[misc]  # as above

    async def revoke(self, team: str, user: str, grant_id: str) -> bool:
        """Whether there was one."""
        async with asyncio.timeout(self._limit):
            return bool(await self._redis.hdel(keys.grants(team, user), grant_id))  # type: ignore[misc]  # as above

    async def forget(self, team: str) -> None:
        """All of a workspace that has removed the app."""
        async with asyncio.timeout(self._limit):
            async for key in self._redis.scan_iter(match=keys.grants(team, "*"), count=500):
                await self._redis.delete(key)
