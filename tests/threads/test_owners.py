"""One owner per thread: who may claim it, and how it is handed on."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.changes import Change
from bot.threads.defaults import Chosen, Defaults
from bot.threads.models import State
from bot.threads.owned import Lost
from bot.threads.turns import Turns
from tests.threads.ground import (
    ADA,
    LEASE,
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
    turns,
    waiting,
)


async def test_a_claim_shows_the_record_and_all_mail_and_lends_the_thread_for_a_lease(
    redis: Redis, owner: Turns
) -> None:
    mails = [message("1.0"), message("2.0")]
    await heard(redis, *mails)
    before = time.time()
    found = await claimed(redis, owner)
    assert found.mail == mails
    assert found.record == await owner.record(THREAD)
    assert (found.record["state"], found.record["worker"]) == (State.WORKING, "worker-1")
    assert (found.turn_id, found.journal) == (None, {})
    lent = await redis.zscore(keys.LEASES, str(THREAD))
    assert lent is not None
    assert lent / 1000 - before == pytest.approx(LEASE.total_seconds(), abs=2)
    assert await waiting(redis) == [one.id for one in mails]  # claiming takes nothing


async def test_a_claim_shows_who_was_chosen_for_the_channel(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    defaults, friend = Defaults(redis), Chosen(agent="friend", by=ADA, at=1.0)
    await defaults.choose("T1", "C1", friend)
    await defaults.choose("T1", "C2", Chosen(agent="stranger", by=ADA, at=1.0))
    found = await claimed(redis, owner)
    assert found.chosen == friend
    await defaults.take_back("T1", "C1")
    assert (await owner.again(found.owned, found.mail)).chosen is None


async def test_a_claim_shows_the_journal_of_the_turn_that_was_left_open(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    gone = turns(redis, "gone")
    await begun(redis, gone)
    await run_out(redis, THREAD)
    await gone.take_over()
    found = await claimed(redis, owner)
    assert found.turn_id == TURN
    assert found.journal == {"began": "1"}
    assert found.mail == []


async def test_only_the_newest_nudge_can_claim(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    first = await claimed(redis, turns(redis))
    await turns(redis).give_back(first.owned)
    before = await contents(redis)
    for old in (0, 1, 3):
        assert await owner.claim(THREAD, old) is None
    assert await contents(redis) == before
    assert await owner.claim(THREAD, 2) is not None


async def test_a_thread_is_claimed_by_one_worker_only(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    assert await owner.claim(THREAD, 1) is not None
    before = await contents(redis)
    assert await turns(redis, "worker-2").claim(THREAD, 1) is None
    assert await contents(redis) == before


async def test_a_worker_whose_claim_was_answered_into_the_void_gets_the_same_again(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    owner = turns(redis)
    assert await owner.claim(THREAD, 1) == await owner.claim(THREAD, 1)


async def test_a_nudge_for_a_thread_that_was_done_already_claims_nothing(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, turns(redis))
    await turns(redis).finish(found.owned, TURN, OVER)
    before = await contents(redis)
    assert await owner.claim(THREAD, 1) is None
    assert await owner.claim(OTHER, 1) is None
    assert await contents(redis) == before


async def test_a_worker_that_kept_its_thread_finds_its_record_and_journal_again(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    owner = turns(redis)
    found = await begun(redis, owner)
    await heard(redis, message("2.0"))
    mail = await owner.look(THREAD)
    again = await owner.again(found.owned, mail)
    assert (again.owned, again.mail, again.turn_id, again.journal) == (found.owned, mail, TURN, {"began": "1"})
    left = await owner.finish(found.owned, TURN, OVER)
    assert (await owner.again(found.owned, left)).journal == {}


# ---- handing on -----------------------------------------------------------------------------------------------------


async def test_a_thread_that_is_given_back_is_nudged_at_once_and_costs_no_worker(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    owner = turns(redis)
    found = await begun(redis, owner)
    await redis.delete(keys.WAKE)
    await owner.give_back(found.owned)
    record = await owner.record(THREAD)
    assert (record["state"], record["generation"]) == ("waiting", "2")
    assert "worker" not in record
    assert "lost_workers" not in record
    assert await redis.zscore(keys.QUEUE, f"{THREAD}:2") is not None
    assert await redis.llen(keys.WAKE) == 1  # type: ignore[misc]  # sync or async to mypy
    next_owner = await claimed(redis, turns(redis, "worker-2"))
    assert next_owner.turn_id == TURN


async def test_a_thread_is_given_back_once_and_the_repeat_says_it_is_lost(redis: Redis) -> None:
    await heard(redis, message("1.0"))
    owner = turns(redis)
    found = await begun(redis, owner)
    await owner.give_back(found.owned)
    before = await contents(redis)
    with pytest.raises(Lost):
        await owner.give_back(found.owned)
    assert await contents(redis) == before


# ---- the fence ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", ["note", "finish", "park", "give_back"])
async def test_a_worker_that_lost_its_thread_changes_nothing(redis: Redis, owner: Turns, write: str) -> None:
    await heard(redis, message("1.0"), message("2.0"))
    asleep = await claimed(redis, owner)
    await run_out(redis, THREAD)
    await turns(redis).take_over()
    await begun(redis, turns(redis, "worker-2"))
    await heard(redis, message("3.0"))
    before = await contents(redis)
    change = Change(
        journal={"said": "too late"}, forget=["began"], thread={"turn": "mine"}, unset=["stop"], take=[message("3.0")]
    )
    writes: dict[str, Callable[[], Awaitable[object]]] = {
        "note": lambda: owner.note(asleep.owned, TURN, change),
        "finish": lambda: owner.finish(asleep.owned, TURN, change, dead_letter="{}"),
        "park": lambda: owner.park(asleep.owned, TURN, change, seen=(), deadline=datetime.now(UTC)),
        "give_back": lambda: owner.give_back(asleep.owned),
    }
    with pytest.raises(Lost):
        await writes[write]()
    assert await contents(redis) == before


async def test_a_thread_that_was_lost_is_lost_also_while_nobody_has_claimed_it_yet(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    asleep = await claimed(redis, owner)
    await run_out(redis, THREAD)
    await turns(redis).take_over()
    with pytest.raises(Lost):
        await owner.note(asleep.owned, TURN, Change(journal={"said": "too late"}))
    assert await generation(redis) == 2
    assert await field(redis, THREAD, "state") == "waiting"
