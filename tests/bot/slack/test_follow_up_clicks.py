"""Presses about follow-ups, as the errands they become; and their form, drawn and read back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.follow_ups.form import Form
from bot.slack import follow_up_form
from bot.slack.follow_up_clicks import FollowUpClick
from bot.slack.follow_up_form import Asked
from bot.slack.follow_up_sent import SentForm
from bot.slack.follow_up_shortcut import FOLLOW_UP_ON, FollowUpShortcut
from bot.slack.payloads import Ignored
from bot.texts import words_for
from bot.threads.models import Mail, MailKind

CLICK: dict[str, Any] = {
    "type": "block_actions",
    "trigger_id": "1.2.3",
    "user": {"id": "U1ADA", "team_id": "T1"},
    "team": {"id": "T1"},
    "channel": {"id": "C1"},
    "container": {"type": "message", "message_ts": "2.0", "channel_id": "C1", "thread_ts": "1.0"},
    "response_url": "https://hooks.example/1",
}
AGENTS = [("-", "Whoever answers there (Assistant)"), ("research", "Research")]
FULL = Form(
    prompt="> look\nand tell",
    agent="research",
    kind="repeated",
    date="2027-03-02",
    time="09:15",
    repeat="month",
    words="every day",
    end="count",
    end_date="2027-04-01",
    count="3",
    until="it is done",
    quiet=True,
    as_is=True,
)


def pressed(action_id: str, value: str = "", **changes: Any) -> Mail | Ignored:
    return FollowUpClick.read({**CLICK, "actions": [{"action_id": action_id, "value": value}], **changes}).to_mail()


def pressed_mail(action_id: str, value: str = "", **changes: Any) -> Mail:
    mail = pressed(action_id, value, **changes)
    assert isinstance(mail, Mail), mail
    return mail


@pytest.mark.parametrize("act", ["pause", "resume", "run", "cancel"])
def test_a_press_names_the_follow_up_and_where_it_was_pressed(act: str) -> None:
    mail = pressed_mail(f"follow_up:{act}", "T2:abc")
    assert mail.kind is MailKind.FOLLOW_UP
    assert mail.thread.is_errand
    assert (mail.thread.team, mail.thread.channel, mail.principal) == ("T2", "C1", "U1ADA")
    assert mail.about == {
        "do": act,
        "at": "",
        "follow_up": "abc",
        "message": "2.0",
        "root": "1.0",
        "response_url": "https://hooks.example/1",
    }
    assert mail == pressed_mail(f"follow_up:{act}", "T2:abc"), "Slack's repeat is the same mail"
    assert pressed_mail(f"follow_up:{act}:list:abc", "T2:abc").about["at"] == "list"


def test_a_change_opens_a_form_and_so_does_an_answer_s_button() -> None:
    change = pressed_mail("follow_up:change:card", "T2:abc")
    asked = Asked.parse(change.about["asked"])
    assert asked == Asked(team="T2", channel="C1", user="U1ADA", follow_up="abc")
    new = pressed_mail("follow_up:new")
    assert Asked.parse(new.about["asked"]) == Asked(team="T1", channel="C1", user="U1ADA", root="1.0")
    assert change.about["do"] == new.about["do"] == "form"


def test_what_only_its_reader_sees_is_answered_in_its_place() -> None:
    private = {**CLICK["container"], "is_ephemeral": True}
    asked = Asked.parse(pressed_mail("follow_up:change:list:abc", "T1:abc", container=private).about["asked"])
    assert asked is not None
    assert (asked.response_url, asked.replaces) == ("https://hooks.example/1", "list")
    assert pressed_mail("follow_up:cancel:card", "T1:abc", container=private).about["ephemeral"] == "1"


@pytest.mark.parametrize(
    ("action_id", "value"),
    [
        ("follow_up:cancel", ""),
        ("follow_up:cancel", "T1"),
        ("follow_up:cancel", ":abc"),
        ("follow_up:page:list", "x"),
        ("follow_up:page:list", "99999999"),
        ("follow_up:burn", "T1:abc"),
        ("follow_up", ""),
    ],
)
def test_a_press_that_means_nothing_is_passed_over(action_id: str, value: str) -> None:
    assert isinstance(pressed(action_id, value), Ignored)


def test_a_form_is_read_back_as_it_was_drawn() -> None:
    asked = Asked(team="T1", channel="C1", user="U1ADA", zone="Europe/Paris")
    view = follow_up_form.drawn(words_for("fr"), asked, "view-1", FULL, agents=AGENTS)
    assert follow_up_form.read(state_of(view)) == FULL
    assert Asked.parse(view["private_metadata"]) == asked
    empty = follow_up_form.drawn(words_for("en"), asked, "view-1", Form(), agents=AGENTS)
    assert follow_up_form.read(state_of(empty)) == Form()


def test_an_agent_that_is_not_offered_any_more_leaves_the_first() -> None:
    asked = Asked(team="T1", channel="C1", user="U1ADA")
    view = follow_up_form.drawn(words_for("en"), asked, "view-1", replace(FULL, agent="gone"), agents=AGENTS)
    assert follow_up_form.read(state_of(view)).agent == "-"


def test_a_form_with_long_names_and_many_agents_stays_within_slack_s_limits() -> None:
    many = [(f"agent{number}", "x" * 200) for number in range(150)]
    asked = Asked(team="T1", channel="C1", user="U1ADA")
    view = follow_up_form.drawn(words_for("en"), asked, "view-1", FULL, agents=many)
    [options] = [block["element"]["options"] for block in view["blocks"] if block["block_id"] == "agent"]
    assert len(options) == 100
    assert all(len(option["text"]["text"]) <= 75 for option in options)


def test_a_long_message_is_cut_before_a_mention() -> None:
    said = "x" * 1_995 + "<@U1ADA> and so on"
    message = {"type": "message", "user": "U1ADA", "ts": "1.0", "text": said}
    mail = FollowUpShortcut.read(
        {**CLICK, "type": "message_action", "callback_id": FOLLOW_UP_ON, "message": message}
    ).to_mail()
    assert isinstance(mail, Mail)
    assert mail.text == "x" * 1_995


def test_somebody_else_s_form_is_nobody_s() -> None:
    asked = Asked(team="T1", channel="C1", user="U2BEN")
    body = {
        "type": "view_submission",
        "trigger_id": "1.2.3",
        "user": {"id": "U1ADA", "team_id": "T1"},
        "view": {"external_id": "view-1", "private_metadata": asked.dump(), "state": {"values": {}}},
    }
    assert isinstance(SentForm.read(body).to_mail(), Ignored)
    for metadata in ("", "[]", "nothing", '{"team": "T1"}'):
        body["view"] = {"private_metadata": metadata}
        assert isinstance(SentForm.read(body).to_mail(), Ignored)


def state_of(view: dict[str, Any]) -> dict[str, Any]:
    """What Slack would tell of a view that nobody touched."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            held = {
                "plain_text_input": ("value", "initial_value"),
                "number_input": ("value", "initial_value"),
                "datepicker": ("selected_date", "initial_date"),
                "timepicker": ("selected_time", "initial_time"),
                "checkboxes": ("selected_options", "initial_options"),
            }.get(element["type"], ("selected_option", "initial_option"))
            empty: Any = [] if element["type"] == "checkboxes" else None
            values[block["block_id"]] = {element["action_id"]: {held[0]: element.get(held[1], empty)}}
    return values
