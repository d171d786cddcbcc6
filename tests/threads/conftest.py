"""A store that works, and one whose answers get lost: what holds with the one must hold with the other."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.threads.turns import Turns
from tests.threads import ground


@pytest.fixture(params=["each script once", "each script twice"])
async def owner(request: pytest.FixtureRequest, redis: Redis, redis_url: str) -> AsyncIterator[Turns]:
    """A worker's way to its threads; the second one's client sends every script again."""
    if request.param == "each script once":
        yield ground.turns(redis)
        return
    async with ground.Stutterer.from_url(redis_url) as client:
        yield ground.turns(client)
