"""What a worker left behind is found by any other; what is merely late is left alone."""

from __future__ import annotations

import time

import pytest
from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.models import ThreadKey
from bot.threads.turns import Turns
from tests.threads.ground import (
    OTHER,
    OVER,
    THREAD,
    TURN,
    begun,
    claimed,
    contents,
    field,
    generation,
    heard,
    message,
    run_out,
    someone_looked,
    turns,
    waiting,
)

MANY = 60  # more than one look takes over


async def test_the_open_turn_of_a_dead_worker_is_nudged_and_the_worker_counted(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    await begun(redis, turns(redis, "dead"))
    await run_out(redis, THREAD)
    other = turns(redis, "worker-2")
    assert await other.take_over() == [THREAD]
    record = await other.record(THREAD)
    assert (record["state"], record["generation"], record["lost_workers"]) == ("waiting", "2", "1")
    assert "worker" not in record
    assert await redis.zrange(keys.QUEUE, 0, -1) == [f"{THREAD}:2".encode()]
    assert not await redis.exists(f"{keys.JOB_PREFIX}{THREAD}:1")
    found = await claimed(redis, other)
    assert (found.turn_id, found.mail) == (TURN, [])


async def test_each_worker_that_a_turn_costs_is_counted(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    await begun(redis, turns(redis))
    for number in (1, 2, 3):
        await run_out(redis, THREAD)
        await owner.take_over()
        assert await field(redis, THREAD, "lost_workers") == str(number)
        assert await generation(redis) == number + 1
        await claimed(redis, owner)


async def test_a_worker_that_died_before_its_turn_began_is_not_counted(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    await claimed(redis, turns(redis, "dead"))
    await run_out(redis, THREAD)
    assert await turns(redis).take_over() == [THREAD]
    assert await field(redis, THREAD, "lost_workers") is None
    assert await waiting(redis) == [message("1.0").id]


async def test_a_lease_that_runs_is_left_alone(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    await begun(redis, turns(redis))
    await someone_looked(redis)
    before = await contents(redis, but=[keys.TAKEN_OVER_AT])
    assert await owner.take_over() == []
    assert await contents(redis, but=[keys.TAKEN_OVER_AT]) == before


# ---- nudges that nobody answered ------------------------------------------------------------------------------------


async def test_a_nudge_that_is_still_queued_is_left_in_the_queue(redis: Redis, owner: Turns) -> None:
    """All workers are busy: another nudge would only be one more."""
    await heard(redis, message("1.0"))
    await run_out(redis, THREAD)
    before = await contents(redis, but=[keys.LEASES, keys.TAKEN_OVER_AT])
    assert await owner.take_over() == []
    assert await contents(redis, but=[keys.LEASES, keys.TAKEN_OVER_AT]) == before
    again = await redis.zscore(keys.LEASES, str(THREAD))
    assert again is not None
    assert again > time.time() * 1000


async def test_a_nudge_whose_worker_died_before_the_claim_is_sent_anew(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    await redis.set(f"{keys.IN_PROGRESS_PREFIX}{THREAD}:1", "dead")
    await run_out(redis, THREAD)
    assert await turns(redis).take_over() == [THREAD]
    assert await redis.zrange(keys.QUEUE, 0, -1) == [f"{THREAD}:2".encode()]


async def test_a_nudge_whose_job_is_gone_is_sent_anew(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    await redis.delete(f"{keys.JOB_PREFIX}{THREAD}:1")
    await run_out(redis, THREAD)
    assert await turns(redis).take_over() == [THREAD]
    assert (await claimed(redis, turns(redis))).mail == [message("1.0")]


async def test_an_open_turn_that_was_given_back_and_not_taken_up_costs_no_worker(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    owner = turns(redis)
    await owner.give_back((await begun(redis, owner)).owned)
    await redis.delete(f"{keys.JOB_PREFIX}{THREAD}:2")
    await run_out(redis, THREAD)
    assert await owner.take_over() == [THREAD]
    assert await field(redis, THREAD, "lost_workers") is None


@pytest.mark.parametrize("state", [None, "idle", "asking"])
async def test_a_lease_of_a_thread_that_nobody_must_look_at_is_cleared_away(redis: Redis, state: str | None) -> None:
    if state:
        await redis.hset(keys.thread(THREAD), mapping={"state": state, "generation": "1"})  # type: ignore[misc]  # sync or async to mypy
    await run_out(redis, THREAD)
    assert await turns(redis).take_over() == []
    assert await redis.zcard(keys.LEASES) == 0
    assert await redis.zcard(keys.QUEUE) == 0


# ---- when nobody looked ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("looked", [None, 5])
async def test_after_a_time_in_which_nobody_looked_living_workers_may_beat_first(
    redis: Redis, looked: int | None
) -> None:
    """Redis was away, and the leases ran out while their owners could not reach it."""
    await heard(redis, message("1.0"))
    alive = turns(redis, "alive")
    found = await begun(redis, alive)
    await redis.zadd(keys.LEASES, {str(THREAD): 1})
    if looked:
        await redis.set(keys.TAKEN_OVER_AT, int((time.time() - looked) * 1000))
    other = turns(redis, "worker-2")
    assert await other.take_over() == []
    assert await other.take_over() == []
    [pulse] = await alive.beat([found.owned])
    assert not pulse.lost
    assert await generation(redis) == 1


async def test_who_does_not_beat_in_that_time_is_taken_over(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    await begun(redis, turns(redis, "dead"))
    await redis.zadd(keys.LEASES, {str(THREAD): 1})
    other = turns(redis, "worker-2")
    await other.take_over()
    until = await redis.zscore(keys.LEASES, str(THREAD))
    assert until is not None
    assert 0 < until / 1000 - time.time() <= 2
    await redis.zadd(keys.LEASES, {str(THREAD): 1})
    assert await other.take_over() == [THREAD]


async def many_begun(redis: Redis, owner: Turns) -> list[ThreadKey]:
    threads = [ThreadKey("T1", "C1", f"{number}.0") for number in range(MANY)]
    for thread in threads:
        await heard(redis, message(f"1{thread.root_ts}", thread=thread))
        await begun(redis, owner, thread, f"turn-{thread.root_ts}")
    await redis.zadd(keys.LEASES, {str(thread): 1 for thread in threads})
    return threads


async def test_many_are_taken_over_a_few_at_a_time(redis: Redis) -> None:
    threads = await many_begun(redis, turns(redis, "dead"))
    await someone_looked(redis)
    other = turns(redis)
    first, second = await other.take_over(), await other.take_over()
    assert (len(first), len(second)) == (50, MANY - 50)
    assert {*first, *second} == set(threads)


async def test_after_a_time_in_which_nobody_looked_all_living_workers_may_beat_first(redis: Redis) -> None:
    await many_begun(redis, turns(redis, "alive"))
    other = turns(redis, "worker-2")
    assert await other.take_over() == []
    assert await other.take_over() == []


async def test_that_somebody_looked_is_known_for_a_minute(redis: Redis) -> None:
    await turns(redis).take_over()
    assert 0 < await redis.ttl(keys.TAKEN_OVER_AT) <= 60


# ---- mail that nobody owns ------------------------------------------------------------------------------------------


async def orphaned(redis: Redis, thread: ThreadKey = THREAD) -> None:
    """As a restored backup leaves it: mail, and no trace of a nudge."""
    await redis.rpush(keys.mailbox(thread), message("1.0", thread=thread).dump())  # type: ignore[misc]  # as above


async def test_the_sweep_nudges_for_mail_that_nobody_owns(redis: Redis, owner: Turns) -> None:
    await orphaned(redis)
    await orphaned(redis, OTHER)
    await owner.sweep()
    assert {job.decode() for job in await redis.zrange(keys.QUEUE, 0, -1)} == {f"{THREAD}:1", f"{OTHER}:1"}
    assert (await claimed(redis, owner)).mail == [message("1.0")]


async def test_the_sweep_says_how_much_it_found_and_finds_it_once(redis: Redis) -> None:
    await orphaned(redis)
    await redis.hset(keys.thread(THREAD), mapping={"state": "idle", "generation": "4"})  # type: ignore[misc]  # as above
    assert await turns(redis).sweep() == 1
    assert await turns(redis).sweep() == 0
    assert await generation(redis) == 5


@pytest.mark.parametrize("state", ["waiting", "working", "stopping", "asking"])
async def test_the_sweep_leaves_mail_alone_that_somebody_answers_for(redis: Redis, owner: Turns, state: str) -> None:
    await orphaned(redis)
    await redis.hset(keys.thread(THREAD), mapping={"state": state, "generation": "4"})  # type: ignore[misc]  # as above
    before = await contents(redis)
    assert await owner.sweep() == 0
    assert await contents(redis) == before


async def test_a_sweep_of_nothing_finds_nothing(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    await owner.finish((await begun(redis, owner)).owned, TURN, OVER)
    assert await owner.sweep() == 0


async def test_a_thread_that_the_sweep_found_has_a_lifetime(redis: Redis, owner: Turns) -> None:
    await orphaned(redis)
    await owner.sweep()
    assert await redis.ttl(keys.thread(THREAD)) > 0
