"""A post whose answer was lost is looked up before it is sent again."""

from __future__ import annotations

from bot.slack.errors import TryLater
from bot.slack.ledger import Ledger
from bot.threads.models import ThreadKey
from tests.bot.slack.conftest import BOT, GENERAL, TEAM, Place
from tests.bot.slack.test_inherited_streams import Book, nothing


async def test_a_post_without_metadata_is_found_by_its_text_though_the_name_in_it_was_made_harmless(
    place: Place,
) -> None:
    """The text that stands is not quite the text that was to be said: it calls nobody."""

    async def slowed(later: TryLater) -> None:
        raise AssertionError(later)

    root = place.say("hi")
    ledger = Ledger(
        place.slack,
        Book(),
        ThreadKey(TEAM, GENERAL, root),
        turn_id="turn1",
        bot_user=BOT,
        baseline=root,
        fields={},
        before_call=nothing,
        slowed=slowed,
        sleep=nothing,
    )
    place.fault("chat.postMessage", "lost")
    ts = await ledger.post("files", text="I have not looked into <!channel>.txt.", bare=True)
    [posted] = place.posted()
    assert posted.ts == ts
    assert "<!channel>" not in posted.text
