"""What the tests of this room stand on: mail, owners, a client that sends every script twice, and time that passes.

A lease or a deadline is let run out by moving it into the past in the store, so nothing here waits.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from bot.threads import keys
from bot.threads.changes import Change
from bot.threads.mailbox import Mailbox
from bot.threads.models import Mail, MailKind, ThreadKey, message_id
from bot.threads.owned import Claimed
from bot.threads.turns import Turns

THREAD = ThreadKey("T1", "C1", "1.0")
OTHER = ThreadKey("T1", "C1", "2.0")
TURN = "turn1"
LEASE = timedelta(seconds=10)
THREAD_LIFE = timedelta(days=180)
ADA, BEN = "U1ADA", "U2BEN"
# The last write of a turn, as a turn writes it.
OVER = Change(unset=["turn", "stop", "lost_workers"], ended={"ended": "answered"}, life=keys.ENDED_TURN_FOR)


def message(ts: str, *, by: str = ADA, thread: ThreadKey = THREAD, **rest: Any) -> Mail:
    return Mail(
        id=message_id(thread.team, thread.channel, ts),
        kind=MailKind.MESSAGE,
        thread=thread,
        principal=by,
        principal_team=thread.team,
        ts=ts,
        text=rest.pop("text", f"say {ts}"),
        **rest,
    )


def mail(kind: MailKind, mail_id: str, *, by: str = ADA, thread: ThreadKey = THREAD, **about: str) -> Mail:
    return Mail(id=mail_id, kind=kind, thread=thread, principal=by, principal_team=thread.team, about=about)


def stop(mail_id: str = "stop:1", *, by: str = ADA, thread: ThreadKey = THREAD) -> Mail:
    return mail(MailKind.STOP, mail_id, by=by, thread=thread)


def turns(redis: Redis, worker: str = "worker-1", *, lease: timedelta = LEASE) -> Turns:
    return Turns(redis, worker=worker, lease=lease, thread_life=THREAD_LIFE)


class Stutterer(Redis):
    """A client whose every script runs twice, as when the first answer was lost and it was sent again."""

    def register_script(self, script: Any) -> Any:
        once = super().register_script(script)

        class Twice(AsyncScript):
            async def __call__(self, *args: Any, **kwargs: Any) -> Any:
                await once(*args, **kwargs)
                return await once(*args, **kwargs)

        return Twice(self, script)


async def heard(redis: Redis, *mails: Mail, **mailbox: Any) -> None:
    for one in mails:
        await Mailbox(redis, **mailbox).accept(one)


async def generation(redis: Redis, thread: ThreadKey = THREAD) -> int:
    return int(await field(redis, thread, "generation") or 0)


async def field(redis: Redis, thread: ThreadKey, name: str) -> str | None:
    value = await redis.hget(keys.thread(thread), name)  # type: ignore[misc]  # sync or async to mypy
    return value.decode() if value is not None else None


async def waiting(redis: Redis, thread: ThreadKey = THREAD) -> list[str]:
    """The ids of the mail that waits, oldest first."""
    return [one.id for one in await turns(redis).look(thread)]


async def claimed(redis: Redis, owner: Turns, thread: ThreadKey = THREAD) -> Claimed:
    """The newest nudge, answered by `owner`."""
    found = await owner.claim(thread, await generation(redis, thread))
    assert found is not None
    return found


async def begun(redis: Redis, owner: Turns, thread: ThreadKey = THREAD, turn_id: str = TURN) -> Claimed:
    """A turn that has taken all mail; on record, so another worker would find it."""
    found = await claimed(redis, owner, thread)
    change = Change(journal={"began": "1"}, thread={"turn": turn_id}, take=found.mail, life=keys.OPEN_TURN_FOR)
    await owner.note(found.owned, turn_id, change)
    return found


async def someone_looked(redis: Redis) -> None:
    """As on any other second: a worker looked for expired leases a moment ago."""
    await redis.set(keys.TAKEN_OVER_AT, int(time.time() * 1000), px=60_000)


async def run_out(redis: Redis, *threads: ThreadKey) -> None:
    """Their leases ran out, while other workers kept looking."""
    await redis.zadd(keys.LEASES, {str(thread): 1 for thread in threads})
    await someone_looked(redis)


async def contents(redis: Redis, *, but: Sequence[str] = ()) -> dict[str, Any]:
    """Everything in the store."""
    found: dict[str, Any] = {}
    async for raw in redis.scan_iter():
        key = raw.decode()
        if key in but:
            continue
        match await redis.type(key):
            case b"hash":
                found[key] = await redis.hgetall(key)  # type: ignore[misc]  # as above
            case b"list":
                found[key] = await redis.lrange(key, 0, -1)  # type: ignore[misc]  # as above
            case b"zset":
                found[key] = await redis.zrange(key, 0, -1, withscores=True)
            case _:
                found[key] = await redis.get(key)
    return found
