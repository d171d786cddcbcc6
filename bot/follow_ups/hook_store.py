"""Where webhooks are kept, each one's secret sealed, and the one step by which a delivery becomes mail of its thread.

What always holds: a delivery is stored and the thread is woken in one step, or neither; the same delivery twice is
stored once; what waits when a run begins is read by that run, all of it. A secret is shown to its owner and to nobody
else, and never leaves the vault in the clear.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from fnmatch import fnmatchcase

from redis.asyncio import Redis

from bot.follow_ups.hook_events import HookEvent
from bot.follow_ups.hooks import Accepted, Heard, Hook, Outcome
from bot.follow_ups.models import FollowUp, Status
from bot.follow_ups.store import FollowUps
from bot.threads import keys, scripts
from bot.threads.models import Mail, MailKind
from bot.vault import Unreadable, Vault

MOST_A_MINUTE = 60
MOST_WAITING = 20  # deliveries that one run reads; of more, the newest
ID_BYTES, SECRET_BYTES = 18, 32

# KEYS: 1 seen by its id  2 seen by what was signed  3 rate  4 mailbox  5 thread
# ARGV: 1 seen for ms  2 most a minute  3 mail  4 most that wait  5 its follow-up  6 thread  7 thread life ms
#       8 principal  9 the oldest that may go: 2 where the first one's journal may have begun
_ACCEPT = (
    scripts.NOW
    + scripts.WAKE
    + scripts.APPEND
    + """
-- GitHub and Linear sign no ids: a request that somebody captured counts once, whatever id it comes with.
if redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then return {'repeat', 0} end
local calls = redis.call('INCR', KEYS[3])
if calls == 1 then redis.call('PEXPIRE', KEYS[3], 60000) end
if calls > tonumber(ARGV[2]) then return {'too_many', math.ceil(redis.call('PTTL', KEYS[3]) / 1000)} end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
redis.call('SET', KEYS[2], '1', 'PX', ARGV[1])
local waiting = {}
for _, item in ipairs(redis.call('LRANGE', KEYS[4], 0, -1)) do
  local about = cjson.decode(item).about
  if about and about.hook and about.follow_up == ARGV[5] then waiting[#waiting + 1] = item end
end
local mail = ARGV[3]
if #waiting >= tonumber(ARGV[4]) then  -- one run reads them all: the oldest goes, and the newest says how many did
  redis.call('LREM', KEYS[4], 1, waiting[tonumber(ARGV[9])])
  local gone, new = cjson.decode(waiting[#waiting]).about, cjson.decode(mail)
  new.about.left_out = tostring(1 + tonumber(gone.left_out or '0'))
  mail = cjson.encode(new)
end
redis.call('HSETNX', KEYS[5], 'alone', ARGV[8])
append(KEYS[4], KEYS[5], ARGV[6], mail, now)
redis.call('PEXPIRE', KEYS[5], ARGV[7])
return {'stored', 0}
"""
)


class NoVault(Exception):
    """A secret cannot be kept: VAULT_KEYS holds no key."""


class HookStore:
    """`now` is the real clock. Raises redis-py's errors when Redis is away."""

    def __init__(self, redis: Redis, vault: Vault, follow_ups: FollowUps, *, now: Callable[[], float]) -> None:
        self._redis = redis
        self._vault = vault
        self._follow_ups = follow_ups
        self._now = now
        self._accept = redis.register_script(_ACCEPT)

    async def make(self, team: str, follow_up_id: str) -> Hook:
        """A new one for a follow-up that is about to be kept with its id: then it stays. Raises `NoVault`."""
        if not self._vault.has_keys:
            raise NoVault
        hook = Hook(secrets.token_urlsafe(ID_BYTES), team, follow_up_id, secrets.token_urlsafe(SECRET_BYTES))
        key = keys.hook(hook.id)
        body = json.dumps({"team": team, "follow_up": follow_up_id, "secret": hook.secret})
        await self._redis.set(key, self._vault.seal(body, place=key), ex=keys.ERRAND_FOR)
        return hook

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
        is_open = kept is not None and kept.follow_up.hears
        return Hook(hook_id, body["team"], body["follow_up"], body["secret"], is_open)

    async def accept(self, hook: Hook, heard: Heard) -> Accepted:
        """Put it into its thread's mailbox and wake a worker, once. What nobody waits for is taken and forgotten."""
        kept = await self._follow_ups.get(hook.team, hook.follow_up)
        if kept is None or not kept.follow_up.hears:
            return Accepted(Outcome.ENDED)
        if kept.follow_up.status is Status.PAUSED or not _is_wanted(kept.follow_up, heard.event):
            return Accepted(Outcome.STORED)
        mail = self._mail(kept.follow_up, f"hook:{hook.id}:{heard.delivery}", heard)
        outcome, later = await self._accept(
            keys=[
                keys.seen(mail.id),
                keys.seen(f"hook:{hook.id}:{heard.digest}"),
                keys.hook_rate(hook.id),
                keys.mailbox(mail.thread),
                keys.thread(mail.thread),
            ],
            args=[
                int(keys.SEEN_FOR.total_seconds() * 1000),
                MOST_A_MINUTE,
                mail.dump(),
                MOST_WAITING,
                hook.follow_up,
                str(mail.thread),
                self._follow_ups.thread_life_ms,
                mail.principal,
                2 if mail.thread.is_errand else 1,
            ],
        )
        return Accepted(Outcome(outcome.decode()), int(later))

    def _mail(self, follow_up: FollowUp, mail_id: str, heard: Heard) -> Mail:
        """What came, as the mail of one that is due at this moment."""
        return Mail(
            id=mail_id,
            kind=MailKind.DUE,
            thread=follow_up.thread or follow_up.door,
            principal=follow_up.owner,
            principal_team=follow_up.owner_team,
            text=follow_up.prompt,
            agent=follow_up.agent or None,
            at=self._now(),
            about={
                "follow_up": follow_up.id,
                "occurrence": str(int(self._now())),
                "hook": heard.event.in_short(),
                "payload": heard.payload,
            },
        )


def _is_wanted(follow_up: FollowUp, event: HookEvent) -> bool:
    return not follow_up.events or any(fnmatchcase(event.name, pattern) for pattern in follow_up.events)
