"""Several workers look for due follow-ups at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from redis.asyncio import Redis

from bot.clock import Clock
from bot.follow_ups.due_list import DueList
from bot.follow_ups.store import FollowUps
from bot.threads import keys
from tests.workers.follow_ups.test_due import HOURLY, NOW, ONCE
from workers.follow_ups import tick


def services_of(redis: Redis) -> Any:
    settings = SimpleNamespace(
        follow_up_window=timedelta(hours=1), follow_up_runs_a_day=100, follow_up_clock=Clock(), follow_up_interval=None
    )
    return SimpleNamespace(
        follow_ups=FollowUps(redis),
        due_list=DueList(redis),
        calendar=lambda: NOW + 1.0,
        now=lambda: NOW + 1.0,
        settings=settings,
    )


async def test_one_that_another_worker_handed_over_since_it_was_seen_is_left_alone(redis: Redis) -> None:
    """Its place in the list of due ones is read first, what it is a moment later."""
    services = services_of(redis)
    for one in (replace(HOURLY, thread_ts="1.0"), replace(ONCE, id="once", thread_ts="2.0")):
        await services.follow_ups.add(one, most_of_person=9, most_in_thread=9)
        for _ in range(2):
            kept = await services.follow_ups.get(one.team, one.id)
            assert kept is not None
            await tick.hand_over(services, kept)
        kept = await services.follow_ups.get(one.team, one.id)
        assert kept is not None
        assert (kept.follow_up.running, kept.follow_up.runs, kept.follow_up.missed) == (NOW, 1, 0)
    mailboxes = await redis.keys("tw:mail:*")
    assert len(mailboxes) == 2
    assert [await redis.llen(mailbox) for mailbox in mailboxes] == [1, 1]  # type: ignore[misc]  # sync or async


async def test_a_look_says_when_there_is_something_to_do_again(redis: Redis) -> None:
    services = services_of(redis)
    assert await tick.look(services) == tick.LOOK.total_seconds()
    await services.follow_ups.add(replace(HOURLY, due=NOW + 1.2), most_of_person=9, most_in_thread=9)  # type: ignore[arg-type]
    assert 0.15 < await tick.look(services) < 0.25
    assert await redis.exists(keys.QUEUE) == 0


async def test_one_that_cannot_be_handed_over_is_looked_at_once_and_keeps_no_other_from_its_time(redis: Redis) -> None:
    services = services_of(redis)
    nowhere = replace(HOURLY, id="nowhere", thread_ts="1.0", when=replace(HOURLY.when, zone="Nowhere/At_all"))
    await services.follow_ups.add(nowhere, most_of_person=9, most_in_thread=9)
    await services.follow_ups.add(replace(HOURLY, thread_ts="2.0"), most_of_person=9, most_in_thread=9)
    await tick.look(services)
    assert await services.due_list.look(NOW + 1.0) == ([], NOW + 3_600)
    kept = await services.follow_ups.get(HOURLY.team, HOURLY.id)
    assert kept is not None
    assert kept.follow_up.running == NOW
