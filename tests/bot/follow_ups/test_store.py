"""Follow-ups, kept in Redis: each change from what was read, each occurrence handed over once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.follow_ups.due_list import DueList
from bot.follow_ups.kept import Kept
from bot.follow_ups.models import FollowUp, Status, When, Why
from bot.follow_ups.store import Added, Changed, FollowUps
from bot.threads import keys
from bot.threads.mailbox import Mailbox
from bot.threads.models import Mail, MailKind, State
from tests.threads.ground import ADA, BEN, THREAD, Stutterer, message, turns

NOW = 1_800_000_000
FOLLOW_UP = FollowUp(
    id="weekly",
    team=THREAD.team,
    channel=THREAD.channel,
    thread_ts=THREAD.root_ts,
    owner=ADA,
    owner_team=THREAD.team,
    prompt="list the overdue issues",
    when=When(cron="0 9 * * 1", zone="Europe/Paris"),
    made_at=NOW - 60,
    due=NOW,
)
RUN = Mail(
    id=FOLLOW_UP.mail_id(NOW), kind=MailKind.DUE, thread=THREAD, principal=ADA, principal_team=THREAD.team, at=1.0
)
BEGUN = replace(FOLLOW_UP, running=NOW, runs=1, due=NOW + 604_800)


@pytest.fixture(params=["each script once", "each script twice"])
async def store(request: pytest.FixtureRequest, redis: Redis, redis_url: str) -> AsyncIterator[FollowUps]:
    if request.param == "each script once":
        yield FollowUps(redis)
        return
    async with Stutterer.from_url(redis_url) as client:
        yield FollowUps(client)


async def add(store: FollowUps, follow_up: FollowUp = FOLLOW_UP, *, person: int = 50, thread: int = 20) -> Added:
    return await store.add(follow_up, most_of_person=person, most_in_thread=thread)


async def kept(store: FollowUps, follow_up: FollowUp = FOLLOW_UP) -> Kept:
    found = await store.get(follow_up.team, follow_up.id)
    assert found is not None
    return found


async def test_it_is_found_by_its_owner_its_thread_and_its_time(store: FollowUps, redis: Redis) -> None:
    assert await add(store) is Added.STORED
    one = await kept(store)
    assert one.follow_up == FOLLOW_UP
    assert await store.of(THREAD.team, ADA) == await store.in_thread(THREAD) == [one]
    assert await store.of(THREAD.team, BEN) == []
    assert await DueList(redis).look(NOW - 1) == ([], NOW)
    assert await DueList(redis).look(NOW) == ([one], None)
    assert [found async for found in store.every()] == [one]


async def test_there_are_no_more_than_a_person_and_a_thread_may_have(store: FollowUps) -> None:
    await add(store)
    assert await add(store, replace(FOLLOW_UP, id="b"), person=1) is Added.FULL_PERSON
    assert await add(store, replace(FOLLOW_UP, id="b", owner=BEN), thread=1) is Added.FULL_THREAD
    assert await add(store, replace(FOLLOW_UP, prompt="something else")) is Added.TAKEN
    assert [one.follow_up.id for one in await store.of(THREAD.team, ADA)] == ["weekly"]


async def test_of_several_that_see_the_same_occurrence_one_hands_it_over(store: FollowUps, redis: Redis) -> None:
    await add(store)
    seen = await kept(store)
    others = replace(BEGUN, due=NOW + 1_209_600)
    assert await store.change(seen, BEGUN, mail=RUN) is Changed.DONE
    assert await store.change(seen, others, mail=replace(RUN, text="again")) is Changed.CHANGED
    assert (await kept(store)).follow_up == BEGUN
    assert await redis.lrange(keys.mailbox(THREAD), 0, -1) == [RUN.dump().encode()]  # type: ignore[misc]  # sync or async
    assert await DueList(redis).look(NOW) == ([], BEGUN.due)


async def test_handing_over_wakes_a_worker_for_a_thread_that_nobody_owns(store: FollowUps, redis: Redis) -> None:
    await add(store)
    await store.change(await kept(store), BEGUN, mail=RUN)
    [job] = await redis.zrange(keys.QUEUE, 0, -1)
    thread, _, generation = job.decode().rpartition(":")
    assert thread == str(THREAD)
    claimed = await turns(redis).claim(THREAD, int(generation))
    assert claimed is not None
    assert claimed.mail == [RUN]
    assert claimed.record["alone"] == ADA


async def test_a_thread_that_is_owned_is_not_woken_again(store: FollowUps, redis: Redis) -> None:
    await Mailbox(redis).accept(message("1.1"))
    owner = turns(redis)
    claimed = await owner.claim(THREAD, 1)
    assert claimed is not None
    await add(store)
    await store.change(await kept(store), BEGUN, mail=RUN)
    record = await owner.record(THREAD)
    assert (record["state"], record["generation"], record["mailed"]) == (State.WORKING.value, "1", "2")


async def test_a_day_has_no_more_runs_than_it_may(store: FollowUps, redis: Redis) -> None:
    await add(store)
    assert await store.change(await kept(store), BEGUN, mail=RUN, day="2027-01-15", most_runs_a_day=1) is Changed.DONE
    again = replace(BEGUN, runs=2)
    run = replace(RUN, id="due:2")
    asked = {"mail": run, "most_runs_a_day": 1}
    assert await store.change(await kept(store), again, day="2027-01-15", **asked) is Changed.TOO_MANY_RUNS  # type: ignore[arg-type]
    assert (await kept(store)).follow_up == BEGUN
    assert await store.change(await kept(store), again, day="2027-01-16", **asked) is Changed.DONE  # type: ignore[arg-type]
    assert await redis.llen(keys.mailbox(THREAD)) == 2  # type: ignore[misc]  # sync or async to mypy


async def test_one_that_ended_is_listed_nowhere_and_forgotten_after_a_while(store: FollowUps, redis: Redis) -> None:
    await add(store)
    await store.change(await kept(store), FOLLOW_UP.ended(Why.PERSON, by=ADA))
    assert await store.of(THREAD.team, ADA) == await store.in_thread(THREAD) == []
    assert await DueList(redis).look(NOW) == ([], None)
    assert (await kept(store)).follow_up.status is Status.ENDED
    assert 0 < await redis.ttl(keys.follow_up(THREAD.team, FOLLOW_UP.id)) <= keys.FOLLOW_UP_KEPT.total_seconds()


async def test_one_that_moves_is_listed_where_it_runs_now(store: FollowUps) -> None:
    await add(store)
    await store.change(await kept(store), replace(FOLLOW_UP, thread_ts=""))
    assert await store.in_thread(THREAD) == []
    assert len(await store.in_channel(THREAD.team, THREAD.channel)) == 1


async def test_nothing_is_promised_where_the_app_was_uninstalled(store: FollowUps, redis: Redis) -> None:
    await add(store)
    await add(store, replace(FOLLOW_UP, team="T2"))
    await store.forget(THREAD.team)
    assert await store.get(THREAD.team, FOLLOW_UP.id) is None
    assert await store.get("T2", FOLLOW_UP.id) is not None
    assert await redis.zcard(keys.FOLLOW_UPS_DUE) == 1
    await store.forget("T2")
    assert await redis.keys("tw:follow-up*") == []


def test_what_a_newer_version_wrote_is_read() -> None:
    text = FOLLOW_UP.dump().replace('"id"', '"colour":"red","id"')
    assert FollowUp.load(text) == FOLLOW_UP


def test_one_in_a_state_that_a_newer_version_knows_does_nothing_here() -> None:
    text = FOLLOW_UP.paused(Why.PERSON).dump()
    napping = FollowUp.load(text.replace('"paused"', '"napping"').replace('"person"', '"tired"'))
    assert (napping.status, napping.why, napping.due) == (Status.PAUSED, None, 0)
    ended = FollowUp.load(FOLLOW_UP.ended(Why.DONE).dump().replace('"done"', '"tired"'))
    assert (ended.status, ended.why) == (Status.ENDED, None)
