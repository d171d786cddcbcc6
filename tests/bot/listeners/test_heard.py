"""What the bot makes of what Slack sends, over HTTP: each thing said or clicked becomes its mail, once."""

from __future__ import annotations

import copy
import json
from typing import Any

import httpx2
import pytest

from bot.listeners.table import TABLE
from bot.slack.manifest import EVENTS
from bot.threads.models import MailKind, ThreadKey
from tests.bot.listeners.conftest import Hearing, OpenBot, all_recorded, recorded

GENERAL = ThreadKey("T0PLAY", "C0GENERAL", "1790000001.000100")
DM = ThreadKey("T0PLAY", "D0ADA", "1790000007.000100")

# What each recorded payload leaves behind when it is the first thing the bot hears; the others leave nothing.
LEAVES: dict[str, tuple[MailKind, ThreadKey, str, str]] = {
    "app_mention": (MailKind.MESSAGE, GENERAL, "U0ADA", "what broke at two o'clock?"),
    "message_channels_mention": (MailKind.MESSAGE, GENERAL, "U0ADA", "what broke at two o'clock?"),
    "app_mention_in_thread": (MailKind.MESSAGE, GENERAL, "U0GRACE", "and who is on call?"),
    "app_mention_with_file": (
        MailKind.MESSAGE,
        ThreadKey("T0PLAY", "C0GENERAL", "1790000004.000100"),
        "U0ADA",
        "read this",
    ),
    "app_mention_shared_channel": (
        MailKind.MESSAGE,
        ThreadKey("T0PLAY", "C0SHARED1", "1790000005.000100"),
        "U0GUEST99",
        "hello from outside",
    ),
    "app_mention_stop": (MailKind.STOP, GENERAL, "U0ADA", "stop"),
    "message_im": (MailKind.MESSAGE, DM, "U0ADA", "hello"),
    "message_im_in_thread": (MailKind.MESSAGE, DM, "U0ADA", "and then?"),
    "message_im_file_share": (MailKind.MESSAGE, ThreadKey("T0PLAY", "D0ADA", "1790000009.000100"), "U0ADA", ""),
    "agent_session_stopped": (MailKind.STOP, DM, "U0ADA", ""),
    "block_actions_approve": (MailKind.DECISION, GENERAL, "U0ADA", ""),
    "block_actions_deny": (MailKind.DECISION, GENERAL, "U0ADA", ""),
    "block_actions_org": (MailKind.DECISION, GENERAL, "U0ADA", ""),
    "block_actions_again": (MailKind.AGAIN, GENERAL, "U0ADA", ""),
    "block_actions_ephemeral": (MailKind.AGAIN, GENERAL, "U0ADA", ""),
}


@pytest.mark.parametrize("name", [name for name in all_recorded() if name != "url_verification"])
async def test_every_recorded_payload_is_acknowledged_and_leaves_its_mail(bot: Hearing, name: str) -> None:
    answer = await bot.say(recorded(name))
    assert (answer.status_code, answer.content) == (200, b"")
    stored = [(mail.kind, mail.thread, mail.principal, mail.text) for mail in await bot.mail()]
    assert stored == ([LEAVES[name]] if name in LEAVES else [])
    if name not in LEAVES:
        assert await bot.redis.dbsize() == 0


async def test_every_event_the_manifest_asks_for_has_a_row_in_the_table() -> None:
    subscribed = {f"event {need.name.partition('.')[0]}" for need in EVENTS}
    assert subscribed <= set(TABLE)


async def test_the_whole_day_again_changes_nothing(bot: Hearing) -> None:
    """Slack delivers at least once, in any order: whatever is said twice is stored once."""
    for name in all_recorded():
        await bot.say(recorded(name))
    before = await bot.mail()
    for name in reversed(all_recorded()):
        assert (await bot.say(recorded(name), **{"x-slack-retry-num": "1"})).status_code == 200
    assert await bot.mail() == before


@pytest.mark.parametrize("first", ["app_mention", "message_channels_mention"])
async def test_a_mention_and_its_twin_are_one_mail_whichever_comes_first(bot: Hearing, first: str) -> None:
    names = ["app_mention", "message_channels_mention"]
    for name in sorted(names, key=lambda name: name != first):
        await bot.say(recorded(name))
    assert [mail.text for mail in await bot.mail()] == ["what broke at two o'clock?"]


