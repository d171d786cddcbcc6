"""What each payload of Slack means for a thread."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.clicks import Click
from bot.slack.payloads import (
    AppHomeOpened,
    AppMention,
    Ignored,
    InstallationGone,
    Malformed,
    MessagePosted,
    Payload,
    SessionStopped,
)
from bot.threads.models import File, Mail, MailKind, ThreadKey

BOT = "U0BOT"
Json = dict[str, Any]


def event(kind: str, **fields: Any) -> Json:
    body = {"type": kind, "user": "U1", "channel": "C1", "ts": "5.0", "team": "T1", "text": "", **fields}
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": body}


def mention(text: str = "<@U0BOT> hi", **fields: Any) -> Mail | Ignored:
    return AppMention.read(event("app_mention", text=text, **fields)).to_mail(BOT)


def message(text: str = "hi", **fields: Any) -> Mail | Ignored:
    return MessagePosted.read(event("message", text=text, **fields)).to_mail(BOT)


def test_a_mention_is_mail_of_its_thread() -> None:
    assert mention("<@U0BOT> what <broke>?") == Mail(
        id="msg:T1:C1:5.0",
        kind=MailKind.MESSAGE,
        thread=ThreadKey("T1", "C1", "5.0"),
        principal="U1",
        principal_team="T1",
        text="what <broke>?",
        ts="5.0",
    )


def test_a_mention_and_its_twin_are_one() -> None:
    assert mention() == message("<@U0BOT> hi", channel_type="channel")
    assert mention(thread_ts="1.0") == message("<@U0BOT> hi", thread_ts="1.0", channel_type="channel")


def test_a_plus_picks_the_agent() -> None:
    mail = mention("<@U0BOT> +coder fix it")
    assert isinstance(mail, Mail)
    assert (mail.agent, mail.text) == ("coder", "fix it")


def test_stop_in_a_thread_is_a_stop_and_at_its_start_a_question() -> None:
    for text in ("<@U0BOT> stop", "<@U0BOT> Arrête !", "stop <@U0BOT>", "please stop, <@U0BOT>"):
        reply, root = mention(text, thread_ts="1.0"), mention(text)
        assert isinstance(reply, Mail)
        assert isinstance(root, Mail)
        assert (reply.kind, reply.thread.root_ts, reply.id) == (MailKind.STOP, "1.0", "msg:T1:C1:5.0")
        assert root.kind is MailKind.MESSAGE


def test_a_direct_message_needs_no_mention() -> None:
    root = message(channel="D1", channel_type="im")
    reply = message(channel="D1", channel_type="im", thread_ts="1.0")
    assert isinstance(root, Mail)
    assert isinstance(reply, Mail)
    assert (str(root.thread), str(reply.thread)) == ("T1:D1:5.0", "T1:D1:1.0")


def test_in_channels_a_reply_without_a_mention_is_mail_only_for_a_followed_thread() -> None:
    reply = MessagePosted.read(event("message", text="and now?", thread_ts="1.0", channel_type="channel"))
    assert not reply.is_addressed(BOT)
    assert isinstance(reply.to_mail(BOT), Mail)
    assert message(channel_type="channel") == Ignored("not for the bot")
    assert MessagePosted.read(event("message", text="x", channel="D1", channel_type="im")).is_addressed(BOT)
    assert MessagePosted.read(event("message", text="ask <@U0BOT|tw>", channel_type="group")).is_addressed(BOT)


def test_somebody_from_another_workspace_keeps_their_own_team() -> None:
    for fields in ({"user_team": "T9", "team": "T1"}, {"source_team": "T9", "team": "T1"}, {"team": "T9"}):
        mail = mention(**fields)
        assert isinstance(mail, Mail)
        assert (mail.thread.team, mail.principal_team) == ("T1", "T9")


def test_files_come_along_but_those_held_elsewhere() -> None:
    files = [
        {"id": "F1", "name": "a.csv", "mimetype": "text/csv", "size": 12, "mode": "hosted", "url_private": "x"},
        {"id": "F2", "mode": "file_access", "file_access": "check_file_info"},
        {"id": "F3", "mode": "external"},
        {"id": "F4", "mode": "tombstone"},
        "F5",
    ]
    mail = message("", subtype="file_share", channel="D1", files=files)
    assert isinstance(mail, Mail)
    assert mail.files == (
        File(id="F1", name="a.csv", mimetype="text/csv", size=12),
        File(id="F2", name="", mimetype="", size=0),
    )


def test_code_is_read_from_the_rich_text() -> None:
    code = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a <b>\nc"}]}
    who = {
        "type": "rich_text_section",
        "elements": [{"type": "user", "user_id": BOT}, {"type": "text", "text": " +py"}],
    }
    mail = mention("<@U0BOT> +py ```a <http://b>```", blocks=[{"type": "rich_text", "elements": [who, code]}])
    assert isinstance(mail, Mail)
    assert (mail.agent, mail.text) == ("py", "```\na &lt;b&gt;\nc\n```")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"bot_id": "B1"}, "written by a bot"),
        ({"user": BOT}, "written by a bot"),
        ({"subtype": "bot_message", "user": None}, "written by a bot"),
        ({"user": "USLACKBOT"}, "written by a bot"),
        ({"subtype": "message_changed", "message": {"text": "x"}}, "edits and deletions are not followed yet"),
        ({"subtype": "message_deleted"}, "edits and deletions are not followed yet"),
        ({"subtype": "channel_join"}, "not said by a person"),
        ({"subtype": "from_the_future"}, "not said by a person"),
        ({"user": None}, "without a writer"),
    ],
)
def test_what_no_person_said_is_no_mail(fields: Json, reason: str) -> None:
    assert message(**{"channel": "D1", "channel_type": "im", **fields}) == Ignored(reason)


def test_the_stop_button_of_slack_stops_the_thread() -> None:
    body = event("agent_session_stopped", thread_ts="1.0", event_ts="9.0", streaming_message_ts=["3.0"])
    assert SessionStopped.read(body).to_mail() == Mail(
        id="stop:C1:1.0:9.0",
        kind=MailKind.STOP,
        thread=ThreadKey("T1", "C1", "1.0"),
        principal="U1",
        principal_team="T1",
    )


def test_what_happens_to_the_app_is_heard() -> None:
    home = AppHomeOpened.read(event("app_home_opened", tab="messages"))
    assert (home.team_id, home.event.tab, home.event.user) == ("T1", "messages", "U1")
    for kind in ("app_uninstalled", "tokens_revoked"):
        gone = InstallationGone.read({"team_id": "T1", "event": {"type": kind}})
        assert (gone.team_id, gone.event.type) == ("T1", kind)


LONELY = "\ud83d"  # half of a character, which JSON can hold


@pytest.mark.parametrize("shown_as", ["text", "blocks"])
def test_a_message_with_half_a_character_is_mail_that_can_be_stored(shown_as: str) -> None:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": f"what {LONELY} broke?"}]}
    spoken: Json = {"text": f"what {LONELY} broke?"}
    if shown_as == "blocks":
        spoken |= {"blocks": [{"type": "rich_text", "elements": [section]}]}
    mail = mention(**spoken, files=[{"id": "F1", "name": f"{LONELY}.csv", "mimetype": LONELY}])
    assert isinstance(mail, Mail)
    assert mail.text == "what \ufffd broke?"
    assert mail.files == (File(id="F1", name="\ufffd.csv", mimetype="\ufffd", size=0),)
    assert Mail.load(mail.thread, mail.dump().encode()) == mail


MODELS: dict[str, type[Payload]] = {
    "app_mention": AppMention,
    "message": MessagePosted,
    "app_home_opened": AppHomeOpened,
    "agent_session_stopped": SessionStopped,
    "app_uninstalled": InstallationGone,
    "tokens_revoked": InstallationGone,
    "block_actions": Click,
}
RECORDED = sorted((Path(__file__).parent.parent / "payloads").glob("*.json"))


def mail_of(model: type[Payload], body: Any) -> Mail | Ignored | None:
    """What becomes of a payload; None: something else than mail."""
    payload = model.read(body)
    match payload:
        case AppMention() | MessagePosted():
            return payload.to_mail(BOT)
        case SessionStopped() | Click():
            return payload.to_mail()
        case _:
            return None


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_every_recorded_payload_is_understood(path: Path) -> None:
    body = json.loads(path.read_text())
    kind = body.get("event", body).get("type")
    if kind in MODELS:
        mail = mail_of(MODELS[kind], body)
        assert (mail is None) == (MODELS[kind] in (AppHomeOpened, InstallationGone))


def a_click(**fields: Any) -> Json:
    return {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1", "team_id": "T9"},
        "container": {"type": "message", "message_ts": "2.0", "channel_id": "C1", "thread_ts": "1.0"},
        "actions": [{"type": "button", "action_id": "again", "value": "t1", "action_ts": "3.0"}],
        **fields,
    }


def test_a_click_belongs_to_the_thread_of_its_message() -> None:
    mail = Click.read(a_click()).to_mail()
    assert isinstance(mail, Mail)
    assert (str(mail.thread), mail.principal, mail.principal_team) == ("T1:C1:1.0", "U1", "T9")
    root = Click.read(a_click(container={}, channel={"id": "C2"}, message={"ts": "4.0"})).to_mail()
    assert isinstance(root, Mail)
    assert str(root.thread) == "T1:C2:4.0"
    organisation = Click.read(a_click(team=None)).to_mail()
    assert isinstance(organisation, Mail)
    assert organisation.thread.team == "T9"


@pytest.mark.parametrize("act", ["take_over", "resolve", "give_back"])
def test_each_press_on_a_handed_over_thread_counts_and_slacks_repeat_of_one_does_not(act: str) -> None:
    def pressed(at: str, user: str = "U1") -> Mail:
        action = {"action_id": act, "value": "t1:call1", "action_ts": at}
        mail = Click.read(a_click(actions=[action], user={"id": user, "team_id": "T9"})).to_mail()
        assert isinstance(mail, Mail)
        return mail

    first = pressed("1.0")
    assert (first.kind, first.about) == (MailKind.PERSON, {"turn": "t1", "tool_call_id": "call1", "act": act})
    assert first.id == pressed("1.0").id
    assert len({first.id, pressed("2.0").id, pressed("1.0", "U2").id}) == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"container": {}, "channel": None},
        {"actions": [{"action_id": "take_over", "value": "t1"}]},
        {"team": None, "user": {"id": "U1"}},
        {"actions": [{"action_id": "approve", "value": "t1"}]},
        {"actions": [{"action_id": "deny"}]},
        {"actions": [{"action_id": "again", "value": ""}]},
        {"actions": [{"action_id": "something_else", "value": "x"}]},
    ],
)
def test_a_click_that_means_nothing_is_no_mail(fields: Json) -> None:
    assert isinstance(Click.read(a_click(**fields)).to_mail(), Ignored)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        {},
        {"team_id": "T1"},
        {"team_id": "T1:C1", "event": {"type": "app_mention", "channel": "C1", "ts": "1.0"}},
        {"team_id": "T1", "event": {"type": "app_mention", "channel": "C1\n", "ts": "1.0"}},
        {"team_id": "T1", "event": {"type": "app_mention", "channel": "C1", "ts": "1.0\n"}},
        {"team_id": "T1", "event": {"type": "app_mention", "channel": "C1", "ts": 1.0}},
        {"team_id": "T1", "event": {"type": "app_mention", "channel": "C1", "ts": "1.0", "text": {"a": "secret"}}},
    ],
)
def test_what_is_not_as_documented_is_malformed_in_one_way(body: Any) -> None:
    with pytest.raises(Malformed) as raised:
        AppMention.read(body)
    assert "secret" not in str(raised.value)


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("1.0") | st.just("C1")
)
shapes = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
RECORDED_BODIES: list[Json] = [json.loads(path.read_text()) for path in RECORDED]
KINDS = [(MODELS.get(body.get("event", body).get("type")), body) for body in RECORDED_BODIES]
SOUND: list[tuple[type[Payload], Json]] = [(model, body) for model, body in KINDS if model] + [(Click, a_click())]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(copy[path[0]], path[1:], new)
    return copy


@settings(max_examples=400)
@given(st.data())
def test_no_shape_of_a_payload_is_more_than_malformed(data: st.DataObject) -> None:
    """One part of a sound payload is anything: it becomes mail with a sound thread, is ignored, or is malformed."""
    model, body = data.draw(st.sampled_from(SOUND))
    body = changed(body, data.draw(st.sampled_from(places(body))), data.draw(shapes))
    try:
        mail = mail_of(model, body)
    except Malformed:
        return
    if isinstance(mail, Mail):
        assert ThreadKey.parse(str(mail.thread)) == mail.thread
        assert Mail.load(mail.thread, mail.dump()) == mail
