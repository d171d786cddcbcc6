"""A stream that was opened by a worker that fell: its successor finds it, whatever has become of it since."""

from __future__ import annotations

from collections.abc import Mapping

from bot.slack.errors import TryLater
from bot.slack.ledger import Ledger, Row
from bot.slack.models import Metadata
from bot.threads.models import ThreadKey
from tests.bot.slack.conftest import ADA, BOT, DM, TEAM, Place

LEFT = Row(name="stream1", kind="stream", open=True).field()  # the intent is on record, the answer was never heard


class Book:
    def __init__(self) -> None:
        self.written: dict[str, str] = {}
        self._pending: dict[str, str] = {}

    def put(self, fields: Mapping[str, str]) -> None:
        self._pending |= fields

    async def write(self) -> None:
        self.written |= self._pending


async def nothing(_: object = None) -> None:
    return None


def successor(place: Place, root: str, book: Book) -> Ledger:
    async def slowed(later: TryLater) -> None:
        raise AssertionError(later)

    return Ledger(
        place.slack,
        book,
        ThreadKey(TEAM, DM, root),
        turn_id="turn1",
        bot_user=BOT,
        baseline=root,
        fields=LEFT,
        before_call=nothing,
        slowed=slowed,
        sleep=nothing,
    )


async def opened(place: Place) -> tuple[str, str]:
    place.standin.workspace.direct(ADA, BOT)
    root = place.say("hi", channel=DM)
    ts = await place.slack.start_stream(DM, root, recipient_user=ADA, recipient_team=TEAM, chunks=[])
    return root, ts


async def test_a_stream_that_nobody_heard_open_is_found_and_on_record_before_it_is_used(place: Place) -> None:
    root, ts = await opened(place)
    book = Book()
    ledger = successor(place, root, book)
    await ledger.find_streams()
    assert ledger.rows["stream1"] == Row(name="stream1", kind="stream", state="accepted", ts=ts, open=True)
    assert ts in book.written["row:stream1"]


async def test_it_is_found_also_when_a_first_successor_closed_it_and_fell_before_it_wrote_that_down(
    place: Place,
) -> None:
    root, ts = await opened(place)
    first = successor(place, root, Book())
    await place.slack.stop_stream(DM, ts, metadata=first.metadata("stream1"))
    await place.slack.update(DM, ts, text="the whole answer", metadata=first.metadata("stream1"))
    second = successor(place, root, Book())
    await second.find_streams()
    assert second.accepted("stream1") == ts


async def test_another_turns_stream_is_not_taken_for_it(place: Place) -> None:
    root, ts = await opened(place)
    ledger = successor(place, root, Book())
    await place.slack.stop_stream(DM, ts, metadata=Metadata("threadwind", {"row": "turn0:stream1"}))
    await ledger.find_streams()
    assert ledger.accepted("stream1") is None
