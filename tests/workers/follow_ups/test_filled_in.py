"""A form's fields as times, and times as fields."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.follow_ups.form import BY_COUNT, BY_DATE, MOST_EVENTS, ONCE, REPEATED, WORDS_LIMIT, Form
from bot.follow_ups.hook_events import LONGEST_NAME
from bot.follow_ups.models import FollowUp, When
from bot.texts.words import Language
from workers.follow_ups import filled_in
from workers.follow_ups.filled_in import Timed
from workers.follow_ups.refusals import Wrong

ZONE = "Europe/Paris"
NOW = datetime(2027, 3, 1, 11, 7, tzinfo=ZoneInfo(ZONE))  # a Monday
ON_TUESDAY = Form(prompt="look", kind=REPEATED, date="2027-03-02", time="09:15")


def at(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=ZoneInfo(ZONE)).timestamp())  # type: ignore[misc, arg-type]


def by_rule(rule: str) -> When:
    return When(rule=rule, start="2027-03-02T09:15:00", zone=ZONE)


CHOICES = {
    "day": "FREQ=DAILY",
    "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "week": "FREQ=WEEKLY;BYDAY=TU",
    "two_weeks": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
    "month": "FREQ=MONTHLY;BYMONTHDAY=2",
    "last_day": "FREQ=MONTHLY;BYMONTHDAY=-1",
}


def of(when: When, **changes: object) -> FollowUp:
    bare = FollowUp(
        id="a", team="T", channel="C", owner="U", owner_team="T", prompt="look", when=when, made_at=1,
        due=at(2027, 3, 2, 9),
    )  # fmt: skip
    return replace(bare, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("repeat", "rule"), CHOICES.items())
def test_each_choice_is_a_rule_and_is_the_same_choice_again(repeat: str, rule: str) -> None:
    form = replace(ON_TUESDAY, repeat=repeat)
    assert filled_in.timed(form, now=NOW, language="en") == Timed(by_rule(rule))
    assert filled_in.form_of(of(by_rule(rule)), prompt="look", zone=ZONE, words="in words") == form


def test_once_is_a_moment_in_the_person_s_zone_and_the_same_fields_again() -> None:
    form = replace(ON_TUESDAY, kind=ONCE)
    when = When(at=at(2027, 3, 2, 9, 15), zone=ZONE)
    assert filled_in.timed(form, now=NOW, language="en") == Timed(when)
    again = filled_in.form_of(of(when), prompt="look", zone=ZONE, words="in words")
    assert (again.kind, again.date, again.time, again.words) == (ONCE, "2027-03-02", "09:15", "")


def test_a_rule_with_its_hour_is_the_choice_that_means_the_same() -> None:
    """So phrases write them."""
    when = by_rule("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=15")
    assert filled_in.form_of(of(when), prompt="look", zone=ZONE, words="in words").repeat == "weekdays"


FREE: dict[str, When] = {
    "a rule without a choice": by_rule("FREQ=MONTHLY;BYDAY=-1FR"),
    "several times a day": by_rule("FREQ=DAILY;BYHOUR=9,17;BYMINUTE=15"),
    "a crontab": When(cron="15 9 * * 1-5", zone=ZONE),
    "a webhook": When(hook=True, zone=ZONE),
    "another zone's rule": replace(by_rule("FREQ=DAILY"), zone="Asia/Tokyo"),
}


@pytest.mark.parametrize("when", FREE.values(), ids=FREE)
def test_what_the_form_has_no_choice_for_stands_in_words_and_stays_what_it_is(when: When) -> None:
    form = filled_in.form_of(of(when), prompt="look", zone=ZONE, words="in words of ours")
    assert form.words == ("webhook" if when.hook else "in words of ours")
    kept = filled_in.timed(replace(form, prompt="look again"), now=NOW, language="en", before=(form, when))
    assert kept == Timed(when, events=None)
    other = filled_in.timed(replace(form, words="every day at 8"), now=NOW, language="en", before=(form, when))
    assert isinstance(other, Timed)
    assert other.when != when


WORDS: dict[str, tuple[str, Language, object]] = {
    "once": ("in 2 hours", "en", Timed(When(at=at(2027, 3, 1, 13, 7), zone=ZONE))),
    "in French": ("demain à midi", "fr", Timed(When(at=at(2027, 3, 2, 12), zone=ZONE))),
    "no time": ("when the moon is blue", "en", Wrong(filled_in.NOT_UNDERSTOOD)),
    "a time and something else": ("tomorrow at 9 look", "en", Wrong("follow_up.form.unread", {"said": "look"})),
    "a day": ("on Tuesday", "en", Timed(When(at=at(2027, 3, 2, 9), zone=ZONE), hour_said=False)),
    "a past time": (
        "yesterday at 9",
        "en",
        Wrong("follow_up.time.past", {"nearest": datetime(2027, 3, 2, 9, tzinfo=ZoneInfo(ZONE))}),
    ),
    "an exception": (
        "every day at 9 except on bank holidays",
        "en",
        Wrong("follow_up.form.unread", {"said": "except on bank holidays"}),
    ),
    "a webhook": (
        "webhook issues.closed, push",
        "en",
        Timed(When(hook=True, zone=ZONE), events=("issues.closed", "push")),
    ),
    "an event that is none": (
        "webhook isues.closed",
        "en",
        Wrong("follow_up.time.event_nearest", {"said": "isues.closed", "nearest": "issues.closed"}),
    ),
    "something else and a time": ("look tomorrow at 9", "en", Wrong(filled_in.NOT_UNDERSTOOD)),
}


@pytest.mark.parametrize(("words", "language", "found"), WORDS.values(), ids=WORDS)
def test_words_say_when_and_nothing_else(words: str, language: Language, found: object) -> None:
    form = replace(ON_TUESDAY, words=words)
    assert filled_in.timed(form, now=NOW, language=language) == found


def test_an_end_in_words_counts_where_the_form_names_none() -> None:
    form = replace(ON_TUESDAY, words="every day at 9, 5 times")
    found = filled_in.timed(form, now=NOW, language="en")
    assert isinstance(found, Timed)
    assert found.most_runs == 5
    other = filled_in.timed(replace(form, end=BY_COUNT, count="3"), now=NOW, language="en")
    assert isinstance(other, Timed)
    assert other.most_runs == 3


def test_the_last_day_counts_to_its_last_second() -> None:
    form = replace(ON_TUESDAY, end=BY_DATE, end_date="2027-03-28")  # with a change of the clock before it ends
    found = filled_in.timed(form, now=NOW, language="en")
    assert isinstance(found, Timed)
    assert found.ends_at == at(2027, 3, 29) - 1
    again = filled_in.form_of(of(found.when, ends_at=found.ends_at), prompt="look", zone=ZONE, words="")
    assert (again.end, again.end_date) == (BY_DATE, "2027-03-28")


def test_an_empty_form_proposes_a_time_that_is_to_come() -> None:
    form = filled_in.empty("> look", NOW)
    assert (form.date, form.time, form.prompt) == ("2027-03-01", "12:00", "> look")


def test_a_webhook_s_events_are_changed_in_words_and_those_that_an_agent_named_may_stay() -> None:
    when = When(hook=True, zone=ZONE)
    form = filled_in.form_of(of(when, events=("odd", "push")), prompt="look", zone=ZONE, words="")
    assert form.words == "webhook odd, push"
    more = replace(form, words="webhook odd, issues.*")
    found = filled_in.timed(more, now=NOW, language="en", before=(form, when))
    assert found == Timed(when, events=("odd", "issues.*"))


def test_as_many_and_as_long_events_as_there_may_be_stand_in_the_form_whole() -> None:
    when = When(hook=True, zone=ZONE)
    events = tuple(f"deploy.{number:0{LONGEST_NAME - 7}}" for number in range(MOST_EVENTS))
    form = filled_in.form_of(of(when, events=events), prompt="look", zone=ZONE, words="")
    assert len(form.words) <= WORDS_LIMIT <= 3_000, "what Slack's input takes"
    again = replace(form, words=f"{form.words} ".replace("webhook", "Webhook"))
    assert filled_in.timed(again, now=NOW, language="en", before=(form, when)) == Timed(when, events=events)


def test_many_words_of_ours_fit_their_field() -> None:
    form = filled_in.form_of(of(When(cron="15 9 * * 1-5")), prompt="look", zone=ZONE, words="w" * 5_000)
    assert len(form.words) == WORDS_LIMIT
