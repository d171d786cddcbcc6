"""One installation's methods, at the playground's Slack."""

from __future__ import annotations

import logging
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.slack import blocks
from bot.slack.calls import Calls, open_session
from bot.slack.client import Slack
from bot.slack.errors import (
    InstallationBroken,
    NotSupported,
    Refused,
    StoppedByUser,
    StreamOver,
    TryLater,
    Unknown,
)
from bot.slack.features import BARE_REMEMBERED, REMEMBERED, Features
from bot.slack.files import upload, was_shared
from bot.slack.models import Metadata, Upload
from playground import serving
from playground.slack.settings import ALL_SCOPES, MENTIONS_AND_DMS
from tests.bot.slack.conftest import ADA, BOT, DM, GENERAL, TEAM, MakePlace, Place

TURN = Metadata("threadwind_turn", {"turn": "t1", "row": 3})


async def test_a_post_can_be_found_by_its_metadata(place: Place) -> None:
    root = place.say("hi")
    ts = await place.slack.post(
        GENERAL, thread_ts=root, text="answer", blocks=blocks.answer("**answer**"), metadata=TURN
    )

    first, found = await place.slack.replies(GENERAL, root, with_metadata=True)
    assert (first.ts, first.user, first.bot_id) == (root, ADA, None)
    assert (found.ts, found.user, found.bot_id, found.thread_ts) == (ts, BOT, "B0BOT", root)
    assert found.metadata == TURN
    assert (await place.slack.replies(GENERAL, root))[1].metadata == Metadata("threadwind_turn")


async def test_nothing_we_post_or_update_unfurls_or_is_parsed(place: Place) -> None:
    place.standin.traffic.on = True
    ts = await place.slack.post(GENERAL, text="https://x.test")
    await place.slack.update(GENERAL, ts, text="https://y.test")
    sent = [call["request"] for call in place.standin.traffic.entries if call["name"].startswith("chat.")]
    assert len(sent) == 2
    for arguments in sent:
        assert arguments["unfurl_links"] is arguments["unfurl_media"] is arguments["unfurl_app_links"] is False
        assert arguments["parse"] == "none"


async def test_words_that_quote_a_name_call_nobody(place: Place) -> None:
    """People and files may be called what they like; their names are in what we say."""
    place.standin.traffic.on = True
    call = "<!channel> @here <@U0GRACE>"
    root = place.say("hi")
    ts = await place.slack.post(GENERAL, text=f"{call} asked", thread_ts=root)
    await place.slack.update(GENERAL, ts, text=f"{call} decided")
    await place.slack.ephemeral(GENERAL, ADA, text=f"Only {call} can decide this.")
    upload = await place.slack.reserve_file("answer.md", b"x")
    await place.slack.fill_file(upload, b"x")
    await place.slack.share_file(upload, title="x", channel=GENERAL, thread_ts=root, comment=f"For {call}")
    sent = [str(call["request"]) for call in place.standin.traffic.entries]
    assert sum("channel>" in each for each in sent) == 4
    assert not [each for each in sent if "<!channel" in each or "@here" in each or "<@U0GRACE" in each]


async def test_an_update_keeps_the_metadata_unless_it_brings_its_own(place: Place) -> None:
    ts = await place.slack.post(GENERAL, text="one", metadata=TURN)
    await place.slack.update(GENERAL, ts, text="two")
    [kept] = await place.slack.replies(GENERAL, ts, with_metadata=True)
    assert (kept.text, kept.metadata) == ("two", TURN)
    await place.slack.update(GENERAL, ts, text="three", metadata=Metadata("other", {"turn": "t2"}))
    [changed] = await place.slack.replies(GENERAL, ts, with_metadata=True)
    assert changed.metadata == Metadata("other", {"turn": "t2"})


async def test_deleting_twice_is_fine(place: Place) -> None:
    ts = await place.slack.post(GENERAL, text="oops")
    await place.slack.delete(GENERAL, ts)
    await place.slack.delete(GENERAL, ts)
    assert place.posted() == []


async def test_a_long_thread_is_read_page_by_page(place: Place) -> None:
    root = place.say("root")
    written = [place.say(f"reply {number}", thread_ts=root) for number in range(450)]

    assert [message.ts for message in await place.slack.replies(GENERAL, root)] == [root, *written]
    newest = await place.slack.replies(GENERAL, root, limit=250)
    assert [message.ts for message in newest] == written[-250:]
    since = await place.slack.replies(GENERAL, root, oldest=written[440])
    assert [message.ts for message in since if message.ts != root] == written[440:]


async def test_a_thread_that_is_gone_has_no_messages(place: Place) -> None:
    assert await place.slack.replies(GENERAL, "1700000000.000100") == []


