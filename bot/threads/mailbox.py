"""The mailbox of a thread: mail waiting for a turn, oldest first.

What always holds: mail is stored and a worker is nudged in one step, or neither; the same mail twice is stored once;
a thread that somebody owns is not woken again, because its owner's last look and its release are one step too.
"""

from __future__ import annotations

from datetime import timedelta

from redis.asyncio import Redis

from bot.threads import keys, scripts
from bot.threads.models import SAID, Accepted, Mail, MailKind

# KEYS: 1 seen  2 mailbox  3 thread
# ARGV: 1 seen for ms  2 mail  3 thread  4 most mail  5 kind  6 follow: the writer, or ''  7 principal
#       8 the mail that says a mention is needed from now on, or ''  9 thread life ms
_ACCEPT = (
    scripts.NOW
    + scripts.WAKE
    + scripts.APPEND
    + """
if redis.call('EXISTS', KEYS[1]) == 1 then return 'repeat' end
local record = redis.call('HMGET', KEYS[3], 'state', 'alone')
local state, alone = record[1], record[2]
local ours = state ~= false
local joins = ours and alone and alone ~= '' and alone ~= ARGV[7] and ARGV[7] ~= ''
local crowded = ARGV[8] ~= '' and joins and (ARGV[5] == 'message')

if ARGV[6] ~= '' and (not ours or not alone or alone ~= ARGV[6]) then
  -- Not marked as seen: the mention that comes with the same id must still get through.
  if crowded then
    redis.call('HSET', KEYS[3], 'alone', '')
    append(KEYS[2], KEYS[3], ARGV[3], ARGV[8], now)
  end
  return 'not_ours'
end
if ARGV[5] == 'message' and redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[4]) then
  -- Its twin must not be taken where this one was refused, nor its writer told twice; a repeat comes within the minute.
  redis.call('SET', KEYS[1], 'refused', 'PX', 60000)
  return 'full'
end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
if ARGV[5] == 'message' and not alone then redis.call('HSET', KEYS[3], 'alone', ARGV[7]) end
if ARGV[5] == 'message' and joins then redis.call('HSET', KEYS[3], 'alone', '') end
if ARGV[5] == 'stop' and ours and state ~= 'idle' then redis.call('HSET', KEYS[3], 'stop', ARGV[7]) end
append(KEYS[2], KEYS[3], ARGV[3], ARGV[2], now)
if crowded then redis.call('RPUSH', KEYS[2], ARGV[8]) end
redis.call('PEXPIRE', KEYS[3], ARGV[9])
return 'stored'
"""
)


class Mailbox:
    """Where the bot puts what it heard. `follows` says whether replies without a mention are heard at all."""

    def __init__(
        self, redis: Redis, *, limit: int = 50, follows: bool = False, thread_life: timedelta = timedelta(days=180)
    ) -> None:
        self._accept = redis.register_script(_ACCEPT)
        self._limit = limit
        self._follows = follows
        self._thread_life_ms = int(thread_life.total_seconds() * 1000)

    async def accept(self, mail: Mail, *, follow: bool = False) -> Accepted:
        """Put `mail` in its thread's mailbox and, if nobody owns the thread, wake a worker. One round trip.

        With `follow` the mail is a reply without a mention: it is stored only in a thread that is the bot's already
        and in which its writer is alone with the bot. Raises redis-py's errors when Redis is away.
        """
        thread = mail.thread
        crowded = ""
        if self._follows and mail.kind in SAID:
            crowded = Mail(
                id=f"crowded:{thread}",
                kind=MailKind.CROWDED,
                thread=thread,
                principal=mail.principal,
                principal_team=mail.principal_team,
                at=mail.at,
            ).dump()
        answer = await self._accept(
            keys=[keys.seen(mail.id), keys.mailbox(thread), keys.thread(thread)],
            args=[
                int((keys.ERRAND_FOR if thread.is_errand else keys.SEEN_FOR).total_seconds() * 1000),
                mail.dump(),
                str(thread),
                self._limit,
                MailKind.MESSAGE.value if mail.kind in SAID else mail.kind.value,
                mail.principal if follow else "",
                mail.principal,
                crowded,
                self._thread_life_ms,
            ],
        )
        return Accepted(answer.decode() if isinstance(answer, bytes) else answer)
