"""Who owns a thread, and the journal of its open turn.

What always holds: one owner per thread. The generation is its fencing token: every write here carries it, and raises
`Lost` when another worker owns the thread by now. A lease is renewed by the beat; one that ran out is taken over by
any worker, which finds the open turn's journal and goes on from there. Release and the last look at the mailbox are
one step, and so is parking a turn that asks a person.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from redis.asyncio import Redis

from bot.threads import keys, scripts
from bot.threads.audit import Action
from bot.threads.defaults import Chosen, load_chosen
from bot.threads.models import Mail, ThreadKey

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

# One script for every write of a turn.
# KEYS: 1 thread  2 mailbox  3 journal  4 what is kept of the turn when it ended
# ARGV: 1 generation  2 JSON {journal, forget, thread, unset, take, life, ended?}
_WRITE = (
    scripts.FENCE
    + """
local change = cjson.decode(ARGV[2])
if #change.take > 0 then
  for _, mail in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
    local id = cjson.decode(mail).id
    for _, taken in ipairs(change.take) do
      if id == taken then redis.call('LREM', KEYS[2], 1, mail) end
    end
  end
end
for name, value in pairs(change.thread) do redis.call('HSET', KEYS[1], name, value) end
for _, name in ipairs(change.unset) do redis.call('HDEL', KEYS[1], name) end
for _, name in ipairs(change.forget) do redis.call('HDEL', KEYS[3], name) end
for _, action in ipairs(change.audit) do
  local oldest = redis.call('TIME')[1] * 1000 - change.audit_life
  redis.call('XADD', change.audit_key, 'MINID', '~', string.format('%.0f', oldest), '*', unpack(action))
  redis.call('PEXPIRE', change.audit_key, change.audit_life)
end
if change.ended then
  redis.call('DEL', KEYS[3])
  redis.call('SET', KEYS[4], change.ended, 'PX', change.life)
else
  for name, value in pairs(change.journal) do redis.call('HSET', KEYS[3], name, value) end
  if change.life > 0 then redis.call('PEXPIRE', KEYS[3], change.life) end
end
"""
)
_NOTE = _WRITE + "return 1"

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
_FINISH = _WRITE + _RELEASE

# KEYS: 5 leases  6 deadlines   ARGV: 3 thread  4 turn id  5 JSON: the ids of mail looked at  6 deadline ms
_PARK = (
    _WRITE
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

# KEYS: 1 thread   ARGV: 1 thread life ms  then field, value
_PLANT = """
for i = 2, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
"""


class Lost(Exception):
    """Another worker owns the thread by now; nothing was written, and nothing more may be done for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """The right to work for `thread`, while the lease is renewed."""

    thread: ThreadKey
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a worker finds when it takes a thread: its record, its mail, and the journal of a turn left open.

    `chosen` is who answers first in its channel, where somebody chose that by command.
    """

    owned: Owned
    record: dict[str, str]
    mail: list[Mail]
    journal: dict[str, str]
    chosen: Chosen | None = None

    @property
    def turn_id(self) -> str | None:
        return self.record.get("turn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One write of a turn: fields of its journal and of the thread record, and mail that it has dealt with."""

    journal: Mapping[str, str] = field(default_factory=dict)
    forget: Iterable[str] = ()  # fields of the journal that are done with
    thread: Mapping[str, str] = field(default_factory=dict)
    unset: Iterable[str] = ()  # fields of the thread record that go
    take: Iterable[Mail] = ()
    life: timedelta | None = None  # of the journal, or of what is kept of it, from now
    ended: Mapping[str, Any] | None = None  # all that is kept of the turn; its journal goes
    audit: Iterable[Action] = ()

    def dump(self, team: str, audit_ms: int) -> str:
        body: dict[str, Any] = {
            "journal": dict(self.journal),
            "forget": list(self.forget),
            "thread": dict(self.thread),
            "unset": list(self.unset),
            "take": [mail.id for mail in self.take],
            "life": int(self.life.total_seconds() * 1000) if self.life else 0,
            "audit": [action.dump() for action in self.audit],
            "audit_key": keys.audit(team),
            "audit_life": audit_ms,
        }
        if self.ended is not None:
            body["ended"] = json.dumps(dict(self.ended), ensure_ascii=False, separators=(",", ":"))
        return json.dumps(body, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Pulse:
    """What one beat learned of one turn: how much mail waits, and how much ever came."""

    lost: bool
    mail: int
    stopped_by: str | None
    mailed: int = 0


class Turns:
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
        self._redis = redis
        self._worker = worker
        self._lease_ms = int(lease.total_seconds() * 1000)
        self._thread_life_ms = int(thread_life.total_seconds() * 1000)
        self._audit_ms = int(audit_life.total_seconds() * 1000)
        self._claim = redis.register_script(_CLAIM)
        self._note = redis.register_script(_NOTE)
        self._finish = redis.register_script(_FINISH)
        self._park = redis.register_script(_PARK)
        self._give_back = redis.register_script(_GIVE_BACK)
        self._beat = redis.register_script(_BEAT)
        self._take_over = redis.register_script(_TAKE_OVER)
        self._nudge = redis.register_script(_NUDGE)
        self._plant = redis.register_script(_PLANT)

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
        record = _mapping_of(kept)
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

    async def parked(self, team: str) -> list[tuple[ThreadKey, str, float]]:
        """The turns of a workspace that wait for a person: thread, turn, and when they are looked at at the latest."""
        found = []
        async for member, at in self._redis.zscan_iter(keys.DEADLINES, match=f"{team}:*", count=500):
            thread, _, turn = member.decode().partition(" ")
            found.append((ThreadKey.parse(thread), turn, at / 1000))
        return found

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

    async def record(self, thread: ThreadKey) -> dict[str, str]:
        """The thread record; empty for a thread that is not ours."""
        return _mapping_of(await self._redis.hgetall(keys.thread(thread)))  # type: ignore[misc]  # as above

    async def journal(self, team: str, turn_id: str) -> dict[str, str]:
        """A turn's journal, or what is kept of an ended one; empty when there is none."""
        if journal := _mapping_of(await self._redis.hgetall(keys.turn(team, turn_id))):  # type: ignore[misc]  # as above
            return journal
        kept = await self._redis.get(keys.ended(team, turn_id))
        return kept_fields(kept) if kept else {}

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


def _mapping_of(pairs: Mapping[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in pairs.items()}


def kept_fields(kept: str | bytes) -> dict[str, str]:
    """What is kept of an ended turn, as fields of its journal."""
    fields: dict[str, Any] = json.loads(kept)
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
