"""The records of threads and of their turns: begun, and read, by whoever does not own them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.models import Mail, ThreadKey

# KEYS: 1 thread   ARGV: 1 thread life ms  then field, value
_PLANT = """
for i = 2, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
"""


class Records:
    def __init__(self, redis: Redis, *, thread_life: timedelta) -> None:
        self._redis = redis
        self._thread_life_ms = int(thread_life.total_seconds() * 1000)
        self._plant = redis.register_script(_PLANT)

    async def plant(self, thread: ThreadKey, fields: Mapping[str, str]) -> None:
        """Begin the record of a thread in which nothing was said yet; a field that is there already stays."""
        await self._plant(
            keys=[keys.thread(thread)],
            args=[self._thread_life_ms, *(part for pair in {"state": "idle", **fields}.items() for part in pair)],
        )

    async def look(self, thread: ThreadKey) -> list[Mail]:
        """The mail that waits now, oldest first."""
        return [Mail.load(thread, item) for item in await self._redis.lrange(keys.mailbox(thread), 0, -1)]  # type: ignore[misc]  # redis-py types its async commands as sync or async

    async def stored(self, mail_ids: Sequence[str]) -> set[str]:
        """Which of these ids belong to mail that was stored (within the time that ids are kept)."""
        if not mail_ids:
            return set()
        known = await self._redis.mget([keys.seen(mail_id) for mail_id in mail_ids])
        return {mail_id for mail_id, value in zip(mail_ids, known, strict=True) if value is not None}

    async def parked(self, team: str) -> list[tuple[ThreadKey, str, float]]:
        """The turns of a workspace that wait for a person: thread, turn, and when they are looked at at the latest."""
        found = []
        async for member, at in self._redis.zscan_iter(keys.DEADLINES, match=f"{team}:*", count=500):
            thread, _, turn = member.decode().partition(" ")
            found.append((ThreadKey.parse(thread), turn, at / 1000))
        return found

    async def record(self, thread: ThreadKey) -> dict[str, str]:
        """The thread record; empty for a thread that is not ours."""
        return mapping_of(await self._redis.hgetall(keys.thread(thread)))  # type: ignore[misc]  # as above

    async def journal(self, team: str, turn_id: str) -> dict[str, str]:
        """A turn's journal, or what is kept of an ended one; empty when there is none."""
        if journal := mapping_of(await self._redis.hgetall(keys.turn(team, turn_id))):  # type: ignore[misc]  # as above
            return journal
        kept = await self._redis.get(keys.ended(team, turn_id))
        return kept_fields(kept) if kept else {}


def mapping_of(pairs: Mapping[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in pairs.items()}


def kept_fields(kept: str | bytes) -> dict[str, str]:
    """What is kept of an ended turn, as fields of its journal."""
    fields: dict[str, Any] = json.loads(kept)
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
