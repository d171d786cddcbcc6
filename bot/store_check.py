"""Whether the Redis at hand can keep the promises made on it: asked once at the start, through INFO.

Nothing here stops a process. A store that may forget is told about in plain words, and used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

OLDEST = (6, 2)  # the oldest that has every command our scripts use


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that is wrong with the store: a text's key in the catalogue, and what it is filled with."""

    key: str
    values: dict[str, str] = field(default_factory=dict)


def doubts(info: Mapping[str, Any]) -> list[Doubt]:
    """What INFO says against this store; what it leaves out is fine. `save` is when it takes snapshots, if known."""
    found = []
    version = str(info.get("redis_version", ""))
    # Valkey states the Redis version it is compatible with here, and its own elsewhere.
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if numbers and (int(numbers[1]), int(numbers[2])) < OLDEST:
        found.append(Doubt("redis.old", {"version": version, "needed": ".".join(map(str, OLDEST))}))
    policy = str(info.get("maxmemory_policy", "noeviction"))
    if policy != "noeviction":
        found.append(Doubt("redis.eviction", {"policy": policy}))
    if not int(info.get("aof_enabled", 1)) and not info.get("save"):
        found.append(Doubt("redis.no_persistence"))
    return found


async def check_store(redis: Redis) -> list[Doubt]:
    """Ask the store about itself. Raises redis-py's errors when it is away."""
    info: dict[str, Any] = {}
    for section in ("server", "memory", "persistence"):  # Redis 6.2 takes one section at a time
        info |= await redis.info(section)
    try:
        # INFO does not say whether snapshots are taken; hosted stores often allow nobody to ask for it.
        info |= await redis.config_get("save")
    except ResponseError:
        info["save"] = "unknown"
    return doubts(info)
