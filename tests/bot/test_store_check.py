"""What is doubtful about a Redis is found in what it says of itself, and has words in the catalogue."""

from __future__ import annotations

from typing import Any

import pytest
from redis.asyncio import Redis

from bot.store_check import check_store, doubts
from bot.texts import words_for

GOOD = {"redis_version": "7.2.4", "maxmemory_policy": "noeviction", "aof_enabled": 1}


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, []),
        ({"redis_version": "6.2.14"}, []),
        ({"redis_version": "6.0.16"}, ["redis.old"]),
        ({"redis_version": "5.0"}, ["redis.old"]),
        ({"redis_version": "10.1.0"}, []),
        ({"redis_version": "unstable"}, []),
        ({"maxmemory_policy": "allkeys-lru"}, ["redis.eviction"]),
        ({"aof_enabled": 0}, ["redis.no_persistence"]),
        ({"aof_enabled": 0, "save": ""}, ["redis.no_persistence"]),
        ({"aof_enabled": 0, "save": "3600 1"}, []),
        (
            {"redis_version": "4.0.1", "maxmemory_policy": "volatile-ttl", "aof_enabled": 0, "save": ""},
            ["redis.old", "redis.eviction", "redis.no_persistence"],
        ),
    ],
)
def test_each_doubt_is_found(changed: dict[str, Any], found: list[str]) -> None:
    assert [doubt.key for doubt in doubts(GOOD | changed)] == found


def test_every_doubt_can_be_said_in_both_languages() -> None:
    worst = doubts({"redis_version": "4.0.1", "maxmemory_policy": "allkeys-lru", "aof_enabled": 0})
    for locale in ("en", "fr"):
        sentences = [words_for(locale).say(doubt.key, **doubt.values) for doubt in worst]
        assert "allkeys-lru" in sentences[1]


async def test_the_store_of_the_demo_is_beyond_doubt(redis: Redis) -> None:
    assert await check_store(redis) == []
