"""What a person was told already: each thing once, whichever worker sees it, also after a restart."""

from __future__ import annotations

from redis.asyncio import Redis

from bot.threads import keys


class Told:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def is_first(self, team: str, person: str, what: str) -> bool:
        """Whether `what` was not told to `person` before; from now on it counts as told."""
        return bool(await self._redis.set(keys.told(team, person, what), "1", nx=True, ex=keys.TOLD_FOR))

    async def undo(self, team: str, person: str, what: str) -> None:
        """It did not reach them after all."""
        await self._redis.delete(keys.told(team, person, what))