async def test_who_asks_from_another_workspace_keeps_their_own_team(bot: Hearing) -> None:
    await bot.say(recorded("app_mention_shared_channel"))
    [mail] = await bot.mail()
    assert (mail.thread.team, mail.principal_team) == ("T0PLAY", "T0OTHER01")


async def test_an_agent_picked_and_a_file_attached_travel_along(bot: Hearing) -> None:
    await bot.say(recorded("app_mention_in_thread"))
    await bot.say(recorded("app_mention_with_file"))
    picked, attached = await bot.mail()
    assert picked.agent == "scout"
    assert [(file.id, file.name, file.size) for file in attached.files] == [("F0REPORT1", "report.txt", 1234)]


async def test_a_message_that_is_not_quite_unicode_is_stored(bot: Hearing) -> None:
    """JSON can hold half a character; such a message is repeated by nobody, so it must not be dropped."""
    body = recorded("app_mention")
    del body["event"]["blocks"]
    body["event"]["text"] = "<@U0BOT> what \ud83d broke?"
    assert (await bot.say(body)).status_code == 200
    assert [mail.text for mail in await bot.mail()] == ["what \ufffd broke?"]


async def test_a_decision_says_who_clicked_and_about_which_call(bot: Hearing) -> None:
    await bot.say(recorded("block_actions_deny"))
    [mail] = await bot.mail()
    assert mail.about == {"turn": "t1a2b3", "tool_call_id": "call_0002", "decision": "denied", "holds": "once"}
    assert (mail.principal, mail.principal_team) == ("U0ADA", "T0PLAY")


def reply(ts: str, user: str, text: str) -> dict[str, Any]:
    body = copy.deepcopy(recorded("message_channels"))
    body["event_id"] = f"Ev{ts}"
    body["event"] |= {"ts": ts, "event_ts": ts, "user": user, "text": text}
    return body


async def test_replies_without_a_mention_are_not_heard_by_default(bot: Hearing) -> None:
    await bot.say(recorded("app_mention"))
    await bot.say(recorded("message_channels"))
    assert len(await bot.mail()) == 1


async def test_replies_are_followed_while_one_person_is_alone_with_the_bot(open_bot: OpenBot) -> None:
    bot = await open_bot(replies_without_mention=True)
    await bot.say(reply("1790000000.500000", "U0ADA", "nobody asked yet"))
    assert await bot.mail() == []

    await bot.say(recorded("app_mention"))
    await bot.say(recorded("message_channels"))
    assert [mail.text for mail in await bot.mail()] == ["what broke at two o'clock?", "thanks, and the day before?"]

    await bot.say(reply("1790000012.000100", "U0GRACE", "I saw it too"))
    assert [mail.kind for mail in await bot.mail()][2:] == [MailKind.CROWDED]
    await bot.say(reply("1790000013.000100", "U0ADA", "did you?"))
    assert len(await bot.mail()) == 3, "from now on a mention is needed"


async def test_a_message_judged_not_for_us_does_not_hide_its_mention(open_bot: OpenBot) -> None:
    """Without rich text the twin may name the bot in a way we do not see; the mention must still get through."""
    bot = await open_bot(replies_without_mention=True)
    twin = reply("1790000003.000100", "U0GRACE", "hey you, who is on call?")
    await bot.say(twin)
    assert await bot.mail() == []
    await bot.say(recorded("app_mention_in_thread"))
    assert [mail.principal for mail in await bot.mail()] == ["U0GRACE"]


async def test_slacks_handshakes_are_answered(bot: Hearing) -> None:
    answer = await bot.say(recorded("url_verification"))
    assert answer.json() == {"challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}
    answer = await bot.raw(b"ssl_check=1&token=legacy", "application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert await bot.redis.dbsize() == 0


async def test_a_handshake_that_nobody_signed_is_turned_away(bot: Hearing) -> None:
    body = json.dumps(recorded("url_verification"))
    answer: httpx2.Response = await bot.http.post("/slack/events", content=body)
    assert answer.status_code == 401


async def test_an_envelope_that_does_not_say_who_we_are_waits_until_slack_does(bot: Hearing) -> None:
    """Small emulators leave `authorizations` out; with Slack away the event is refused, so it comes again."""
    body = recorded("app_mention")
    del body["authorizations"]
    assert (await bot.say(body)).status_code == 503
    assert await bot.mail() == []
