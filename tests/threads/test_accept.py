"""Mail is stored and a worker nudged in one step; the same mail twice is stored once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from arq.jobs import deserialize_job_raw
from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.mailbox import Mailbox
from bot.threads.models import SAID, Accepted, Mail, MailKind, ThreadKey
from tests.threads.ground import (
    ADA,
    BEN,
    OTHER,
    OVER,
    THREAD,
    THREAD_LIFE,
    Stutterer,
    begun,
    claimed,
    contents,
    field,
    generation,
    heard,
    mail,
    message,
    stop,
    turns,
    waiting,
)


async def test_mail_is_stored_as_it_came_and_its_thread_waits_for_a_worker(redis: Redis) -> None:
    sent = message("1.0", text="what broke? «é»")
    assert await Mailbox(redis).accept(sent) is Accepted.STORED
    assert await turns(redis).look(THREAD) == [sent]
    record = await turns(redis).record(THREAD)
    assert record == {"state": "waiting", "generation": "1", "alone": ADA, "mailed": "1"}


async def test_mail_waits_in_the_order_it_came(redis: Redis) -> None:
    mails = [message("3.0"), message("1.0", by=BEN), message("2.0")]
    await heard(redis, *mails)
    assert await turns(redis).look(THREAD) == mails


async def test_a_repeat_changes_nothing(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    before = await contents(redis)
    assert await Mailbox(redis).accept(message("1.0")) is Accepted.REPEAT
    assert await contents(redis) == before


async def test_a_repeat_of_mail_that_was_answered_long_ago_changes_nothing(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    owner = turns(redis)
    found = await begun(redis, owner)
    assert await owner.finish(found.owned, "turn1", OVER) == []
    before = await contents(redis)
    assert await Mailbox(redis).accept(message("1.0")) is Accepted.REPEAT
    assert await contents(redis) == before


async def test_mail_whose_answer_was_lost_on_the_way_is_stored_once(redis: Redis, redis_url: str) -> None:
    async with Stutterer.from_url(redis_url) as client:
        await Mailbox(client).accept(message("1.0"))
    assert await waiting(redis) == [message("1.0").id]
    assert await generation(redis) == 1
    assert await redis.zcard(keys.QUEUE) == 1


# ---- nudges ---------------------------------------------------------------------------------------------------------


async def test_a_nudge_is_a_job_as_arq_reads_it(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    [(job, due)] = await redis.zrange(keys.QUEUE, 0, -1, withscores=True)
    assert job.decode() == f"{THREAD}:1"
    body = await redis.get(keys.JOB_PREFIX + job.decode())
    name, args, kwargs, job_try, enqueued = deserialize_job_raw(body, deserializer=json.loads)
    assert name == "look"
    assert list(args) == [str(THREAD), 1]
    assert kwargs == {}
    assert not job_try
    assert enqueued == due
    assert all(type(number) is int for number in (args[1], enqueued))
    assert await redis.lrange(keys.WAKE, 0, -1) == [b"1"]  # type: ignore[misc]  # sync or async to mypy


async def test_a_thread_that_waits_or_is_worked_for_is_not_woken_again(redis: Redis) -> None:
    await heard(redis, message("1.0"), message("2.0"))
    await claimed(redis, turns(redis))
    await heard(redis, message("3.0"))
    assert await redis.zrange(keys.QUEUE, 0, -1) == [f"{THREAD}:1".encode()]
    assert await generation(redis) == 1


async def test_a_thread_that_is_stopping_is_not_woken(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    await claimed(redis, turns(redis))
    await redis.hset(keys.thread(THREAD), "state", "stopping")  # type: ignore[misc]  # as above
    await heard(redis, message("2.0"))
    assert await generation(redis) == 1


@pytest.mark.parametrize("state", ["idle", "asking"])
async def test_a_thread_that_nobody_works_for_is_woken_once(redis: Redis, state: str) -> None:
    await redis.hset(keys.thread(THREAD), mapping={"state": state, "generation": "6", "worker": "gone"})  # type: ignore[misc]  # as above
    await heard(redis, message("1.0"), message("2.0"))
    assert await redis.zrange(keys.QUEUE, 0, -1) == [f"{THREAD}:7".encode()]
    assert await field(redis, THREAD, "state") == "waiting"
    assert await field(redis, THREAD, "worker") is None


async def test_each_thread_has_its_own_nudge(redis: Redis) -> None:
    await heard(redis, message("1.0"), message("2.0", thread=OTHER))
    assert {job.decode() for job in await redis.zrange(keys.QUEUE, 0, -1)} == {f"{THREAD}:1", f"{OTHER}:1"}


async def test_wake_tokens_do_not_pile_up_while_no_worker_runs(redis: Redis) -> None:
    for number in range(70):
        thread = type(THREAD)("T1", "C1", f"{number}.0")
        await heard(redis, message(f"{number}.0", thread=thread))
    assert await redis.zcard(keys.QUEUE) == 70
    assert await redis.llen(keys.WAKE) == 64  # type: ignore[misc]  # as above


# ---- a full mailbox -------------------------------------------------------------------------------------------------


async def test_a_full_mailbox_takes_no_more_messages_and_refuses_each_once(redis: Redis) -> None:
    """A mention comes as two events: the second must neither be told again nor be taken when there is room by then."""
    mailbox = Mailbox(redis, limit=2)
    await heard(redis, message("1.0"), message("2.0"), limit=2)
    before = await contents(redis)
    assert await mailbox.accept(message("3.0")) is Accepted.FULL
    assert await mailbox.accept(message("3.0")) is Accepted.REPEAT
    refused = keys.seen(message("3.0").id)
    assert 0 < await redis.pttl(refused) <= 60_000
    await redis.delete(refused)
    assert await contents(redis) == before
    await begun(redis, turns(redis))
    assert await mailbox.accept(message("4.0")) is Accepted.STORED


async def test_a_repeat_is_a_repeat_also_in_a_full_mailbox(redis: Redis) -> None:
    await heard(redis, message("1.0"), limit=1)
    assert await Mailbox(redis, limit=1).accept(message("1.0")) is Accepted.REPEAT


@pytest.mark.parametrize("kind", [kind for kind in MailKind if kind not in SAID])
async def test_a_full_mailbox_still_takes_what_people_decide(redis: Redis, kind: MailKind) -> None:
    await heard(redis, message("1.0"), limit=1)
    assert await Mailbox(redis, limit=1).accept(mail(kind, "decided:1", turn="turn1")) is Accepted.STORED
    assert await waiting(redis) == [message("1.0").id, "decided:1"]


@pytest.mark.parametrize("kind", sorted(SAID))
async def test_a_full_mailbox_takes_nothing_more_of_what_people_write(redis: Redis, kind: MailKind) -> None:
    await heard(redis, message("1.0"), limit=1)
    assert await Mailbox(redis, limit=1).accept(mail(kind, "written:1")) is Accepted.FULL


@pytest.mark.parametrize("kind", sorted(SAID - {MailKind.MESSAGE}))
async def test_who_changes_an_agent_joins_the_thread_as_who_writes(redis: Redis, kind: MailKind) -> None:
    await heard(redis, message("1.0"))
    await Mailbox(redis).accept(mail(kind, "written:1", by="U2"))
    assert await redis.hget(keys.thread(THREAD), "alone") == b""  # type: ignore[misc]  # sync or async to mypy


# ---- errands --------------------------------------------------------------------------------------------------------


async def test_an_errand_is_woken_as_a_thread_and_is_none(redis: Redis) -> None:
    errand = ThreadKey.errand("T1", "C1", "1.2.trigger")
    asked = Mail(id=f"cmd:{errand}", kind=MailKind.OPEN, thread=errand, principal="U1", principal_team="T1")
    assert await Mailbox(redis).accept(asked) is Accepted.STORED
    assert await Mailbox(redis).accept(asked) is Accepted.REPEAT
    assert await redis.hget(keys.thread(errand), "state") == b"waiting"  # type: ignore[misc]  # as above
    assert not await redis.hexists(keys.thread(errand), "alone")  # type: ignore[misc]  # as above
    assert 0 < await redis.ttl(keys.seen(asked.id)) <= keys.ERRAND_FOR.total_seconds()


# ---- stop -----------------------------------------------------------------------------------------------------------


async def test_a_stop_is_flagged_for_the_turn_that_runs_and_wakes_nobody(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    await begun(redis, turns(redis))
    await heard(redis, stop(by=BEN))
    assert await field(redis, THREAD, "stop") == BEN
    assert await waiting(redis) == ["stop:1"]
    assert await generation(redis) == 1


@pytest.mark.parametrize("ended", [True, False])
async def test_a_stop_where_nothing_runs_flags_nothing(redis: Redis, ended: bool) -> None:
    if ended:
        await heard(redis, message("1.0"))
        owner = turns(redis)
        await owner.finish((await begun(redis, owner)).owned, "turn1", OVER)
    await heard(redis, stop())
    assert await field(redis, THREAD, "stop") is None
    assert await waiting(redis) == ["stop:1"]


# ---- lifetimes ------------------------------------------------------------------------------------------------------


async def test_everything_that_is_written_has_its_lifetime_or_is_durable(redis: Redis) -> None:
    await heard(redis, message("1.0"), stop())
    lives = {
        keys.seen(message("1.0").id): keys.SEEN_FOR,
        keys.seen("stop:1"): keys.SEEN_FOR,
        keys.thread(THREAD): THREAD_LIFE,
        f"{keys.JOB_PREFIX}{THREAD}:1": keys.JOB_FOR,
    }
    durable = {keys.mailbox(THREAD), keys.LEASES, keys.QUEUE, keys.WAKE}
    assert (await contents(redis)).keys() == lives.keys() | durable
    for key, life in lives.items():
        assert life - timedelta(seconds=5) < timedelta(seconds=await redis.ttl(key)) <= life, key
    for key in durable:
        assert await redis.ttl(key) == -1, key


async def test_a_thread_lives_on_from_its_last_mail(redis: Redis) -> None:
    await heard(redis, message("1.0"), thread_life=timedelta(minutes=1))
    await heard(redis, message("2.0"), thread_life=timedelta(minutes=5))
    assert await redis.ttl(keys.thread(THREAD)) > 60
