"""What people type is understood, or refused with the nearest sensible time: see `phrases.toml`."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.texts import words_for
from bot.texts.words import LANGUAGES, Language
from tests.workers.follow_ups.test_recurrence import PHRASES, cases, upcoming
from workers.follow_ups import described, phrases, recurrence
from workers.follow_ups.phrases import Read
from workers.follow_ups.refusals import Wrong

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 28, 10, 23, tzinfo=PARIS)


def read(text: str, *, now: datetime = NOW, language: Language = "en") -> Read | Wrong:
    return phrases.read(text, now=now, language=language)


def understood(text: str, *, now: datetime = NOW, language: Language = "en") -> Read:
    found = read(text, now=now, language=language)
    assert isinstance(found, Read), found
    return found


def written(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("case", [case for case in cases(PHRASES) if "due" in case], ids=lambda case: case["text"])
def test_a_phrase_is_read_as_the_table_says(case: dict[str, Any]) -> None:
    found = understood(case["text"], language=case.get("language", "en"))
    first = islice(upcoming(found.when, NOW.timestamp()), len(case["due"]))
    assert [written(datetime.fromtimestamp(each, PARIS)) for each in first] == case["due"]
    assert found.prompt == case["prompt"]
    ends = datetime.fromisoformat(case["ends"]).timestamp() if "ends" in case else 0
    assert (found.ends_at, found.most_runs) == (ends, case.get("runs", 0))
    assert found.hour_said is case.get("hour_said", True)
    assert found.end_said == case.get("end_said", "")
    assert found.when.zone == "Europe/Paris"
    assert recurrence.check(found.when, NOW.timestamp()) is None


@pytest.mark.parametrize("case", [case for case in cases(PHRASES) if "wrong" in case], ids=lambda case: case["text"])
def test_what_cannot_be_taken_is_refused_with_the_nearest_time(case: dict[str, Any]) -> None:
    found = read(case["text"])
    assert isinstance(found, Wrong), found
    assert found.key == f"follow_up.time.{case['wrong']}"
    named = {name: written(value) for name, value in found.values.items()}
    assert {name: named.get(name) for name in ("nearest", "first", "second")} == {
        name: case.get(name) for name in ("nearest", "first", "second")
    }
    assert case.get("said") in (None, named.get("said"))


@pytest.mark.parametrize("case", [case for case in cases(PHRASES) if "wrong" in case], ids=lambda case: case["text"])
def test_each_refusal_is_a_sentence_in_both_languages(case: dict[str, Any]) -> None:
    found = read(case["text"])
    assert isinstance(found, Wrong)
    for language in LANGUAGES:
        assert described.refusal(found, words_for(language)).endswith((".", "?"))


def test_what_is_quoted_of_a_phrase_is_short() -> None:
    found = read(f"every day at 9 except {'x' * 500} list")
    assert isinstance(found, Wrong)
    assert len(str(found.values["said"])) <= 60


def test_the_seconds_of_now_count_for_a_span_and_not_for_a_recurrence() -> None:
    now = NOW.replace(second=40)
    assert understood("in 20 minutes check", now=now).when.at == now.timestamp() + 1200
    assert understood("every 20 minutes check", now=now).when.start == "2026-11-28T10:43:00"


def test_hours_are_counted_and_days_keep_the_time_of_day_across_a_change_of_the_clocks() -> None:
    evening = datetime(2027, 3, 27, 20, 0, tzinfo=PARIS)
    hours = understood("in 12 hours check", now=evening).when.at
    days = understood("in 1 day check", now=evening).when.at
    assert datetime.fromtimestamp(hours, PARIS).isoformat() == "2027-03-28T09:00:00+02:00"
    assert datetime.fromtimestamp(days, PARIS).isoformat() == "2027-03-28T20:00:00+02:00"


def test_every_other_week_keeps_its_weeks() -> None:
    """The rule begins with its first time, so the weeks are counted from there, not from when it was typed."""
    sunday = datetime(2026, 11, 29, 12, 0, tzinfo=PARIS)
    found = understood("every 2 weeks on Monday and Wednesday at 9 list", now=sunday)
    days = [datetime.fromtimestamp(each, PARIS).day for each in islice(upcoming(found.when, sunday.timestamp()), 4)]
    assert days == [30, 2, 14, 16]


WORDS = (
    "in on at every each the last first of month 20 9 9:00 31 30 2 0 minutes hours days week weekday Monday Friday "
    "tomorrow tonight next March February 2027 2026-12-24 03/04 until times and , dans à le tous les jours chaque "
    "mois lundi dernier demain midi 9h 14h30 er 1er fois jusqu'au mars février check vérifier 25:00 99 am pm "
    "yesterday hier ago il y a heures evening"
)


@settings(max_examples=150, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS.split()), max_size=9), language=st.sampled_from(LANGUAGES))
def test_whatever_is_typed_is_a_time_to_come_or_a_sentence(words: list[str], language: Language) -> None:
    found = read(" ".join(words), language=language)
    if isinstance(found, Wrong):
        assert described.refusal(found, words_for(language))
        return
    first = recurrence.after(found.when, NOW.timestamp())
    assert first is not None
    assert first > NOW.timestamp()
    assert found.prompt in " ".join(words)
    assert described.when(found.when, words_for(language), now=NOW)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    assert isinstance(read(text), Read | Wrong)
