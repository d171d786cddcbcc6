"""A turn's writes: its journal, the thread record and the mail it has dealt with change together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.changes import Change
from bot.threads.models import Mail, MailKind
from bot.threads.turns import Turns
from tests.threads.ground import (
    ADA,
    BEN,
    OTHER,
    OVER,
    THREAD,
    THREAD_LIFE,
    TURN,
    begun,
    claimed,
    contents,
    field,
    generation,
    heard,
    mail,
    message,
    stop,
    waiting,
)

JOURNAL = keys.turn(THREAD.team, TURN)
KEPT = keys.ended(THREAD.team, TURN)
WEEK = timedelta(days=7)


async def test_a_note_writes_journal_record_and_mail_in_one(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"), message("2.0"), message("3.0"))
    found = await claimed(redis, owner)
    await owner.note(found.owned, TURN, Change(journal={"a": "1", "b": "2"}, thread={"x": "1", "y": "2"}))
    change = Change(
        journal={"b": "é “two”", "c": ""}, forget=["a"], thread={"z": "3"}, unset=["x"], take=found.mail[::2]
    )
    await owner.note(found.owned, TURN, change)
    assert await owner.journal(THREAD.team, TURN) == {"b": "é “two”", "c": ""}
    record = await owner.record(THREAD)
    assert (record["y"], record["z"]) == ("2", "3")
    assert "x" not in record
    assert await waiting(redis) == [message("2.0").id]


async def test_a_note_of_nothing_changes_nothing(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    before = await contents(redis)
    await owner.note(found.owned, TURN, Change())
    assert await contents(redis) == before


async def test_taking_mail_that_was_taken_already_takes_nothing_else(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    await heard(redis, message("2.0"), message("1.00"))
    await owner.note(found.owned, TURN, Change(take=found.mail))
    assert await waiting(redis) == [message("2.0").id, message("1.00").id]


async def test_mail_is_taken_by_its_id_whatever_else_it_says(redis: Redis, owner: Turns) -> None:
    """A message that is tried again travels under another text than the one that waits."""
    await heard(redis, message("1.0", text="as it was sent"))
    found = await claimed(redis, owner)
    await owner.note(found.owned, TURN, Change(take=[message("1.0", text="as it is asked again")]))
    assert await waiting(redis) == []


async def test_an_open_journal_lives_far_longer_than_it_is_of_use(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    assert await redis.ttl(JOURNAL) > (keys.OPEN_TURN_FOR - timedelta(minutes=1)).total_seconds()
    await owner.note(found.owned, TURN, Change(journal={"more": "1"}))
    assert await redis.ttl(JOURNAL) > 0  # a write that names no lifetime leaves the one there is


# ---- the end --------------------------------------------------------------------------------------------------------


async def test_the_end_of_a_turn_gives_the_thread_up(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    assert await owner.finish(found.owned, TURN, OVER) == []
    record = await owner.record(THREAD)
    assert record == {"state": "idle", "generation": "1", "alone": ADA, "mailed": "1"}
    assert await redis.zscore(keys.LEASES, str(THREAD)) is None
    assert await redis.ttl(keys.thread(THREAD)) == pytest.approx(THREAD_LIFE.total_seconds(), abs=5)


async def test_of_an_ended_turn_one_small_string_is_kept_for_a_while(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    await owner.finish(found.owned, TURN, Change(journal={"said": "words"}, ended={"ended": "é"}, life=WEEK))
    assert not await redis.exists(JOURNAL)
    assert await redis.type(KEPT) == b"string"
    assert await redis.ttl(KEPT) == pytest.approx(WEEK.total_seconds(), abs=5)
    assert await owner.journal(THREAD.team, TURN) == {"ended": "é"}


async def test_a_turn_that_may_be_tried_again_keeps_its_journal_for_a_while(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    await owner.finish(found.owned, TURN, Change(journal={"ended": "failed"}, life=WEEK))
    assert await owner.journal(THREAD.team, TURN) == {"began": "1", "ended": "failed"}
    assert await redis.ttl(JOURNAL) == pytest.approx(WEEK.total_seconds(), abs=5)
    assert not await redis.exists(KEPT)


async def test_of_a_turn_that_never_was_nothing_is_known(redis: Redis, owner: Turns) -> None:
    assert await owner.journal(THREAD.team, "never") == {}
    assert await owner.record(OTHER) == {}


async def test_mail_that_came_before_the_end_keeps_the_thread_with_its_owner(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    late = [message("2.0"), stop(by=BEN)]
    await heard(redis, *late)
    assert await owner.finish(found.owned, TURN, OVER) == late
    record = await owner.record(THREAD)
    assert record == {"state": "working", "generation": "1", "alone": ADA, "worker": "worker-1", "mailed": "3"}
    assert await owner.journal(THREAD.team, TURN) == {"ended": "answered"}
    [pulse] = await owner.beat([found.owned])
    assert not pulse.lost
    assert await redis.zcard(keys.QUEUE) == 1  # nobody else was nudged
    assert await waiting(redis) == [one.id for one in late]


async def test_mail_that_comes_after_the_end_wakes_a_worker(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    await owner.finish((await begun(redis, owner)).owned, TURN, OVER)
    await heard(redis, message("2.0"))
    assert await generation(redis) == 2
    assert (await claimed(redis, owner)).mail == [message("2.0")]


async def test_a_stop_ends_with_its_turn(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    await heard(redis, stop())
    assert await owner.finish(found.owned, TURN, Change(take=[stop()])) == []
    assert await field(redis, THREAD, "stop") is None


async def test_the_next_turn_of_a_thread_that_was_stopping_is_working(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    await owner.note(found.owned, TURN, Change(thread={"state": "stopping"}))
    await heard(redis, message("2.0"))
    left = await owner.finish(found.owned, TURN, OVER)
    assert (await owner.again(found.owned, left)).record["state"] == "working"


async def test_a_dead_letter_is_laid_down_with_the_end(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    await owner.finish(found.owned, TURN, OVER, dead_letter='{"turn":"turn1"}')
    assert await redis.hgetall(keys.DEAD) == {b"turn1": b'{"turn":"turn1"}'}  # type: ignore[misc]  # sync or async to mypy


async def test_a_turn_without_a_dead_letter_lays_none(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    await owner.finish((await begun(redis, owner)).owned, TURN, OVER)
    assert not await redis.exists(keys.DEAD)


async def test_mail_that_needs_no_turn_ends_without_one(redis: Redis, owner: Turns) -> None:
    await heard(redis, stop())
    found = await claimed(redis, owner)
    assert await owner.finish(found.owned, "-", Change(take=found.mail)) == []
    assert await field(redis, THREAD, "state") == "idle"
    assert not await redis.exists(keys.turn(THREAD.team, "-"))


# ---- what was stored ------------------------------------------------------------------------------------------------


async def test_mail_is_known_as_stored_while_it_waits_and_after_it_was_taken(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    await begun(redis, owner)
    await heard(redis, message("2.0"))
    known = {message("1.0").id, message("2.0").id}
    assert await owner.stored([*known, message("3.0").id]) == known
    assert await owner.stored([]) == set()


@pytest.mark.parametrize(
    "one",
    [
        message("1.0"),
        message("1.0", text="", agent="oracle"),
        message("1.0", at=12.5, text='«»\u2028\n\\"', by=BEN),
        mail(MailKind.DECISION, "d:1", turn="t", tool_call_id="c", decision="allowed"),
        Mail(
            id="x", kind=MailKind.MESSAGE, thread=THREAD, principal="U9", principal_team="T9", text="from another team"
        ),
    ],
)
async def test_mail_comes_out_as_it_went_in(redis: Redis, owner: Turns, one: Mail) -> None:
    await heard(redis, one)
    assert (await claimed(redis, owner)).mail == [one]
