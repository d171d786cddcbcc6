"""A turn that asks a person waits without a worker, until somebody decides, writes, or nobody was there in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.changes import Change
from bot.threads.mailbox import Mailbox
from bot.threads.models import MailKind
from bot.threads.owned import Claimed
from bot.threads.turns import Turns
from tests.threads.ground import (
    ADA,
    OVER,
    THREAD,
    TURN,
    begun,
    claimed,
    field,
    generation,
    heard,
    mail,
    message,
    someone_looked,
    stop,
    turns,
    waiting,
)

TOMORROW = datetime.now(UTC) + timedelta(days=1)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
ASKED = Change(journal={"asked": "1"}, life=keys.OPEN_TURN_FOR)


async def asking(redis: Redis, owner: Turns, *, deadline: datetime = TOMORROW) -> Claimed:
    """A turn that has taken its mail, asked, and waits."""
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    assert await owner.park(found.owned, TURN, ASKED, seen={message("1.0").id}, deadline=deadline) == []
    return found


async def test_a_parked_turn_stays_open_and_nobody_owns_its_thread(redis: Redis, owner: Turns) -> None:
    await asking(redis, owner)
    record = await owner.record(THREAD)
    assert record == {"state": "asking", "generation": "1", "alone": ADA, "turn": TURN, "mailed": "1"}
    assert await owner.journal(THREAD.team, TURN) == {"began": "1", "asked": "1"}
    assert await redis.zcard(keys.LEASES) == 0
    assert await redis.zrange(keys.DEADLINES, 0, -1, withscores=True) == [
        (f"{THREAD} {TURN}".encode(), int(TOMORROW.timestamp() * 1000))
    ]
    assert await owner.claim(THREAD, 1) is None
    await someone_looked(redis)
    assert await owner.take_over() == []


async def test_a_decision_wakes_a_worker_that_finds_the_open_turn(redis: Redis, owner: Turns) -> None:
    await asking(redis, owner)
    decided = mail(MailKind.DECISION, "d:1", turn=TURN, tool_call_id="c1", decision="allowed")
    await heard(redis, decided)
    found = await claimed(redis, owner)
    assert (found.owned.generation, found.turn_id, found.mail) == (2, TURN, [decided])
    assert found.journal["asked"] == "1"


async def test_a_stop_of_a_turn_that_asks_is_found_with_it(redis: Redis, owner: Turns) -> None:
    await asking(redis, owner)
    await heard(redis, stop())
    found = await claimed(redis, owner)
    assert (found.record["stop"], found.mail) == (ADA, [stop()])


# ---- mail at the moment of parking ----------------------------------------------------------------------------------


async def test_mail_that_came_before_it_could_be_looked_at_keeps_the_thread(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"), message("2.0"))
    found = await claimed(redis, owner)
    change = Change(thread={"turn": TURN}, take=found.mail[:1])
    await heard(redis, message("3.0"))
    left = await owner.park(found.owned, TURN, change, seen={one.id for one in found.mail}, deadline=TOMORROW)
    assert left == [message("2.0"), message("3.0")]  # all that waits, since its owner goes on with it
    record = await owner.record(THREAD)
    assert (record["state"], record["worker"], record["turn"]) == ("working", "worker-1", TURN)
    [pulse] = await owner.beat([found.owned])
    assert not pulse.lost
    assert await redis.zcard(keys.DEADLINES) == 0


async def test_mail_that_was_looked_at_waits_with_the_question(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"), message("2.0"))
    found = await claimed(redis, owner)
    change = Change(thread={"turn": TURN}, take=found.mail[:1])
    assert await owner.park(found.owned, TURN, change, seen={message("2.0").id}, deadline=TOMORROW) == []
    assert await field(redis, THREAD, "state") == "asking"
    assert await waiting(redis) == [message("2.0").id]


async def test_new_mail_is_no_less_new_because_other_mail_went(redis: Redis, owner: Turns) -> None:
    """As many wait as were looked at, but not the same: the ids count, not the number."""
    await heard(redis, message("1.0"))
    found = await claimed(redis, owner)
    await owner.note(found.owned, TURN, Change(thread={"turn": TURN}, take=found.mail))
    decided = mail(MailKind.DECISION, "d:1", turn=TURN)
    await heard(redis, decided)
    assert await owner.park(found.owned, TURN, ASKED, seen={message("1.0").id}, deadline=TOMORROW) == [decided]
    assert await field(redis, THREAD, "state") == "working"


async def test_a_stop_at_the_moment_of_parking_keeps_the_thread(redis: Redis, owner: Turns) -> None:
    await heard(redis, message("1.0"))
    found = await begun(redis, owner)
    await heard(redis, stop())
    left = await owner.park(found.owned, TURN, ASKED, seen={"stop:1"}, deadline=TOMORROW)
    assert left == [stop()]
    assert await field(redis, THREAD, "state") == "working"


# ---- nobody there in time -------------------------------------------------------------------------------------------


async def test_a_question_whose_time_is_up_becomes_mail_once_and_wakes_a_worker(redis: Redis, owner: Turns) -> None:
    await asking(redis, owner, deadline=YESTERDAY)
    await owner.take_over()
    await owner.take_over()
    assert await redis.zcard(keys.DEADLINES) == 0
    assert await generation(redis) == 2
    [late] = (await claimed(redis, owner)).mail
    assert (late.kind, late.principal, late.about) == (MailKind.TIME_OUT, "", {"turn": TURN})
    assert abs(datetime.fromtimestamp(late.at, UTC) - datetime.now(UTC)) < timedelta(seconds=10)


async def test_a_question_that_has_time_left_is_left_alone(redis: Redis, owner: Turns) -> None:
    await asking(redis, owner)
    await owner.take_over()
    assert await redis.zcard(keys.DEADLINES) == 1
    assert await waiting(redis) == []


async def test_a_turn_that_goes_on_already_hears_of_its_time_and_nobody_is_woken(redis: Redis, owner: Turns) -> None:
    await asking(redis, owner, deadline=YESTERDAY)
    await heard(redis, mail(MailKind.DECISION, "d:1", turn=TURN))
    await claimed(redis, owner)
    await owner.take_over()
    assert await waiting(redis) == ["d:1", f"timeout:{TURN}"]
    assert await generation(redis) == 2


@pytest.mark.parametrize("turn", [None, "another"])
async def test_the_time_of_a_turn_that_is_not_open_is_forgotten(redis: Redis, turn: str | None) -> None:
    await redis.hset(keys.thread(THREAD), mapping={"state": "asking", "generation": "1"})  # type: ignore[misc]  # sync or async to mypy
    if turn:
        await redis.hset(keys.thread(THREAD), "turn", turn)  # type: ignore[misc]  # as above
    await redis.zadd(keys.DEADLINES, {f"{THREAD} {TURN}": 1})
    await turns(redis).take_over()
    assert await redis.zcard(keys.DEADLINES) == 0
    assert await waiting(redis) == []
    assert await field(redis, THREAD, "state") == "asking"


async def test_the_end_of_a_turn_ends_its_time(redis: Redis, owner: Turns) -> None:
    await asking(redis, owner)
    await heard(redis, stop())
    found = await claimed(redis, owner)
    await owner.finish(found.owned, TURN, Change(take=found.mail, unset=OVER.unset, ended={}, life=OVER.life))
    assert await redis.zcard(keys.DEADLINES) == 0


async def test_a_second_question_of_a_turn_has_a_time_of_its_own(redis: Redis, owner: Turns) -> None:
    await asking(redis, owner)
    await heard(redis, mail(MailKind.DECISION, "d:1", turn=TURN))
    found = await claimed(redis, owner)
    later = TOMORROW + timedelta(days=1)
    assert await owner.park(found.owned, TURN, Change(take=found.mail), seen={"d:1"}, deadline=later) == []
    assert await redis.zrange(keys.DEADLINES, 0, -1, withscores=True) == [
        (f"{THREAD} {TURN}".encode(), int(later.timestamp() * 1000))
    ]


async def test_messages_are_taken_in_while_a_turn_asks(redis: Redis, owner: Turns) -> None:
    await asking(redis, owner)
    await Mailbox(redis).accept(message("2.0"))
    found = await claimed(redis, owner)
    assert (found.turn_id, found.mail) == (TURN, [message("2.0")])
    assert await owner.park(found.owned, TURN, ASKED, seen={message("2.0").id}, deadline=TOMORROW) == []
    await heard(redis, message("3.0"))
    assert (await claimed(redis, owner)).mail == [message("2.0"), message("3.0")]
