"""A worker that slept does not believe that it still owns a thread."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.threads.mailbox import Mailbox
from bot.threads.models import Mail, MailKind, ThreadKey, message_id
from bot.threads.owned import Lost
from bot.threads.turns import Turns
from workers.holdings import Holdings

THREAD = ThreadKey("T1", "C1", "1.0")
LEASE = timedelta(seconds=2)


class Clock:
    """Wall-clock time that stands still, until the process sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def mentioned(redis: Redis, ts: str) -> None:
    mail_id = message_id("T1", "C1", ts)
    mail = Mail(id=mail_id, kind=MailKind.MESSAGE, thread=THREAD, principal="U1", principal_team="T1", ts=ts)
    await Mailbox(redis).accept(mail)


def turns(redis: Redis, worker: str) -> Turns:
    return Turns(redis, worker=worker, lease=LEASE, thread_life=timedelta(days=1))


async def taken_over(redis: Redis, by: Turns) -> int:
    """Another look finds the lease expired; the generation that a worker may claim now."""
    await redis.zadd("tw:leases", {str(THREAD): 0})
    await by.take_over()  # the first look only learns that nobody looked for a while
    await redis.zadd("tw:leases", {str(THREAD): 0})
    assert await by.take_over() == [THREAD]
    return int((await by.record(THREAD))["generation"])


async def test_a_worker_that_slept_on_the_answer_to_its_claim_asks_again_before_it_acts(redis: Redis) -> None:
    clock, ours, theirs = Clock(), turns(redis, "ours"), turns(redis, "theirs")
    holdings = Holdings(ours, lease=LEASE, now=clock)
    await mentioned(redis, "1.0")
    asked = clock()
    claimed = await ours.claim(THREAD, 1)
    assert claimed is not None
    clock.now += 3
    assert await theirs.claim(THREAD, await taken_over(redis, theirs)) is not None
    async with holdings.hold(claimed.owned, asked=asked) as hold:
        with pytest.raises(Lost):
            await hold.check(holdings.half_lease)


async def test_a_worker_that_is_given_a_thread_anew_ends_what_it_did_for_it_before(redis: Redis) -> None:
    """It slept, another worker's look raised the generation, and the nudge came to this one."""
    clock, ours = Clock(), turns(redis, "ours")
    holdings = Holdings(ours, lease=LEASE, now=clock)
    await mentioned(redis, "1.0")
    claimed = await ours.claim(THREAD, 1)
    assert claimed is not None
    async with holdings.hold(claimed.owned, asked=clock()) as old:
        again = await ours.claim(THREAD, await taken_over(redis, ours))
        assert again is not None
        async with holdings.hold(again.owned, asked=clock()) as new:
            with pytest.raises(Lost):
                async with old.until_lost():
                    await asyncio.sleep(1)
            with pytest.raises(Lost):
                await old.check(holdings.half_lease)
            await new.check(holdings.half_lease)


async def test_a_loss_that_two_beats_tell_ends_the_block_once_and_no_beat(redis: Redis) -> None:
    clock, ours, theirs = Clock(), turns(redis, "ours"), turns(redis, "theirs")
    holdings = Holdings(ours, lease=LEASE, now=clock)
    await mentioned(redis, "1.0")
    claimed = await ours.claim(THREAD, 1)
    assert claimed is not None
    assert await theirs.claim(THREAD, await taken_over(redis, theirs)) is not None
    [pulse] = await ours.beat([claimed.owned])
    async with holdings.hold(claimed.owned, asked=clock()) as hold:

        async def works() -> None:
            async with hold.until_lost():
                hold.learn(pulse, clock())
                try:
                    await asyncio.sleep(1)
                finally:
                    hold.learn(pulse, clock())  # the next beat, while the block ends

        with pytest.raises(Lost):
            await works()
