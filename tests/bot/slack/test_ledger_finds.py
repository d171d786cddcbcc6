"""Where a post is that an earlier owner of the turn may have made: looked up once, and only where nobody knows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.slack.errors import Refused, TryLater
from bot.slack.ledger import Ledger, Row, Unread
from bot.threads.models import ThreadKey
from playground.slack.settings import ALL_SCOPES
from tests.bot.slack.conftest import BOT, CAMILLE, GENERAL, TEAM, MakePlace, Place
from tests.bot.slack.test_inherited_streams import Book, nothing

READ = "conversations.replies"
WORDS = "May I? <!channel> Yes / No"
CALLS = (CAMILLE,)
LEFT = Row(name="card", kind="post").field()


def a_ledger(place: Place, root: str, *, book: Book | None = None, fields: Mapping[str, str] = LEFT) -> Ledger:
    async def slowed(later: TryLater) -> None:
        pass

    return Ledger(
        place.slack,
        book or Book(),
        ThreadKey(TEAM, GENERAL, root),
        turn_id="turn1",
        bot_user=BOT,
        baseline=root,
        fields=fields,
        before_call=nothing,
        slowed=slowed,
        sleep=nothing,
    )


async def posted(place: Place, *, bare: bool = False) -> tuple[str, str]:
    """The root, and the card of a worker that fell before it heard that it was posted."""
    root = place.say("hi")
    return root, await a_ledger(place, root, fields={}).post("card", text=WORDS, calls=CALLS, bare=bare)


@pytest.mark.parametrize("bare", [False, True])
async def test_what_an_earlier_owner_posted_is_found_by_metadata_or_words_and_on_record_at_once(
    place: Place, bare: bool
) -> None:
    root, ts = await posted(place, bare=bare)
    book = Book()
    ledger = a_ledger(place, root, book=book)
    assert await ledger.find("card", text=WORDS, calls=CALLS) == ts
    assert Row.load("row:card", book.written["row:card"]) == Row(name="card", kind="post", state="accepted", ts=ts)
    assert await ledger.find("card", text=WORDS, calls=CALLS) == ts
    assert place.calls(READ) == 1


async def test_what_is_known_or_was_never_begun_costs_no_call(place: Place) -> None:
    root = place.say("hi")
    ledger = a_ledger(place, root, fields={})
    assert await ledger.find("card", text=WORDS) is None
    ts = await ledger.post("card", text=WORDS)
    assert await ledger.find("card", text=WORDS) == ts
    assert place.calls(READ) == 0


async def test_what_surely_was_not_posted_costs_no_call_either(place: Place) -> None:
    ledger = a_ledger(place, place.say("hi"), fields={})
    place.fault("chat.postMessage", "status", status=429, retry_after=120)
    with pytest.raises(TryLater):
        await ledger.post("card", text=WORDS)
    assert await ledger.find("card", text=WORDS) is None
    place.fault("chat.postMessage", "error", code="channel_not_found")
    with pytest.raises(Refused):
        await ledger.post("card", text=WORDS)
    assert await ledger.find("card", text=WORDS) is None
    assert place.calls(READ) == 0


async def test_what_is_not_there_is_looked_for_twice_and_then_posted(place: Place) -> None:
    ledger = a_ledger(place, place.say("hi"))
    assert await ledger.find("card", text=WORDS) is None
    assert await ledger.find("card", text=WORDS) is None
    assert place.calls(READ) == 2
    ts = await ledger.post("card", text=WORDS)
    assert [message.ts for message in place.posted()] == [ts]
    assert place.calls(READ) == 2


async def test_while_slack_is_away_nobody_says_that_it_is_not_there(place: Place) -> None:
    root, ts = await posted(place)
    ledger = a_ledger(place, root)
    place.fault(READ, "status", status=500)
    with pytest.raises(TryLater):
        await ledger.find("card", text=WORDS, calls=CALLS)
    assert await ledger.find("card", text=WORDS, calls=CALLS) == ts


async def test_where_nobody_may_read_it_stays_unknown_and_is_not_posted_again(make_place: MakePlace) -> None:
    place = await make_place(scopes=ALL_SCOPES - {"channels:history"})
    root, ts = await posted(place)
    ledger = a_ledger(place, root)
    for _ in range(2):
        with pytest.raises(Unread):
            await ledger.find("card", text=WORDS, calls=CALLS)
        with pytest.raises(Unread):
            await ledger.post("card", text=WORDS, calls=CALLS)
    assert [message.ts for message in place.posted()] == [ts]


async def test_a_post_whose_answer_was_lost_where_nobody_may_read_is_in_doubt_as_well(make_place: MakePlace) -> None:
    place = await make_place(scopes=ALL_SCOPES - {"channels:history"})
    ledger = a_ledger(place, place.say("hi"), fields={})
    place.fault("chat.postMessage", "lost")
    for _ in range(2):
        with pytest.raises(Unread):
            await ledger.post("card", text=WORDS)
    with pytest.raises(Unread):
        await ledger.find("card", text=WORDS)
    assert len(place.posted()) == 1
