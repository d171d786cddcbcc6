"""The leases by which threads are owned: renewed by the beat, taken over where they ran out.

What always holds: a lease that ran out is taken over by any worker, and so is a question whose time is up; after a
pause in which nobody looked, the living have time to renew theirs first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis

from bot.threads import keys, scripts
from bot.threads.models import ThreadKey
from bot.threads.owned import Owned
from bot.threads.records import Records

# KEYS: 1 leases, then for each turn its thread record and mailbox   ARGV: 1 lease ms, then thread, generation
_BEAT = (
    scripts.NOW
    + """
local answers = {}
for i = 0, (#KEYS - 3) / 2 do
  local record, thread, generation = KEYS[2 + 2 * i], ARGV[2 + 2 * i], ARGV[3 + 2 * i]
  local known = redis.call('HMGET', record, 'generation', 'stop', 'state', 'mailed')
  if known[1] ~= generation or (known[3] ~= 'working' and known[3] ~= 'stopping') then
    answers[i + 1] = {-1, '', '0'}
  else
    redis.call('ZADD', KEYS[1], now + tonumber(ARGV[1]), thread)
    answers[i + 1] = {redis.call('LLEN', KEYS[3 + 2 * i]), known[2] or '', known[4] or '0'}
  end
end
return answers
"""
)

# Nobody looked for this long: Redis or all workers were away, and the leases of living workers ran out unseen.
_NOBODY_LOOKED_MS = 4000
_LIVING_MAY_BEAT_MS = 2000

# KEYS: 1 leases  2 deadlines  3 taken-over-at  4 queue   ARGV: 1 thread prefix  2 mailbox prefix  3 most at once
_TAKE_OVER = (
    scripts.NOW
    + scripts.WAKE
    + f"""
local looked = tonumber(redis.call('GET', KEYS[3]) or '0')
redis.call('SET', KEYS[3], now, 'PX', 60000)
local pause = now - looked > {_NOBODY_LOOKED_MS}
local taken = {{}}
-- After a pause all that ran out get their time, so that the next look does not take what this one left.
local expired = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, pause and -1 or ARGV[3])
for _, thread in ipairs(expired) do
  local record = ARGV[1] .. thread
  local known = redis.call('HMGET', record, 'generation', 'state', 'turn')
  local job = thread .. ':' .. (known[1] or '')
  if pause then
    redis.call('ZADD', KEYS[1], now + {_LIVING_MAY_BEAT_MS}, thread)
  elseif not known[1] or known[2] == 'idle' or known[2] == 'asking' then
    redis.call('ZREM', KEYS[1], thread)
  elseif known[2] == 'waiting' and redis.call('EXISTS', '{keys.JOB_PREFIX}' .. job) == 1
         and redis.call('EXISTS', '{keys.IN_PROGRESS_PREFIX}' .. job) == 0 then
    redis.call('ZADD', KEYS[1], now + {scripts.START_ALLOWANCE_MS}, thread)  -- still queued: all workers are busy
  else
    redis.call('DEL', '{keys.JOB_PREFIX}' .. job, 'arq:retry:' .. job)
    redis.call('ZREM', KEYS[4], job)
    if known[3] and known[2] ~= 'waiting' then redis.call('HINCRBY', record, 'lost_workers', 1) end
    wake(record, thread, now)
    taken[#taken + 1] = thread
  end
end
for _, due in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ARGV[3])) do
  redis.call('ZREM', KEYS[2], due)
  local thread, turn = string.match(due, '^(%S+) (%S+)$')
  local known = redis.call('HMGET', ARGV[1] .. thread, 'turn', 'state')
  if known[1] == turn then
    local mail = {{id = 'timeout:' .. turn, kind = 'time_out', principal = '', at = now / 1000}}
    mail.about = {{turn = turn}}
    redis.call('RPUSH', ARGV[2] .. thread, cjson.encode(mail))
    if known[2] == 'asking' then wake(ARGV[1] .. thread, thread, now) end
  end
end
return taken
"""
)

# Mail without an owner cannot come to be by these scripts; a restored backup or a hand at the keys can leave some.
# KEYS: 1 thread  2 mailbox   ARGV: 1 thread  2 thread life ms
_NUDGE = (
    scripts.NOW
    + scripts.WAKE
    + """
local state = redis.call('HGET', KEYS[1], 'state')
if redis.call('EXISTS', KEYS[2]) == 0 or (state and state ~= 'idle') then return 0 end
wake(KEYS[1], ARGV[1], now)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
)


@dataclass(frozen=True, slots=True)
class Pulse:
    """What one beat learned of one turn: how much mail waits, and how much ever came."""

    lost: bool
    mail: int
    stopped_by: str | None
    mailed: int = 0


class Leases(Records):
    def __init__(self, redis: Redis, *, lease: timedelta, thread_life: timedelta) -> None:
        super().__init__(redis, thread_life=thread_life)
        self._lease_ms = int(lease.total_seconds() * 1000)
        self._beat = redis.register_script(_BEAT)
        self._take_over = redis.register_script(_TAKE_OVER)
        self._nudge = redis.register_script(_NUDGE)

    async def beat(self, owned: Sequence[Owned]) -> list[Pulse]:
        """Renew the leases of `owned`, one answer each: lost or not, how much mail waits, who said stop."""
        if not owned:
            return []
        answer = await self._beat(
            keys=[keys.LEASES, *(key for one in owned for key in (keys.thread(one.thread), keys.mailbox(one.thread)))],
            args=[self._lease_ms, *(part for one in owned for part in (str(one.thread), one.generation))],
        )
        return [
            Pulse(lost=mail < 0, mail=mail, stopped_by=stop.decode() or None, mailed=int(mailed))
            for mail, stop, mailed in answer
        ]

    async def take_over(self, *, most: int = 50) -> list[ThreadKey]:
        """Wake a worker for every thread whose lease ran out, and for every question whose time is up."""
        answer = await self._take_over(
            keys=[keys.LEASES, keys.DEADLINES, keys.TAKEN_OVER_AT, keys.QUEUE],
            args=[f"{keys.PREFIX}thread:", f"{keys.PREFIX}mail:", most],
        )
        return [ThreadKey.parse(thread.decode()) for thread in answer]

    async def sweep(self) -> int:
        """Nudge a worker for mail that nobody owns; how much was found."""
        found = 0
        prefix = keys.PREFIX + "mail:"
        async for key in self._redis.scan_iter(match=prefix + "*", count=500):
            thread = ThreadKey.parse(key.decode().removeprefix(prefix))
            found += await self._nudge(
                keys=[keys.thread(thread), keys.mailbox(thread)], args=[str(thread), self._thread_life_ms]
            )
        return found
