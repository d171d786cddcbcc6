"""Where follow-ups are kept, and the one step by which a due one becomes mail of its thread.

What always holds: each change carries the revision it was made from, so of several workers that see the same occurrence
one hands it over; handing it over, the next due time and waking a worker are one step.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import timedelta
from enum import StrEnum

from redis.asyncio import Redis

from bot.follow_ups.kept import Kept, member_of, read, written
from bot.follow_ups.models import FollowUp, Status
from bot.threads import keys, scripts
from bot.threads.models import Mail, ThreadKey

# KEYS: 1 follow-up  2 by its owner  3 in its thread  4 due  5 its webhook
# ARGV: 1 id  2 what is kept  3 member  4 due  5 most of a person  6 most in a thread
_ADD = """
local known = redis.call('GET', KEYS[1])
if known then return known == ARGV[2] and 'stored' or 'taken' end
if redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[5]) then return 'full_person' end
if redis.call('SCARD', KEYS[3]) >= tonumber(ARGV[6]) then return 'full_thread' end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('PERSIST', KEYS[5])
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
if ARGV[4] ~= '0' then redis.call('ZADD', KEYS[4], ARGV[4], ARGV[3]) end
return 'stored'
"""

# KEYS: 1 follow-up  2 by its owner  3 in its thread  4 due  5 in the thread it was in before; and with mail:
#       6 seen  7 mailbox  8 thread  9 runs of the day  10 its webhook
# ARGV: 1 id  2 what was kept  3 what is kept now  4 member  5 due  6 ended: life in ms, else 0
#       7 mail, or ''  8 thread  9 thread life ms  10 seen for ms  11 principal  12 most runs a day, 0: any
#       13 runs for ms
_CHANGE = (
    scripts.NOW
    + scripts.WAKE
    + scripts.APPEND
    + """
local known = redis.call('GET', KEYS[1])
if known == ARGV[3] then return 'done' end
if known ~= ARGV[2] then return 'changed' end
if ARGV[12] ~= '0' and tonumber(redis.call('GET', KEYS[9]) or '0') >= tonumber(ARGV[12]) then
  return 'too_many_runs'
end
redis.call('SET', KEYS[1], ARGV[3])
redis.call('SREM', KEYS[5], ARGV[1])
if ARGV[6] ~= '0' then
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
  redis.call('PEXPIRE', KEYS[10], ARGV[6])
  redis.call('SREM', KEYS[2], ARGV[1])
else
  redis.call('PERSIST', KEYS[10])
  redis.call('SADD', KEYS[2], ARGV[1])
  redis.call('SADD', KEYS[3], ARGV[1])
end
if ARGV[5] ~= '0' then redis.call('ZADD', KEYS[4], ARGV[5], ARGV[4]) else redis.call('ZREM', KEYS[4], ARGV[4]) end
if ARGV[12] ~= '0' then
  redis.call('INCR', KEYS[9])
  redis.call('PEXPIRE', KEYS[9], ARGV[13])
