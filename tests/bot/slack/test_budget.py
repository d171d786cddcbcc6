"""What a workspace may ask of Slack, shared by all processes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from time import monotonic

import pytest
from redis.asyncio import Redis

from bot.slack.budget import MAX_FLUSH, MIN_FLUSH, RATES, Budget

GO = timedelta()


@pytest.fixture
def budget(redis: Redis) -> Budget:
    return Budget(redis)


async def spend(budget: Budget, method: str) -> tuple[int, timedelta]:
    """Take until there is a wait, on however slow a machine: how often, and that wait."""
    taken = 0
    while (wait := await budget.take("T1", method, "C1")) == GO:
        taken += 1
    return taken, wait


@pytest.mark.parametrize("method", sorted(RATES))
async def test_a_burst_may_go_and_what_follows_waits_its_turn(budget: Budget, method: str) -> None:
    rate, interval, begun = RATES[method], timedelta(milliseconds=RATES[method].interval_ms), monotonic()
    taken, wait = await spend(budget, method)
    came_back = timedelta(seconds=monotonic() - begun) // interval + 1  # while the burst was taken
    assert rate.burst <= taken <= rate.burst + came_back
    assert wait <= interval


async def test_asking_in_vain_takes_nothing(budget: Budget) -> None:
    await spend(budget, "chat.startStream")
    waits = [await budget.take("T1", "chat.startStream", "C1") for _ in range(10)]
    assert all(GO < wait <= timedelta(seconds=3) for wait in waits)
    assert waits == sorted(waits, reverse=True)


async def test_workspaces_and_methods_do_not_share(budget: Budget) -> None:
    await spend(budget, "chat.startStream")
    assert await budget.take("T1", "chat.startStream", "C2") > GO
    assert await budget.take("T2", "chat.startStream", "C1") == GO
    assert await budget.take("T1", "chat.stopStream", "C1") == GO


async def test_posts_are_counted_per_channel(budget: Budget) -> None:
    await spend(budget, "chat.postMessage")
    assert await budget.take("T1", "chat.postMessage", "C2") == GO


async def test_two_processes_share_one_budget(redis: Redis, redis_url: str) -> None:
    async with Redis.from_url(redis_url) as other:
        budgets = [Budget(redis), Budget(other)]
        waits = await asyncio.gather(*(budgets[turn % 2].take("T1", "chat.startStream", "C") for turn in range(30)))
    assert sum(wait == GO for wait in waits) == 20


async def test_slacks_retry_after_holds_everybody_back(budget: Budget) -> None:
    await budget.penalise("T1", "chat.startStream", timedelta(seconds=30))
    wait = await budget.take("T1", "chat.startStream", "C1")
    assert timedelta(seconds=29) < wait <= timedelta(seconds=30)
    await budget.penalise("T1", "chat.startStream", timedelta(seconds=1))  # a shorter one does not shorten it
    assert await budget.take("T1", "chat.startStream", "C1") > timedelta(seconds=28)


async def test_after_the_wait_it_goes_on(budget: Budget) -> None:
    await budget.penalise("T1", "chat.appendStream", timedelta(milliseconds=30))
    await asyncio.sleep((await budget.take("T1", "chat.appendStream", "C1")).total_seconds())
    assert await budget.take("T1", "chat.appendStream", "C1") == GO


async def test_streams_flush_less_often_the_more_of_the_budget_is_used(budget: Budget) -> None:
    assert await budget.flush_interval("T1") == MIN_FLUSH
    await budget.take("T1", "chat.appendStream", "C1")
    at_first = await budget.flush_interval("T1")
    await spend(budget, "chat.appendStream")
    assert at_first < 2 * MIN_FLUSH
    assert 4 * MIN_FLUSH < await budget.flush_interval("T1") <= MAX_FLUSH


async def test_what_has_no_limit_of_its_own_is_free_and_writes_nothing(budget: Budget, redis: Redis) -> None:
    assert await budget.take("T1", "users.info", "") == GO
    await budget.penalise("T1", "users.info", timedelta(seconds=9))
    assert await redis.dbsize() == 0


async def test_no_bucket_outlives_its_use(budget: Budget, redis: Redis) -> None:
    await budget.take("T1", "chat.postMessage", "C1")
    await budget.penalise("T1", "chat.startStream", timedelta(seconds=30))
    keys = [key async for key in redis.scan_iter()]
    assert len(keys) == 2
    for key in keys:
        assert 0 < await redis.pttl(key) <= 100_000
