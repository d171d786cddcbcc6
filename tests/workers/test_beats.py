"""One beat for all threads of a worker: what it tells, when it is asked for, and what ends with a lost lease."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from bot.threads.changes import Change
from bot.threads.leases import Pulse
from bot.threads.mailbox import Mailbox
from bot.threads.models import Mail, MailKind, ThreadKey
from bot.threads.owned import Claimed, Lost, Owned
from bot.threads.turns import Turns
from tests.workers.test_holdings import LEASE, THREAD, Clock, mentioned, taken_over, turns
from workers import holdings as module
from workers.holdings import Holdings

# ---- the beat -------------------------------------------------------------------------------------------------------


async def held(redis: Redis, ours: Turns) -> Claimed:
    """A thread whose mail was taken by a turn."""
    await mentioned(redis, "1.0")
    claimed = await ours.claim(THREAD, 1)
    assert claimed is not None
    await ours.note(claimed.owned, "turn1", Change(thread={"turn": "turn1"}, take=claimed.mail))
    return claimed


class Counted(Turns):
    """Turns that count how often they were asked, and may be away."""

    beats = 0
    looks = 0
    away = 0

    async def beat(self, owned: Sequence[Owned]) -> list[Pulse]:
        self.beats += 1
        if self.away:
            self.away -= 1
            raise RedisConnectionError("gone")
        return await super().beat(owned)

    async def take_over(self, *, most: int = 50) -> list[ThreadKey]:
        self.looks += 1
        return await super().take_over(most=most)


def counted(redis: Redis) -> Counted:
    return Counted(redis, worker="ours", lease=LEASE, thread_life=timedelta(days=1))


async def test_a_beat_tells_of_new_mail_and_of_a_stop(redis: Redis) -> None:
    ours = turns(redis, "ours")
    holdings = Holdings(ours, lease=LEASE, now=Clock())
    claimed = await held(redis, ours)
    async with holdings.hold(claimed.owned, asked=1000.0) as hold:
        await holdings.beat()
        assert (hold.mail_waits, hold.news.is_set(), hold.stop.is_set()) == (False, False, False)
        await mentioned(redis, "2.0")
        await holdings.beat()
        assert (hold.mail_waits, hold.news.is_set()) == (True, True)
        hold.news.clear()
        await holdings.beat()
        assert not hold.news.is_set()  # told once
        stop = Mail(id="stop:1", kind=MailKind.STOP, thread=THREAD, principal="U2", principal_team="T1")
        await Mailbox(redis).accept(stop)
        await holdings.beat()
        assert (hold.stop.is_set(), hold.stopped_by) == (True, "U2")


async def test_mail_that_came_in_the_place_of_mail_that_went_is_news(redis: Redis) -> None:
    ours = turns(redis, "ours")
    holdings = Holdings(ours, lease=LEASE, now=Clock())
    claimed = await held(redis, ours)
    async with holdings.hold(claimed.owned, asked=1000.0) as hold:
        await mentioned(redis, "2.0")
        await holdings.beat()
        hold.news.clear()
        await ours.note(claimed.owned, "turn1", Change(take=await ours.look(THREAD)))
        await mentioned(redis, "3.0")
        await holdings.beat()
        assert hold.news.is_set()


async def test_a_turn_begins_without_the_stop_of_the_one_before(redis: Redis) -> None:
    ours = turns(redis, "ours")
    holdings = Holdings(ours, lease=LEASE, now=Clock())
    claimed = await held(redis, ours)
    async with holdings.hold(claimed.owned, asked=1000.0) as hold:
        hold.learn(Pulse(lost=False, mail=2, stopped_by="U2"), 1000.0)
        hold.begin_turn(mail=2)
        assert (hold.stop.is_set(), hold.stopped_by, hold.news.is_set()) == (False, None, False)
        hold.learn(Pulse(lost=False, mail=2, stopped_by=None), 1001.0)
        assert not hold.news.is_set()  # what waited already is no news


async def test_a_lease_that_was_lost_ends_what_is_done_under_it(redis: Redis) -> None:
    ours, theirs = turns(redis, "ours"), turns(redis, "theirs")
    holdings = Holdings(ours, lease=LEASE, now=Clock())
    claimed = await held(redis, ours)
    cancelled = False

    async def work() -> None:
        nonlocal cancelled
        try:
            await holdings.beat()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled = True
            raise

    async with holdings.hold(claimed.owned, asked=1000.0) as hold:
        await taken_over(redis, theirs)
        with pytest.raises(Lost):
            async with hold.until_lost():
                await work()
        assert cancelled
        with pytest.raises(Lost):
            async with hold.until_lost():
                pytest.fail("nothing is begun under a lease that was lost")


async def test_a_time_limit_of_the_work_itself_is_no_lost_lease(redis: Redis) -> None:
    ours = turns(redis, "ours")
    claimed = await held(redis, ours)
    async with Holdings(ours, lease=LEASE, now=Clock()).hold(claimed.owned, asked=1000.0) as hold:
        with pytest.raises(TimeoutError):
            async with hold.until_lost():
                raise TimeoutError


async def test_a_thread_that_was_given_up_is_beaten_for_no_more(redis: Redis) -> None:
    ours = turns(redis, "ours")
    holdings = Holdings(ours, lease=LEASE, now=Clock())
    claimed = await held(redis, ours)
    async with holdings.hold(claimed.owned, asked=1000.0) as hold:
        assert holdings.holds == [hold]
    assert holdings.holds == []
    await holdings.beat()
    assert not hold.lost


# ---- slept past half a lease ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("slept", "asks"), [(0, 0), (0.9, 0), (1.0, 0), (1.1, 1), (60, 1)])
async def test_a_worker_asks_once_after_half_a_lease_and_goes_on_if_the_thread_is_its_own(
    redis: Redis, slept: float, asks: int
) -> None:
    clock, ours = Clock(), counted(redis)
    holdings = Holdings(ours, lease=LEASE, now=clock)
    claimed = await held(redis, ours)
    async with holdings.hold(claimed.owned, asked=clock()) as hold:
        clock.now += slept
        await hold.check(holdings.half_lease)
        await hold.check(holdings.half_lease)
        assert ours.beats == asks
        assert not hold.lost


async def test_a_worker_that_falls_asleep_over_the_answer_asks_again(redis: Redis) -> None:
    """What a beat said counts from when it was asked."""
    clock = Clock()

    class Drowsy(Counted):
        async def beat(self, owned: Sequence[Owned]) -> list[Pulse]:
            answer = await super().beat(owned)
            clock.now += 5 if self.beats < 3 else 0
            return answer

    ours = Drowsy(redis, worker="ours", lease=LEASE, thread_life=timedelta(days=1))
    holdings = Holdings(ours, lease=LEASE, now=clock)
    claimed = await held(redis, ours)
    async with holdings.hold(claimed.owned, asked=clock()) as hold:
        clock.now += 5
        await hold.check(holdings.half_lease)
        assert ours.beats == 3


# ---- for as long as the worker lives --------------------------------------------------------------------------------


async def test_a_store_that_is_away_is_waited_for(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT", timedelta(seconds=0.001))
    ours = counted(redis)
    ours.away = 3
    holdings = Holdings(ours, lease=LEASE, now=Clock())
    claimed = await held(redis, ours)
    async with holdings.hold(claimed.owned, asked=1000.0) as hold:
        await mentioned(redis, "2.0")
        beating = asyncio.create_task(holdings.run())
        try:
            async with asyncio.timeout(60):
                await hold.news.wait()
        finally:
            beating.cancel()
            await asyncio.wait([beating])
    assert beating.cancelled()
    assert ours.beats >= 4
    assert ours.looks == pytest.approx(ours.beats - 3, abs=1)


async def test_a_running_worker_takes_over_what_another_lost(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT", timedelta(seconds=0.001))
    await held(redis, turns(redis, "theirs"))
    ours = counted(redis)
    beating = asyncio.create_task(Holdings(ours, lease=LEASE, now=Clock()).run())
    try:
        async with asyncio.timeout(60):
            while not ours.looks:  # noqa: ASYNC110  # the store has no event for it
                await asyncio.sleep(0.001)
            await redis.zadd("tw:leases", {str(THREAD): 0})
            while (await ours.record(THREAD))["state"] != "waiting":  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.001)
    finally:
        beating.cancel()
        await asyncio.wait([beating])
    assert (await ours.record(THREAD))["lost_workers"] == "1"