end
if ARGV[7] == '' then return 'done' end
if redis.call('EXISTS', KEYS[6]) == 1 then return 'done' end
redis.call('SET', KEYS[6], '1', 'PX', ARGV[10])
redis.call('HSETNX', KEYS[8], 'alone', ARGV[11])
append(KEYS[7], KEYS[8], ARGV[8], ARGV[7], now)
redis.call('PEXPIRE', KEYS[8], ARGV[9])
return 'done'
"""
)


class Added(StrEnum):
    STORED = "stored"
    TAKEN = "taken"  # another one has this id
    FULL_PERSON = "full_person"
    FULL_THREAD = "full_thread"


class Changed(StrEnum):
    DONE = "done"
    CHANGED = "changed"  # somebody else changed it meanwhile: look again
    TOO_MANY_RUNS = "too_many_runs"  # the person's runs of the day are used up; nothing was changed


class FollowUps:
    """Raises redis-py's errors when Redis is away."""

    def __init__(self, redis: Redis, *, thread_life: timedelta = timedelta(days=180)) -> None:
        self._redis = redis
        self._add = redis.register_script(_ADD)
        self._change = redis.register_script(_CHANGE)
        self.thread_life_ms = int(thread_life.total_seconds() * 1000)

    async def add(self, follow_up: FollowUp, *, most_of_person: int, most_in_thread: int) -> Added:
        """Keep a new one; the same again is stored already."""
        answer = await self._add(
            keys=[*_keys(follow_up), keys.FOLLOW_UPS_DUE, keys.hook(follow_up.hook)],
            args=[
                follow_up.id,
                written(follow_up, 1),
                member_of(follow_up.team, follow_up.id),
                follow_up.due,
                most_of_person,
                most_in_thread,
            ],
        )
        return Added(answer.decode())

    async def change(
        self, kept: Kept, new: FollowUp, *, mail: Mail | None = None, day: str = "", most_runs_a_day: int = 0
    ) -> Changed:
        """Put `new` in the place of `kept`, if that still stands.

        `mail` goes to its thread in the same step and wakes a worker. With `day`, a day of its owner's, it counts as
        one of that day's runs, of which there may be `most_runs_a_day`.
        """
        revision = kept.revision + 1
        thread = mail.thread if mail else None
        answer = await self._change(
            keys=[
                *_keys(new),
                keys.FOLLOW_UPS_DUE,
                _keys(kept.follow_up)[2],
                keys.seen(mail.id) if mail else "-",
                keys.mailbox(thread) if thread else "-",
                keys.thread(thread) if thread else "-",
                keys.follow_up_runs(new.team, new.owner, day),
                keys.hook(new.hook),
            ],
            args=[
                new.id,
                kept.stored,
                written(new, revision),
                member_of(new.team, new.id),
                new.due,
                _ms(keys.FOLLOW_UP_KEPT) if new.status is Status.ENDED else 0,
                mail.dump() if mail else "",
                str(thread or ""),
                self.thread_life_ms,
                _ms(keys.SEEN_FOR),
                mail.principal if mail else "",
                most_runs_a_day if day else 0,
                _ms(keys.RUNS_FOR),
            ],
        )
        return Changed(answer.decode())

    async def get(self, team: str, follow_up_id: str) -> Kept | None:
        return read(await self._redis.get(keys.follow_up(team, follow_up_id)))

    async def of(self, team: str, user: str) -> list[Kept]:
        """A person's open ones, the next due first, paused ones last."""
        return await self._listed(team, keys.follow_ups_by(team, user))

    async def in_thread(self, thread: ThreadKey) -> list[Kept]:
        """The open ones of a thread, in the same order."""
        return await self._listed(thread.team, keys.follow_ups_in(thread.team, thread.channel, thread.root_ts))

    async def in_channel(self, team: str, channel: str) -> list[Kept]:
        """The open ones that begin a thread there with each run."""
        return await self._listed(team, keys.follow_ups_in(team, channel, ""))

    async def every(self) -> AsyncIterator[Kept]:
        """All there are, also those that ended lately, in no order: for an operator's eyes."""
        async for key in self._redis.scan_iter(match=f"{keys.PREFIX}follow-up:*", count=500):
            if kept := read(await self._redis.get(key)):
                yield kept

    async def forget(self, team: str) -> None:
        """The app was uninstalled there: nothing is promised any more."""
        async for key in self._redis.scan_iter(match=f"{keys.PREFIX}follow-up:{team}:*", count=500):
            kept = read(await self._redis.get(key))
            await self._redis.zrem(keys.FOLLOW_UPS_DUE, member_of(team, key.decode().rpartition(":")[2]))
            await self._redis.delete(key)
            if kept is not None:
                await self._redis.delete(*_keys(kept.follow_up), keys.hook(kept.follow_up.hook))

    async def _listed(self, team: str, key: str) -> list[Kept]:
        ids = sorted(one.decode() for one in await self._redis.smembers(key))  # type: ignore[misc]  # sync or async
        found = await self._all([keys.follow_up(team, one) for one in ids])
        return sorted(found, key=lambda kept: (not kept.follow_up.due, kept.follow_up.due, kept.follow_up.made_at))

    async def _all(self, wanted: Sequence[str]) -> list[Kept]:
        found: Iterable[bytes | None] = await self._redis.mget(wanted) if wanted else ()
        return [kept for one in found if (kept := read(one))]


def _keys(follow_up: FollowUp) -> list[str]:
    team = follow_up.team
    return [
        keys.follow_up(team, follow_up.id),
        keys.follow_ups_by(team, follow_up.owner),
        keys.follow_ups_in(team, follow_up.channel, follow_up.thread_ts),
    ]


def _ms(life: timedelta) -> int:
    return int(life.total_seconds() * 1000)
