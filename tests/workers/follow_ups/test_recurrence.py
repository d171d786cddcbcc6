"""A recurrence is due when its rule says so, across clock changes, month ends and leap days: see `times.toml`."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.follow_ups.models import When
from workers.follow_ups import recurrence
from workers.follow_ups.refusals import Wrong

TABLE = Path(__file__).parent / "times.toml"
PHRASES = Path(__file__).parent / "phrases.toml"
NOW = datetime(2026, 11, 28, 10, 23, tzinfo=ZoneInfo("Europe/Paris")).timestamp()
A_MOMENT = 1.0  # seconds of this process: many times what it takes, and far from the minutes of a walk to the year 9999


def cases(file: Path) -> list[dict[str, Any]]:
    return [case for group in tomllib.loads(file.read_text(encoding="utf-8"))["groups"] for case in group["cases"]]


def named(case: dict[str, Any]) -> str:
    return f"{case.get('rule') or case['cron']} {case['zone']} {case.get('start') or case['after']}"


def when(case: dict[str, Any]) -> When:
    return When(cron=case.get("cron", ""), rule=case.get("rule", ""), start=case.get("start", ""), zone=case["zone"])


def begin(case: dict[str, Any]) -> float:
    if "after" in case:
        return datetime.fromisoformat(case["after"]).timestamp()
    start = datetime.fromisoformat(case["start"]) - timedelta(days=2)
    return start.replace(tzinfo=ZoneInfo(case["zone"])).timestamp()


def upcoming(when: When, moment: float) -> Iterator[int]:
    """One after the other, each found from the one before, as a follow-up finds them."""
    while (occurrence := recurrence.after(when, moment)) is not None:
        yield occurrence
        moment = occurrence


@pytest.mark.parametrize("case", cases(TABLE), ids=named)
def test_it_is_due_when_the_table_says(case: dict[str, Any]) -> None:
    expected = case.get("due", [])
    found = list(islice(upcoming(when(case), begin(case)), max(len(expected), 1)))
    zone = ZoneInfo(case["zone"])
    assert [datetime.fromtimestamp(each, zone).isoformat(timespec="minutes") for each in found] == expected
    assert bool(expected) is not case.get("never", False)


def test_the_tables_have_200_cases_and_say_where_their_answers_come_from() -> None:
    assert len(cases(TABLE)) + len(cases(PHRASES)) >= 200
    for file in (TABLE, PHRASES):
        assert all(group["source"] and group["cases"] for group in tomllib.loads(file.read_text())["groups"])


@pytest.mark.parametrize("case", [case for case in cases(TABLE) if case.get("never")], ids=named)
def test_what_never_occurs_ends_in_a_moment_and_is_refused(case: dict[str, Any]) -> None:
    begun = time.process_time()
    assert recurrence.after(when(case), NOW) is None
    assert time.process_time() - begun < A_MOMENT
    assert recurrence.check(when(case), NOW) == Wrong("follow_up.time.never")
    assert recurrence.shortest_interval(when(case), NOW) is None


LONG = [
    When(rule="FREQ=MINUTELY;INTERVAL=20", start="2001-01-01T09:00", zone="Europe/Paris"),
    When(rule="FREQ=DAILY", start="2001-01-01T09:00", zone="Europe/Paris"),
    When(rule="FREQ=MONTHLY;BYDAY=-1FR", start="2001-01-01T09:00", zone="Europe/Paris"),
    When(cron="*/5 * * * *", zone="Europe/Paris"),
    When(cron="0 9 * * 1-5", zone="Europe/Paris"),
]


@pytest.mark.parametrize("when", LONG, ids=str)
def test_years_of_being_away_are_counted_in_a_moment(when: When) -> None:
    due = next(upcoming(when, NOW - timedelta(days=25 * 365).total_seconds()))
    begun = time.process_time()
    latest, count = recurrence.passed(when, due, NOW)
    assert time.process_time() - begun < A_MOMENT
    assert latest <= NOW < next(upcoming(when, latest))
    assert 300 <= count <= recurrence.MOST_COUNTED


def test_what_passed_is_counted_from_the_first_to_the_last() -> None:
    daily = When(rule="FREQ=DAILY;BYHOUR=9;BYMINUTE=0", start="2026-01-01T09:00", zone="UTC")
    due = int(datetime.fromisoformat("2026-03-01T09:00+00:00").timestamp())
    assert recurrence.passed(daily, due, due) == (due, 1)
    assert recurrence.passed(daily, due, due + 86_399) == (due, 1)
    assert recurrence.passed(daily, due, due + 86_400) == (due + 86_400, 2)
    assert recurrence.passed(When(at=due), due, due + 5) == (due, 1)


def test_a_single_time_is_due_once_and_a_webhook_never() -> None:
    assert recurrence.after(When(at=100), 99.5) == 100
    assert recurrence.after(When(at=100), 100) is None
    assert recurrence.after(When(hook=True), 0) is None


@pytest.mark.parametrize(
    ("when", "seconds"),
    [
        (When(cron="*/20 * * * *"), 1200),
        (When(cron="0,59 * * * *"), 60),
        (When(cron="0 9 * * *", zone="Europe/Paris"), 82_800),  # the day of March that has 23 hours
        (When(cron="0 9 * * 1-5"), 86_400),
        (When(rule="FREQ=MINUTELY;INTERVAL=7", start="2026-01-01T09:00"), 420),
        (When(rule="FREQ=MONTHLY;BYMONTHDAY=1,-1", start="2026-01-01T09:00"), 86_400),
        (When(at=int(NOW) + 60), None),
        (When(hook=True), None),
    ],
    ids=str,
)
def test_the_shortest_interval_is_that_of_the_nearest_neighbours(when: When, seconds: int | None) -> None:
    assert recurrence.shortest_interval(when, NOW) == seconds


@pytest.mark.parametrize(
    ("when", "key", "values"),
    [
        (When(cron="0 9 * * *", zone="Paris"), "zone_nearest", {"zone": "Paris", "nearest": "Europe/Paris"}),
        (When(at=1, zone="Europe/Pari"), "zone_nearest", {"zone": "Europe/Pari", "nearest": "Europe/Paris"}),
        (When(cron="0 9 * * *", zone="new york"), "zone_nearest", {"zone": "new york", "nearest": "America/New_York"}),
        (When(cron="0 9 * * *", zone="Xyzzy"), "zone", {"zone": "Xyzzy"}),
        (When(cron="0 0 9 * * *"), "cron_seconds", {}),
        (When(cron="@daily"), "cron_fields", {}),
        (When(cron="61 * * * *"), "cron_field", {"number": 1, "said": "61"}),
        (When(cron="0 24 * * *"), "cron_field", {"number": 2, "said": "24"}),
        (When(cron="0 9 32 * *"), "cron_field", {"number": 3, "said": "32"}),
        (When(cron="0 9 * 13 *"), "cron_field", {"number": 4, "said": "13"}),
        (When(cron="0 9 * * 5L/2"), "cron_field", {"number": 5, "said": "5L/2"}),
        (When(rule="FREQ=DAILY;COUNT=3"), "rule_end", {"part": "COUNT"}),
        (When(rule="FREQ=DAILY;UNTIL=20270101T000000Z"), "rule_end", {"part": "UNTIL"}),
        (When(rule="FREQ=SECONDLY"), "rule_frequency", {}),
        (When(rule="INTERVAL=2"), "rule_frequency", {}),
        (When(rule="FREQ=DAILY;BYSECOND=30"), "rule_part", {"part": "BYSECOND=30"}),
        (When(rule="FREQ=DAILY;BYDAY=1MO"), "rule_part", {"part": "BYDAY=1MO"}),
        (When(rule="FREQ=WEEKLY;BYMONTHDAY=1"), "rule_part", {"part": "BYMONTHDAY=1"}),
        (When(rule="FREQ=MONTHLY;BYMONTHDAY=0"), "rule_part", {"part": "BYMONTHDAY=0"}),
        (When(rule="FREQ=MONTHLY;BYHOUR=24"), "rule_part", {"part": "BYHOUR=24"}),
        (When(rule="FREQ=DAILY;FREQ=DAILY"), "rule_part", {"part": "FREQ=DAILY"}),
        (When(rule="FREQ=DAILY;INTERVAL=0"), "interval", {}),
        (When(rule="FREQ=DAILY;X-A=1"), "rule_part", {"part": "X-A=1"}),
        (When(rule="FREQ=DAILY;BYHOUR=1" + ",1" * 300), "rule_part", {"part": "RRULE"}),
        (When(rule="FREQ=DAILY", start="2026-01-01T09:00+01:00"), "start", {"said": "2026-01-01T09:00+01:00"}),
        (When(rule="FREQ=DAILY", start="2026-01-01T09:00:30"), "start", {"said": "2026-01-01T09:00:30"}),
        (When(rule="FREQ=DAILY", start="soon"), "start", {"said": "soon"}),
    ],
    ids=str,
)
def test_what_cannot_be_taken_is_named(when: When, key: str, values: dict[str, Any]) -> None:
    assert recurrence.check(when, NOW) == Wrong(f"follow_up.time.{key}", values)


@pytest.mark.parametrize("case", [case for case in cases(TABLE) if not case.get("never")], ids=named)
def test_what_the_table_has_is_taken(case: dict[str, Any]) -> None:
    assert recurrence.check(when(case), begin(case)) is None