async def test_a_stream_becomes_an_ordinary_message(place: Place) -> None:
    root = place.say("hi")
    ts = await place.slack.start_stream(
        GENERAL, root, recipient_user=ADA, recipient_team=TEAM, chunks=[blocks.text_chunk("one ")]
    )
    await place.slack.append_stream(GENERAL, ts, [blocks.text_chunk("two")])
    await place.slack.stop_stream(GENERAL, ts, blocks=blocks.footer("AI-generated"), metadata=TURN)

    with pytest.raises(StreamOver):
        await place.slack.append_stream(GENERAL, ts, [blocks.text_chunk("three")])
    with pytest.raises(StreamOver):
        await place.slack.stop_stream(GENERAL, ts)
    [_, streamed] = await place.slack.replies(GENERAL, root, with_metadata=True)
    assert (streamed.ts, streamed.metadata) == (ts, TURN)


async def test_the_persons_stop_is_told_by_the_next_append(place: Place) -> None:
    root = place.say("hi", channel=DM)
    ts = await place.slack.start_stream(DM, root, recipient_user=ADA, recipient_team=TEAM)
    place.fault("chat.appendStream", "error", code="stopped_by_user")
    with pytest.raises(StoppedByUser):
        await place.slack.append_stream(DM, ts, [blocks.text_chunk("x")])


async def test_a_status_is_shown_and_cleared(place: Place) -> None:
    root = place.say("hi", channel=DM)
    await place.slack.set_status(DM, root, "is thinking…", loading_messages=["Reading", "Counting"])
    await place.slack.set_status(DM, root, "")
    await place.slack.suggested_prompts(DM, [("Time", "What time is it?")])
    assert place.calls("assistant.threads.setStatus") == 2


async def test_people_are_known(place: Place) -> None:
    camille, hugo = await place.slack.user("U0CAMILLE"), await place.slack.user("U0HUGO")
    assert (camille.name, camille.locale, camille.tz, camille.team) == ("Camille", "fr-FR", "Europe/Paris", TEAM)
    assert not camille.is_guest
    assert hugo.is_guest
    assert (await place.slack.user(BOT)).is_bot
    with pytest.raises(Refused, match="user_not_found"):
        await place.slack.user("U0NOBODY")


async def test_the_token_says_who_we_are(place: Place) -> None:
    identity = await place.slack.auth_test()
    assert (identity.team, identity.user_id, identity.bot_id) == (TEAM, BOT, "B0BOT")
    assert identity.scopes == ALL_SCOPES


async def test_an_ephemeral_is_for_one_person(place: Place) -> None:
    assert await place.slack.ephemeral(GENERAL, ADA, text="only you", blocks=blocks.notice("only you"))
    assert place.posted() == []


async def test_a_permalink_leads_to_the_message(place: Place) -> None:
    ts = place.say("hi")
    assert ts.replace(".", "") in await place.slack.permalink(GENERAL, ts)


async def test_a_file_can_be_looked_up_by_the_id_it_had_before_it_was_seen(place: Place) -> None:
    root = place.say("hi")
    remembered = list[Upload]()

    async def remember(upload: Upload) -> None:
        assert place.posted() == []
        remembered.append(upload)
        place.fault("files.completeUploadExternal", "lost")

    await upload(place.slack, GENERAL, "answer.md", b"# The rest", title="The rest", thread_ts=root, remember=remember)
    assert len(place.posted()) == 1
    assert await was_shared(place.slack, remembered[0].file_id, GENERAL)
    assert not await was_shared(place.slack, "F0NONE", GENERAL)
    info = await place.slack.file_info(remembered[0].file_id)
    assert (info.name, info.size, info.shares[0].channel) == ("answer.md", 10, GENERAL)


async def test_a_post_whose_answer_is_lost_is_sent_once(place: Place) -> None:
    """slack-sdk's default handlers would send it again."""
    place.fault("chat.postMessage", "lost")
    with pytest.raises(Unknown):
        await place.slack.post(GENERAL, text="once")
    assert [message.text for message in place.posted()] == ["once"]
    assert place.calls("chat.postMessage") == 1


async def test_a_server_error_on_a_post_is_unknown_and_on_an_update_is_for_later(place: Place) -> None:
    ts = await place.slack.post(GENERAL, text="one")
    place.fault("*", "status", status=503, times=0)
    with pytest.raises(Unknown):
        await place.slack.post(GENERAL, text="two")
    with pytest.raises(TryLater):
        await place.slack.update(GENERAL, ts, text="two")


async def test_a_rate_limit_says_when_to_come_back(place: Place) -> None:
    place.fault("chat.postMessage", "status", status=429, retry_after=7)
    with pytest.raises(TryLater) as raised:
        await place.slack.post(GENERAL, text="one")
    assert raised.value.after == timedelta(seconds=7)
    assert place.posted() == []


async def test_slack_being_silent_ends_within_the_time_limit(make_place: MakePlace) -> None:
    place = await make_place(timeout=timedelta(milliseconds=200))
    place.fault("*", "delay", seconds=0.6, times=2)
    with pytest.raises(TryLater):
        await place.slack.user(ADA)
    with pytest.raises(Unknown):
        await place.slack.post(GENERAL, text="late")


