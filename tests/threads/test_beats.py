"""One beat renews all leases of a process, and tells what it must know of each of its threads."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.changes import Change
from bot.threads.leases import Pulse
from bot.threads.owned import Owned
from bot.threads.turns import Turns
from tests.threads.ground import (
    BEN,
    LEASE,
    OTHER,
    OVER,
    THREAD,
    TURN,
    begun,
    contents,
    heard,
    message,
    run_out,
    stop,
    turns,
)


async def test_a_beat_renews_the_lease(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    await redis.zadd(keys.LEASES, {str(THREAD): 1})
    assert await owner.beat([found.owned]) == [Pulse(lost=False, mail=0, stopped_by=None, mailed=1)]
    until = await redis.zscore(keys.LEASES, str(THREAD))
    assert until is not None
    assert abs(until / 1000 - time.time() - LEASE.total_seconds()) < 2


async def test_a_beat_tells_how_much_mail_waits_and_who_said_stop(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    await heard(redis, message("2.0"), stop(by=BEN))
    assert await owner.beat([found.owned]) == [Pulse(lost=False, mail=2, stopped_by=BEN, mailed=3)]


async def test_a_thread_that_is_stopping_is_still_owned(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    await owner.note(found.owned, TURN, Change(thread={"state": "stopping"}))
    [pulse] = await owner.beat([found.owned])
    assert not pulse.lost


async def test_each_thread_gets_its_own_answer_in_order(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"), message("2.0", thread=OTHER))
    first, second = await begun(redis, owner), await begun(redis, owner, OTHER, "turn2")
    await heard(redis, message("3.0", thread=OTHER))
    never = Owned(thread=type(THREAD)("T1", "C9", "9.0"), generation=1)
    pulses = await owner.beat([second.owned, never, first.owned])
    assert [(pulse.lost, pulse.mail) for pulse in pulses] == [(False, 1), (True, -1), (False, 0)]
    assert await owner.beat([]) == []


async def test_what_was_taken_over_given_up_or_parked_is_lost_and_its_lease_not_renewed(
    redis: Redis, owner: Turns
) -> None:
    deadline = datetime.now(UTC) + timedelta(hours=1)
    taken, ended, parked = (type(THREAD)("T1", "C1", f"{number}.0") for number in (1, 2, 3))
    await heard(redis, *(message(f"9.{number}", thread=thread) for number, thread in enumerate((taken, ended, parked))))
    owned = [(await begun(redis, owner, thread, f"turn-{thread.root_ts}")).owned for thread in (taken, ended, parked)]
    await run_out(redis, taken)
    await turns(redis).take_over()
    await owner.finish(owned[1], "turn-2.0", OVER)
    await owner.park(owned[2], "turn-3.0", Change(), seen=(), deadline=deadline)
    before = await contents(redis)
    assert all(pulse.lost for pulse in await owner.beat(owned))
    assert await contents(redis) == before
