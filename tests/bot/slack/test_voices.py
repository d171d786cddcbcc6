"""Messages under another name than the app's, and the one way to call somebody."""

from __future__ import annotations

import pytest

from bot.slack import blocks, mentions
from bot.slack.ledger import Ledger
from bot.slack.models import Identity
from bot.slack.voices import APP, Voice, signed_blocks, signed_text, worn
from bot.threads.models import ThreadKey
from playground.slack.settings import ALL_SCOPES
from tests.bot.slack.conftest import BOT, GENERAL, TEAM, MakePlace, Place
from tests.bot.slack.test_inherited_streams import Book, nothing

CLERK = Voice(name="The *clerk*", icon=":pen:")
SCOPES = ALL_SCOPES - {"chat:write.customize"}


@pytest.mark.parametrize(
    ("voice", "arguments"),
    [
        (APP, {}),
        (Voice(name="A"), {"username": "A"}),
        (Voice(name="A", icon=":pen:"), {"username": "A", "icon_emoji": ":pen:"}),
        (Voice(name="A", icon="https://x.example/a.png"), {"username": "A", "icon_url": "https://x.example/a.png"}),
        (Voice(name="A", icon="http://x.example/a.png"), {"username": "A"}),
    ],
)
def test_what_slack_is_told(voice: Voice, arguments: dict[str, str]) -> None:
    assert worn(voice) == arguments


def test_a_name_calls_nobody() -> None:
    wicked = Voice(name="<!channel>")
    assert "<!channel>" not in signed_text(wicked, "x") + str(signed_blocks(wicked, blocks.notice("x"))) + str(
        worn(wicked)
    )


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (["U0ADA"], "<@U0ADA>"),
        (["U0ADA", "S0TEAM", "W0BO"], "<@U0ADA> <!subteam^S0TEAM> <@W0BO>"),
        (["channel", "!channel", "C0GENERAL", "U0ADA>", ""], ""),
    ],
)
def test_who_is_called_is_an_id_of_a_person_or_a_group(ids: list[str], words: str) -> None:
    assert mentions.call(ids) == words
    assert bool(mentions.calling(ids)) is bool(words)


async def test_a_post_wears_its_voice_and_an_update_keeps_it(place: Place) -> None:
    ts = await place.slack.post(GENERAL, text="hello", voice=CLERK)
    await place.slack.update(GENERAL, ts, text="hello again", voice=CLERK)
    [posted] = place.posted()
    assert (posted.username, posted.text) == ("The *clerk*", "hello again")
    assert posted.icons == {"emoji": ":pen:"}


async def test_without_the_scope_the_name_stands_above_and_slack_is_asked_once(make_place: MakePlace) -> None:
    place = await make_place(scopes=SCOPES)
    for _ in range(2):
        ts = await place.slack.post(GENERAL, text="hello", blocks=blocks.notice("hello"), voice=CLERK)
    await place.slack.update(GENERAL, ts, text="again", blocks=blocks.notice("again"), voice=CLERK)
    first, second = place.posted()
    assert first.username is None
    assert first.text == "*The *clerk**\nhello"
    assert [block["type"] for block in first.blocks] == ["context", "section"]
    assert second.text == "*The *clerk**\nagain"
    assert not place.slack.customises


async def test_streams_are_not_given_up_for_want_of_a_name(make_place: MakePlace) -> None:
    place = await make_place(scopes=SCOPES)
    root = place.say("hi")
    ts = await place.slack.start_stream(
        GENERAL,
        root,
        recipient_user="U0ADA",
        recipient_team=TEAM,
        chunks=[blocks.text_chunk("hello")],
        voice=CLERK,
    )
    await place.slack.stop_stream(GENERAL, ts)
    assert place.slack.features.missing("chat.startStream", GENERAL) is None
    [posted] = place.posted()
    assert "clerk" in posted.text
    assert "hello" in posted.text


async def test_a_lost_post_under_another_name_is_found_again(place: Place) -> None:
    """Slack gives it back without our user, as any bot's."""
    place.slack.identity = Identity(team=TEAM, team_name="", url="", user_id=BOT, bot_id="B0BOT")
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
        slowed=nothing,
        sleep=nothing,
    )
    place.fault("chat.postMessage", "lost")
    ts = await ledger.post("answer0", text="hello", voice=CLERK)
    [posted] = place.posted()
    assert posted.ts == ts
    assert posted.username == "The *clerk*"