async def test_nobody_listening_means_that_nothing_happened() -> None:
    async with open_session() as session:
        slack = Slack(Calls("xoxb-x", session=session, base_url="http://127.0.0.1:1/api/"))
        with pytest.raises(TryLater):
            await slack.post(GENERAL, text="hi")


async def test_a_wrong_token_breaks_the_installation(place: Place) -> None:
    async with open_session() as session:
        slack = Slack(Calls("xoxb-wrong", session=session, base_url=f"{place.url}/api/"))
        with pytest.raises(InstallationBroken, match="invalid_auth"):
            await slack.auth_test()


async def test_a_method_that_is_unknown_is_asked_for_once(make_place: MakePlace) -> None:
    place = await make_place(profile="minimal")
    root = place.say("hi")
    for _ in range(3):
        with pytest.raises(NotSupported) as raised:
            await place.slack.start_stream(GENERAL, root, recipient_user=ADA, recipient_team=TEAM)
        with pytest.raises(NotSupported):
            await place.slack.set_status(GENERAL, root, "x")
    assert raised.value.code == "unknown_method"
    assert place.calls("chat.startStream") == place.calls("assistant.threads.setStatus") == 1
    assert place.slack.features.reasons == {
        "chat.startStream": "unknown_method",
        "assistant.threads.setStatus": "unknown_method",
    }
    assert await place.slack.post(GENERAL, thread_ts=root, text="still here")


async def test_a_missing_scope_in_channels_leaves_direct_messages_readable(make_place: MakePlace) -> None:
    place = await make_place(scopes=MENTIONS_AND_DMS)
    root, private = place.say("hi"), place.say("hi", channel=DM)
    for _ in range(2):
        with pytest.raises(NotSupported) as raised:
            await place.slack.replies(GENERAL, root)
        assert raised.value.needed
        assert len(await place.slack.replies(DM, private)) == 1
    assert place.calls("conversations.replies") == 3


def test_what_was_missing_is_asked_for_again_after_an_hour() -> None:
    now = [0.0]
    features = Features(lambda: now[0])
    features.note(NotSupported("x", method="chat.startStream", code="feature_disabled"), "C1")
    assert features.missing("chat.startStream", "C2") is not None
    now[0] = REMEMBERED.total_seconds()
    assert features.missing("chat.startStream", "C2") is None
    features.note(NotSupported("x", method="chat.postMessage", code="missing_scope"), "C1")
    assert features.missing("chat.postMessage", "C1") is None  # nothing stands in for a post


def test_a_bare_404_may_be_of_something_on_the_way_and_stands_for_a_minute() -> None:
    now = [0.0]
    features = Features(lambda: now[0])
    features.note(NotSupported("x", method="chat.startStream", code="http_404"))
    assert features.missing("chat.startStream") is not None
    now[0] = BARE_REMEMBERED.total_seconds()
    assert features.missing("chat.startStream") is None


async def test_a_question_whose_connection_broke_is_asked_once_more(place: Place) -> None:
    """The other side may close a kept connection at the moment it is used again."""
    place.fault("users.info", "lost")
    assert (await place.slack.user(ADA)).id == ADA
    assert place.calls("users.info") == 2
    place.fault("users.info", "lost", times=0)
    with pytest.raises(TryLater):
        await place.slack.user(ADA)


async def test_nothing_needs_get_or_a_query(place: Place) -> None:
    """Slack takes both; emulators written for its JavaScript SDK, which sends forms only, take neither."""
    seen: list[tuple[str, str, str]] = []

    async def answer(request: Request) -> JSONResponse:
        seen.append((request.method, request.url.query, request.headers["content-type"]))
        body = dict(parse_qsl((await request.body()).decode()))
        return JSONResponse({"ok": True, "user": {"id": body.get("user")}})

    small = Starlette(routes=[Route("/api/{method}", answer, methods=["POST"])])
    async with serving.serve(small) as url, open_session() as session:
        slack = Slack(Calls("xoxb-x", session=session, base_url=f"{url}/api/"))
        assert (await slack.user(ADA)).id == ADA
        await slack.replies(GENERAL, "1700000000.000100", with_metadata=True)
        await slack.permalink(GENERAL, "1700000000.000100")
        await slack.delete(GENERAL, "1700000000.000100")
        await slack.reserve_file("answer.md", b"x")
        await slack.auth_test()
    assert set(seen) == {("POST", "", "application/x-www-form-urlencoded")}
    assert len(seen) == 6


async def test_no_token_and_no_text_reach_the_log(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    place.fault("chat.postMessage", "status", status=500)
    with pytest.raises(Unknown) as raised:
        await place.slack.post(GENERAL, text="confidential")
    said = caplog.text + str(raised.value)
    assert "xoxb" not in said
    assert "confidential" not in said


async def test_a_proxy_of_the_shell_is_not_used_for_this_machine(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    async with open_session() as session:
        slack = Slack(Calls(place.standin.settings.bot_token, session=session, base_url=f"{place.url}/api/"))
        assert (await slack.auth_test()).team == TEAM
