"""Who answers first in a channel, where somebody chose that by command: kept until it is changed or taken back.

In a direct message it is that person's own choice. Files (channels.toml, DEFAULT_AGENT) come after it.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from datetime import timedelta

from redis.asyncio import Redis

from bot.threads import keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """`agent` is a name, `by` the Slack user who chose it, `at` when, in seconds since the epoch."""

    agent: str
    by: str
    at: float


def load_chosen(kept: str | bytes | None) -> Chosen | None:
    return Chosen(**json.loads(kept)) if kept else None


class Defaults:
    """One hash a workspace. Raises redis-py's errors when Redis is away, `TimeoutError` after `limit`."""

    def __init__(self, redis: Redis, *, limit: timedelta | None = None) -> None:
        self._redis = redis
        self._limit = limit.total_seconds() if limit else None

    async def get(self, team: str, channel: str) -> Chosen | None:
        async with asyncio.timeout(self._limit):
            kept = await self._redis.hget(keys.defaults(team), channel)  # type: ignore[misc]  # sync or async to redis-py
        return load_chosen(kept)

    async def choose(self, team: str, channel: str, chosen: Chosen) -> None:
        async with asyncio.timeout(self._limit):
            await self._redis.hset(keys.defaults(team), channel, json.dumps(asdict(chosen)))  # type: ignore[misc]  # as above

    async def take_back(self, team: str, channel: str) -> bool:
        """Whether there was a choice."""
        async with asyncio.timeout(self._limit):
            return bool(await self._redis.hdel(keys.defaults(team), channel))  # type: ignore[misc]  # as above

    async def forget(self, team: str) -> None:
        """All of a workspace that has removed the app."""
        async with asyncio.timeout(self._limit):
            await self._redis.delete(keys.defaults(team))
