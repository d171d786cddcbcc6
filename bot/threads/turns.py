"""Who owns a thread, and the journal of its open turn.

What always holds: one owner per thread. The generation is its fencing token: every write here carries it, and raises
`Lost` when another worker owns the thread by now. A lease is renewed by the beat (`leases.py`); one that ran out is
taken over by any worker, which finds the open turn's journal and goes on from there. Release and the last look at the
mailbox are one step, and so is parking a turn that asks a person.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from redis.asyncio import Redis

from bot.threads import keys, scripts
from bot.threads.changes import WRITE, Change
from bot.threads.defaults import load_chosen
from bot.threads.leases import Leases
from bot.threads.models import Mail, ThreadKey
from bot.threads.owned import Claimed, Lost, Owned
from bot.threads.records import mapping_of

# Who answers first in the channel is of use where the thread has no agent yet, and one trip less for each new thread.
# KEYS: 1 thread  2 mailbox  3 leases  4 defaults
# ARGV: 1 generation  2 thread  3 lease ms  4 worker  5 turn prefix  6 channel
_CLAIM = (
    scripts.FENCE
    + scripts.NOW
    + """
local record = redis.call('HMGET', KEYS[1], 'state', 'worker', 'turn')
-- Ours already: the answer to this very claim was lost, and the client asks again.
if record[1] ~= 'waiting' and not (record[1] == 'working' and record[2] == ARGV[4]) then return false end
redis.call('HSET', KEYS[1], 'state', 'working', 'worker', ARGV[4])
redis.call('ZADD', KEYS[3], now + tonumber(ARGV[3]), ARGV[2])
local journal = {}
if record[3] then journal = redis.call('HGETALL', ARGV[5] .. record[3]) end
local chosen = redis.call('HGET', KEYS[4], ARGV[6])
return {redis.call('HGETALL', KEYS[1]), redis.call('LRANGE', KEYS[2], 0, -1), journal, chosen}
"""
)

_NOTE = WRITE + "return 1"

# After the write: give the thread up if nobody wrote meanwhile, else hand out the mail that came.
# KEYS: 5 leases  6 dead  7 deadlines   ARGV: 3 thread  4 thread life ms  5 turn id  6 dead letter or ''
_RELEASE = """
if ARGV[6] ~= '' then redis.call('HSET', KEYS[6], ARGV[5], ARGV[6]) end
redis.call('ZREM', KEYS[7], ARGV[3] .. ' ' .. ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local mail = redis.call('LRANGE', KEYS[2], 0, -1)
if #mail > 0 then
  redis.call('HSET', KEYS[1], 'state', 'working')
  return mail
end
redis.call('HSET', KEYS[1], 'state', 'idle')
redis.call('HDEL', KEYS[1], 'worker', 'stop')
redis.call('ZREM', KEYS[5], ARGV[3])
return 1
"""
_FINISH = WRITE + _RELEASE

# KEYS: 5 leases  6 deadlines   ARGV: 3 thread  4 turn id  5 JSON: the ids of mail looked at  6 deadline ms
_PARK = (
    WRITE
    + """
local mail = redis.call('LRANGE', KEYS[2], 0, -1)
if redis.call('HEXISTS', KEYS[1], 'stop') == 1 then return mail end
local looked_at = {}
for _, id in ipairs(cjson.decode(ARGV[5])) do looked_at[id] = true end
for _, item in ipairs(mail) do
  if not looked_at[cjson.decode(item).id] then return mail end
end
redis.call('HSET', KEYS[1], 'state', 'asking')
redis.call('HDEL', KEYS[1], 'worker')
redis.call('ZREM', KEYS[5], ARGV[3])
redis.call('ZADD', KEYS[6], ARGV[6], ARGV[3] .. ' ' .. ARGV[4])
return 1
"""
)

# A worker that stops hands its thread on at once; the count of lost workers is not raised.
# KEYS: 1 thread   ARGV: 1 generation  2 thread
_GIVE_BACK = scripts.FENCE + scripts.NOW + scripts.WAKE + "return wake(KEYS[1], ARGV[2], now)"


class Turns(Leases):
    """The store of owners and journals. A method that writes raises `Lost` where the generation is an old one."""

    def __init__(
        self,
        redis: Redis,
        *,
        worker: str,
        lease: timedelta,
        thread_life: timedelta,
        audit_life: timedelta = timedelta(days=90),
    ) -> None:
        super().__init__(redis, lease=lease, thread_life=thread_life)
        self._worker = worker
        self._audit_ms = int(audit_life.total_seconds() * 1000)
        self._claim = redis.register_script(_CLAIM)
        self._note = redis.register_script(_NOTE)
        self._finish = redis.register_script(_FINISH)
        self._park = redis.register_script(_PARK)
        self._give_back = redis.register_script(_GIVE_BACK)

    async def claim(self, thread: ThreadKey, generation: int) -> Claimed | None:
        """Own `thread` if `generation` is its newest and nobody has it; None for a nudge that came too late."""
        answer = await self._claim(
            keys=[keys.thread(thread), keys.mailbox(thread), keys.LEASES, keys.defaults(thread.team)],
            args=[generation, str(thread), self._lease_ms, self._worker, keys.turn(thread.team, ""), thread.channel],
        )
        if answer is None:
            return None
        record, mail, journal, chosen = answer
        return Claimed(
            owned=Owned(thread=thread, generation=generation),
            record=_mapping(record),
            mail=[Mail.load(thread, item) for item in mail],
            journal=_mapping(journal),
            chosen=load_chosen(chosen),
        )

    async def again(self, owned: Owned, mail: list[Mail]) -> Claimed:
        """What its owner finds in a thread that it kept because `mail` came."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.hgetall(keys.thread(owned.thread))
        pipe.hget(keys.defaults(owned.thread.team), owned.thread.channel)
        kept, chosen = await pipe.execute()
        record = mapping_of(kept)
        journal = await self.journal(owned.thread.team, record["turn"]) if "turn" in record else {}
        return Claimed(owned=owned, record=record, mail=mail, journal=journal, chosen=load_chosen(chosen))

    async def note(self, owned: Owned, turn_id: str, change: Change) -> None:
        """Write `change` in one step."""
        answer = await self._note(keys=self._keys(owned, turn_id), args=[owned.generation, self._dumped(owned, change)])
        if answer is None:
            raise Lost

    async def finish(self, owned: Owned, turn_id: str, change: Change, *, dead_letter: str = "") -> list[Mail]:
        """Write `change`, end the turn and give the thread up, unless mail came: then keep it and return the mail."""
        answer = await self._finish(
            keys=[*self._keys(owned, turn_id), keys.LEASES, keys.DEAD, keys.DEADLINES],
            args=[
                owned.generation,
                self._dumped(owned, change),
                str(owned.thread),
                self._life_ms(owned),
                turn_id,
                dead_letter,
            ],
        )
        return self._mail(owned, answer)

    async def park(
        self, owned: Owned, turn_id: str, change: Change, *, seen: Collection[str], deadline: datetime
    ) -> list[Mail]:
        """Write `change` and leave the turn open until a person decides or `deadline` passes.

        `seen` are the ids of the mail this owner has looked at; when other came meanwhile, it stays owner and gets
        all that waits.
        """
        answer = await self._park(
            keys=[*self._keys(owned, turn_id), keys.LEASES, keys.DEADLINES],
            args=[
                owned.generation,
                self._dumped(owned, change),
                str(owned.thread),
                turn_id,
                json.dumps(sorted(seen)),
                int(deadline.timestamp() * 1000),
            ],
        )
        return self._mail(owned, answer)

    async def give_back(self, owned: Owned) -> None:
        """Hand the thread to whichever worker takes it next, at once."""
        answer = await self._give_back(keys=[keys.thread(owned.thread)], args=[owned.generation, str(owned.thread)])
        if answer is None:
            raise Lost

    def _dumped(self, owned: Owned, change: Change) -> str:
        return change.dump(owned.thread.team, self._audit_ms)

    def _keys(self, owned: Owned, turn_id: str) -> list[str]:
        thread = owned.thread
        return [
            keys.thread(thread),
            keys.mailbox(thread),
            keys.turn(thread.team, turn_id),
            keys.ended(thread.team, turn_id),
        ]

    def _life_ms(self, owned: Owned) -> int:
        return int(keys.ERRAND_FOR.total_seconds() * 1000) if owned.thread.is_errand else self._thread_life_ms

    def _mail(self, owned: Owned, answer: Any) -> list[Mail]:
        if answer is None:
            raise Lost
        return [Mail.load(owned.thread, item) for item in answer] if isinstance(answer, list) else []


def _mapping(flat: Sequence[bytes]) -> dict[str, str]:
    return {flat[i].decode(): flat[i + 1].decode() for i in range(0, len(flat), 2)}
