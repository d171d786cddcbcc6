"""A deadline ends what takes too long, and nothing else."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.deadlines import deadlines

SOON = timedelta(seconds=0.01)
LONG = timedelta(seconds=60)


async def test_what_takes_too_long_ends_with_a_time_out() -> None:
    async with deadlines() as limits:
        with pytest.raises(TimeoutError), limits.within(SOON):
            await asyncio.Event().wait()
        await asyncio.sleep(0)  # the task goes on as if it had never been cancelled
        current = asyncio.current_task()
        assert current is not None
        assert not current.cancelling()


async def test_what_is_quick_is_left_alone() -> None:
    async with deadlines() as limits:
        with limits.within(LONG):
            await asyncio.sleep(0)
        with pytest.raises(ZeroDivisionError), limits.within(LONG):
            _ = 1 / 0


async def test_of_two_deadlines_the_nearer_one_counts() -> None:
    async with deadlines() as limits:
        with pytest.raises(TimeoutError), limits.within(SOON), limits.within(LONG):
            await asyncio.Event().wait()
        with pytest.raises(TimeoutError), limits.within(LONG), limits.within(SOON):
            await asyncio.Event().wait()


async def test_a_cancellation_from_outside_stays_one() -> None:
    async with deadlines() as limits:
        waiting = asyncio.Event()

        async def work() -> None:
            with limits.within(LONG):
                waiting.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(work())
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
