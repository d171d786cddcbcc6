"""What a turn puts on record is what another worker finds."""

from __future__ import annotations

import json

import pytest
from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.changes import Change
from bot.threads.models import CallState
from bot.threads.owned import Claimed, Lost
from bot.threads.turns import Turns
from tests.threads.ground import THREAD, TURN, claimed, contents, heard, message, run_out, turns, waiting
from workers.call_record import CallRecord
from workers.conversations.port import Call
from workers.journal import MOST_STEPS, Journal
from workers.recorded import Request

CALL = Call(id="e1", tool_call_id="c1", name="odd__count", arguments='{"n": "é"}', agent_id="a1")


async def taken(redis: Redis, owner: Turns) -> tuple[Claimed, Journal]:
    await heard(redis, message("1.0"))
    found = await claimed(redis, owner)
    journal = Journal.of(owner, found, TURN, 1000.0)
    journal.set_thread(turn=TURN)
    return found, journal


async def found_by_another(redis: Redis) -> tuple[Claimed, Journal]:
    await run_out(redis, THREAD)
    other = turns(redis, "worker-2")
    await other.take_over()
    found = await claimed(redis, other)
    assert found.turn_id == TURN
    return found, Journal.of(other, found, TURN, 2000.0)


async def test_everything_on_record_is_found_by_the_next_worker(redis: Redis) -> None:
    found, journal = await taken(redis, turns(redis))
    record = CallRecord(
        state=CallState.STARTED, name="odd__count", arguments='{"n": 1}', decision="allowed", by="U1ADA", asks=True
    )
    journal.set(said="«words»", began="1000.0", mail=json.dumps([one.dump() for one in found.mail]))
    journal.put({"row:answer-1": "posted"})
    journal.set_request(Request(number=2, kind="append", after="e0"))
    journal.set_calls([CALL])
    journal.set_call("c1", record)
    journal.take(found.mail)
    journal.step(1001.5, "claimed", mail=1)
    journal.step(1002.0, "asked")
    await journal.write()

    again, other = await found_by_another(redis)
    assert (other.get("said"), other.get("row:answer-1"), other.began) == ("«words»", "posted", 1000.0)
    assert other.request == Request(number=2, kind="append", after="e0")
    assert other.open_calls == [CALL]
    assert other.call("c1") == record
    assert other.mail == found.mail
    assert other.steps == [[1.5, "claimed", {"mail": 1}], [2.0, "asked"]]
    assert again.mail == []
    assert other.fields == journal.fields


@pytest.mark.parametrize("state", CallState)
@pytest.mark.parametrize("result", [None, "", "counted «3»"])
async def test_a_call_is_read_as_it_was_written(redis: Redis, state: CallState, result: str | None) -> None:
    _, journal = await taken(redis, turns(redis))
    record = CallRecord(state=state, name="t", arguments="{not json", result=result)
    journal.set_call("c1", record)
    assert journal.call("c1") == record
    await journal.write()
    assert (await found_by_another(redis))[1].call("c1") == record


async def test_of_what_was_never_written_nothing_is_known(redis: Redis) -> None:
    _, journal = await taken(redis, turns(redis))
    assert (journal.request, journal.open_calls, journal.call("c1"), journal.mail) == (None, [], None, [])
    assert (journal.get("said"), journal.began, journal.steps) == (None, 1000.0, [])


async def test_a_request_that_is_over_is_forgotten(redis: Redis) -> None:
    _, journal = await taken(redis, turns(redis))
    journal.set_request(Request(number=0, kind="start"))
    await journal.write()
    journal.set_request(None)
    assert journal.request is None
    await journal.write()
    assert (await found_by_another(redis))[1].request is None


async def test_the_last_word_on_a_field_counts(redis: Redis) -> None:
    _, journal = await taken(redis, turns(redis))
    journal.set(kept="1", gone="1")
    journal.set_thread(here="1", there="1")
    await journal.write()
    journal.forget("kept")
    journal.set(kept="2")
    journal.set(gone="2")
    journal.forget("gone")
    journal.unset_thread("here")
    journal.set_thread(here="2")
    journal.set_thread(there="2")
    journal.unset_thread("there")
    await journal.write()
    found, other = await found_by_another(redis)
    assert other.get("kept") == "2"
    assert other.get("gone") is None
    assert found.record["here"] == "2"
    assert "there" not in found.record


async def test_nothing_is_on_record_before_it_is_written(redis: Redis) -> None:
    found, journal = await taken(redis, turns(redis))
    before = await contents(redis)
    journal.set(said="words")
    journal.take(found.mail)
    assert journal.get("said") == "words"
    assert await contents(redis) == before
    await journal.write()
    assert await waiting(redis) == []
    assert await redis.ttl(keys.turn(THREAD.team, TURN)) > 0


async def test_what_is_written_is_written_once(redis: Redis) -> None:
    """So that a write costs nothing where there is nothing to say."""
    _, journal = await taken(redis, turns(redis))
    journal.set(said="words")
    await journal.write()
    assert journal.collected() == Change(journal={}, forget=set(), thread={}, unset=set(), take=[])
    await redis.delete(keys.turn(THREAD.team, TURN))
    await journal.write()
    assert not await redis.exists(keys.turn(THREAD.team, TURN))


async def test_a_journal_of_a_thread_that_was_lost_writes_no_more(redis: Redis) -> None:
    _, journal = await taken(redis, turns(redis))
    await journal.write()
    _, other = await found_by_another(redis)
    journal.set(said="too late")
    with pytest.raises(Lost):
        await journal.write()
    assert await other.turns.journal(THREAD.team, TURN) == other.fields


async def test_a_journey_without_end_is_cut_short(redis: Redis) -> None:
    _, journal = await taken(redis, turns(redis))
    for number in range(MOST_STEPS + 10):
        journal.step(1000.0 + number, "round")
    assert len(journal.steps) == MOST_STEPS
    assert len(json.loads(journal.fields["steps"])) == MOST_STEPS
