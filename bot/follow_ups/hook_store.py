"""Where webhooks are kept: each one's secret, sealed, and what came by it until a run has read it.

What always holds: a delivery is stored and the thread is woken in one step, or neither; the same delivery twice is
stored once; while one run has not begun, whatever else comes goes with it. A secret is shown to its owner and to nobody
else, and never leaves the vault in the clear.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from redis.asyncio import Redis

from bot.follow_ups.hook_events import HookEvent
from bot.follow_ups.hooks import Accepted, Heard, Hook, Outcome
from bot.follow_ups.models import FollowUp, Status
from bot.follow_ups.store import FollowUps
from bot.threads import keys, scripts
from bot.threads.models import Mail, MailKind, ThreadKey
from bot.vault import Unreadable, Vault

MOST_A_MINUTE = 60
MOST_KEPT = 20  # events that one run reads; of more, the newest
ID_BYTES, SECRET_BYTES = 18, 32

# KEYS: 1 seen by its id  2 rate  3 events  4 mailbox  5 thread  6 seen by its body
# ARGV: 1 seen for ms  2 most a minute  3 event  4 most kept  5 events for ms  6 mail  7 thread  8 thread life ms
#       9 principal
_ACCEPT = (
    scripts.NOW
    + scripts.WAKE
    + """
-- Ids are not signed, bodies are: a request that somebody captured counts once, whatever id it comes with.
if redis.call('EXISTS', KEYS[1], KEYS[6]) > 0 then return {'repeat', 0} end
local calls = redis.call('INCR', KEYS[2])
if calls == 1 then redis.call('PEXPIRE', KEYS[2], 60000) end
if calls > tonumber(ARGV[2]) then return {'too_many', math.ceil(redis.call('PTTL', KEYS[2]) / 1000)} end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
redis.call('SET', KEYS[6], '1', 'PX', ARGV[1])
local waiting = redis.call('RPUSH', KEYS[3], ARGV[3])
redis.call('LTRIM', KEYS[3], -tonumber(ARGV[4]), -1)
redis.call('PEXPIRE', KEYS[3], ARGV[5])
if waiting > 1 then return {'stored', 0} end  -- a run that was woken for the first of them reads this one as well
redis.call('RPUSH', KEYS[4], ARGV[6])
redis.call('HINCRBY', KEYS[5], 'mailed', 1)
local record = redis.call('HMGET', KEYS[5], 'state', 'alone')
if not record[2] then redis.call('HSET', KEYS[5], 'alone', ARGV[9]) end
local state = record[1]
if state ~= 'waiting' and state ~= 'working' and state ~= 'stopping' then wake(KEYS[5], ARGV[7], now) end
redis.call('PEXPIRE', KEYS[5], ARGV[8])
return {'stored', 0}
"""
)

_DRAIN = """
local events = redis.call('LRANGE', KEYS[1], 0, -1)
redis.call('DEL', KEYS[1])
return events
"""


class NoVault(Exception):
    """A secret cannot be kept: VAULT_KEYS holds no key."""


@dataclass(frozen=True, slots=True)
class Event:
    """What came by a webhook: what happened in short, and JSON that a model can take. Both are a stranger's words."""

    about: str
    payload: str


class HookStore:
    """`now` is the real clock. Raises redis-py's errors when Redis is away."""

    def __init__(self, redis: Redis, vault: Vault, follow_ups: FollowUps, *, now: Callable[[], float]) -> None:
        self._redis = redis
        self._vault = vault
        self._follow_ups = follow_ups
        self._now = now
        self._accept = redis.register_script(_ACCEPT)
        self._drain = redis.register_script(_DRAIN)

    async def make(self, team: str, follow_up_id: str) -> Hook:
        """A new one for a follow-up that is about to be kept with its id. Raises `NoVault`."""
        if not self._vault.has_keys:
            raise NoVault
        hook = Hook(secrets.token_urlsafe(ID_BYTES), team, follow_up_id, secrets.token_urlsafe(SECRET_BYTES))
        key = keys.hook(hook.id)
        body = json.dumps({"team": team, "follow_up": follow_up_id, "secret": hook.secret})
        await self._redis.set(key, self._vault.seal(body, place=key))
        return hook

    async def drop(self, hook_id: str) -> None:
        """One whose follow-up was not kept after all."""
        await self._redis.delete(keys.hook(hook_id))

    async def find(self, hook_id: str) -> Hook | None:
        key = keys.hook(hook_id)
        sealed = await self._redis.get(key)
        if sealed is None:
            return None
        try:
            body = json.loads(self._vault.unseal(sealed.decode(), place=key))
        except Unreadable:
            return None
        kept = await self._follow_ups.get(body["team"], body["follow_up"])
        is_open = kept is not None and kept.follow_up.is_open
        return Hook(hook_id, body["team"], body["follow_up"], body["secret"], is_open)

    async def accept(self, hook: Hook, heard: Heard) -> Accepted:
        """Keep it for the next run and wake the thread, once. What nobody waits for is taken and forgotten."""
        kept = await self._follow_ups.get(hook.team, hook.follow_up)
        if kept is None or not kept.follow_up.is_open:
            return Accepted(Outcome.ENDED)
        if kept.follow_up.status is Status.PAUSED or not _is_wanted(kept.follow_up, heard.event):
            return Accepted(Outcome.STORED)
        mail = self._mail(kept.follow_up, f"hook:{hook.id}:{heard.delivery}")
        outcome, later = await self._accept(
            keys=[
                keys.seen(mail.id),
                keys.hook_rate(hook.id),
                keys.hook_events(hook.team, hook.follow_up),
                keys.mailbox(mail.thread),
                keys.thread(mail.thread),
                keys.seen(f"hook:{hook.id}:{heard.digest}"),
            ],
            args=[
                int(keys.SEEN_FOR.total_seconds() * 1000),
                MOST_A_MINUTE,
                json.dumps({"about": heard.event.in_short(), "payload": heard.payload}, ensure_ascii=False),
                MOST_KEPT,
                int(keys.HOOK_EVENTS_FOR.total_seconds() * 1000),
                mail.dump(),
                str(mail.thread),
                self._follow_ups.thread_life_ms,
                mail.principal,
            ],
        )
        return Accepted(Outcome(outcome.decode()), int(later))

    async def drain(self, team: str, follow_up_id: str) -> list[Event]:
        """What came since the last run, the oldest first; whoever asks next finds what comes from now on."""
        found = await self._drain(keys=[keys.hook_events(team, follow_up_id)])
        return [Event(**json.loads(one)) for one in found]

    def _mail(self, follow_up: FollowUp, mail_id: str) -> Mail:
        """A run for what came: the mail of one that is due at this moment."""
        return Mail(
            id=mail_id,
            kind=MailKind.DUE,
            thread=follow_up.thread or ThreadKey.errand(follow_up.team, follow_up.channel, mail_id),
            principal=follow_up.owner,
            principal_team=follow_up.owner_team,
            text=follow_up.prompt,
            agent=follow_up.agent or None,
            at=self._now(),
            about={"follow_up": follow_up.id, "occurrence": str(int(self._now())), "hook": "1"},
        )


def _is_wanted(follow_up: FollowUp, event: HookEvent) -> bool:
    return not follow_up.events or any(fnmatchcase(event.name, pattern) for pattern in follow_up.events)
