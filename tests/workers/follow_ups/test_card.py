"""How a follow-up stands on its card: its state, and no button that could only be refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.follow_ups.models import FollowUp, Status, When, Why
from bot.slack import blocks
from bot.texts import words_for
from workers.follow_ups.card import card, row, state_of, words_of
from workers.follow_ups.facts import Facts

ENGLISH = words_for("en")
ONE = FollowUp(
    id="one",
    team="T0",
    channel="C0",
    owner="U0ADA",
    owner_team="T0",
    prompt="look",
    when=When(rule="FREQ=DAILY", start="2027-03-02T09:00", zone="UTC"),
    made_at=1,
)
HOOK = replace(ONE, when=When(hook=True))
FACTS = Facts(owner="Ada", agent="Assistant", by="", prompt="look", now=datetime(2027, 3, 1, tzinfo=UTC))


def buttons(drawn: blocks.Blocks) -> list[str]:
    return [button["text"]["text"] for block in drawn for button in block.get("elements", [])]


@pytest.mark.parametrize(
    ("follow_up", "facts", "offered"),
    [
        (ONE, FACTS, ["Change", "Cancel"]),
        (HOOK, replace(FACTS, asks=True), ["Allow ahead…", "Show address", "Change", "Cancel"]),
        (HOOK, replace(FACTS, owner_gone=True), ["Cancel"]),
        (ONE.ended(Why.PERSON), FACTS, []),
    ],
)
def test_under_a_card(follow_up: FollowUp, facts: Facts, offered: list[str]) -> None:
    assert buttons(card(follow_up, facts, ENGLISH)) == offered


@pytest.mark.parametrize(
    ("status", "facts", "offered"),
    [
        (Status.ACTIVE, FACTS, ["Change", "Pause", "Run now", "Cancel"]),
        (Status.ACTIVE, replace(FACTS, running=True), ["Change", "Pause", "Cancel"]),
        (Status.ACTIVE, replace(FACTS, asks=True), ["Allow ahead…", "Change", "Pause", "Run now", "Cancel"]),
        (Status.ACTIVE, replace(FACTS, owner_gone=True, nobody_answers=True), ["Pause", "Cancel"]),
        (Status.PAUSED, FACTS, ["Change", "Resume", "Cancel"]),
        (Status.PAUSED, replace(FACTS, nobody_answers=True), ["Change", "Cancel"]),
        (Status.PAUSED, replace(FACTS, owner_gone=True, nobody_answers=True), ["Cancel"]),
    ],
)
def test_under_a_row(status: Status, facts: Facts, offered: list[str]) -> None:
    one = replace(ONE, status=status, why=None if status is Status.ACTIVE else Why.PERSON)
    assert buttons(row(one, facts, ENGLISH, place="list")) == offered


def test_of_a_single_run_it_says_how_that_ended() -> None:
    once = replace(ONE, when=When(at=1), runs=1).ended(Why.DONE)
    assert state_of(once, FACTS, ENGLISH) == "Done: it has run."
    assert state_of(replace(once, failures=1), FACTS, ENGLISH) == "Ended: its only run failed."
    assert state_of(ONE.ended(Why.DONE), FACTS, ENGLISH) == "Ended: its last time is over."


def test_a_zone_is_named_once_where_it_is_the_same() -> None:
    when = replace(ONE.when, zone="Europe/London")
    daily = replace(ONE, when=when, due=int(datetime(2027, 3, 2, 9, tzinfo=UTC).timestamp()))
    in_london, in_paris = (
        words_of(daily, replace(FACTS, now=FACTS.now.astimezone(ZoneInfo(zone)), names_zone=True), ENGLISH)
        for zone in ("Europe/London", "Europe/Paris")
    )
    assert in_london.count("(Europe/London)") == 1
    assert (in_paris.count("(Europe/London)"), in_paris.count("(Europe/Paris)")) == (1, 1)
