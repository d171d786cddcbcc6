"""A model's times are taken exactly, or refused in one sentence with the time that would have been sensible."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.follow_ups.models import When
from bot.texts import words_for
from workers.follow_ups import described, exact
from workers.follow_ups.exact import Given
from workers.follow_ups.refusals import Wrong

NOW = datetime(2026, 11, 28, 10, 23, 40, tzinfo=ZoneInfo("Europe/Paris"))


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(
    ("given", "when"),
    [
        (Given(at="2026-12-24T18:00Z"), When(at=moment("2026-12-24T18:00+00:00"), zone="Europe/Paris")),
        (Given(at="2026-12-24T18:00:00-05:00"), When(at=moment("2026-12-24T23:00+00:00"), zone="Europe/Paris")),
        (Given(at="2026-12-24T18:00", zone="Asia/Tokyo"), When(at=moment("2026-12-24T09:00+00:00"), zone="Asia/Tokyo")),
        (Given(at="2026-12-24T18:00[Asia/Tokyo]"), When(at=moment("2026-12-24T09:00+00:00"), zone="Asia/Tokyo")),
        (
            Given(at="2027-07-01T09:00+02:00[Europe/Paris]"),
            When(at=moment("2027-07-01T07:00+00:00"), zone="Europe/Paris"),
        ),
        (Given(cron=" 0 9 * * 1-5 "), When(cron="0 9 * * 1-5", zone="Europe/Paris")),
        (Given(cron="0 9 * * 1", zone="Asia/Tokyo"), When(cron="0 9 * * 1", zone="Asia/Tokyo")),
        (
            Given(rule="RRULE:freq=daily;byhour=9;byminute=0"),
            When(rule="FREQ=DAILY;BYHOUR=9;BYMINUTE=0", start="2026-11-28T10:24", zone="Europe/Paris"),
        ),
        (
            Given(rule="FREQ=WEEKLY", start="2026-12-01T09:00", zone="America/New_York"),
            When(rule="FREQ=WEEKLY", start="2026-12-01T09:00", zone="America/New_York"),
        ),
    ],
    ids=str,
)
def test_what_a_model_says_exactly_is_taken(given: Given, when: When) -> None:
    assert exact.read(given, now=NOW) == when


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (Given(), "exactly one of"),
        (Given(at="2026-12-24T18:00Z", cron="0 9 * * *"), "exactly one of"),
        (
            Given(at="2026-12-24T18:00"),
            "the person is in Europe/Paris. If you mean the time there, it is 2026-12-24T18:00:00+01:00",
        ),
        (Given(at="2026-12-24"), "ISO 8601"),
        (Given(at="tomorrow"), "ISO 8601"),
        (Given(at="2026-12-24T18:00+05:00[Europe/Paris]"), "it is 2026-12-24T18:00:00+01:00"),
        (Given(at="2026-11-28T09:00+01:00"), "2026-11-29T09:00:00+01:00"),
        (Given(at="2026-11-28T10:23:30+01:00"), "2026-11-28T10:24:00+01:00"),
        (Given(at="2099-01-01T09:00Z"), "2031-11-28T10:23:40+01:00"),
        (Given(at="0001-01-01T00:00+14:00"), "That time is over"),
        (Given(at="9999-12-31T23:59-14:00"), "more than 5 years"),
        (Given(cron="0 9 * * 1", zone="Paris"), "Europe/Paris"),
        (Given(cron="0 0 9 * * 1"), "five fields"),
        (Given(cron="0 9 30 2 *"), "never happens"),
        (Given(rule="FREQ=DAILY;COUNT=5"), "no COUNT"),
        (Given(rule="FREQ=DAILY", start="2050-01-01T09:00"), "2031-11-28T10:23:40+01:00"),
        (Given(rule="FREQ=DAILY", start="2026-12-01T09:00Z"), "without a zone"),
        (Given(rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "never happens"),
    ],
    ids=str,
)
def test_what_it_cannot_mean_is_refused_with_what_would_be_right(given: Given, sentence: str) -> None:
    found = exact.read(given, now=NOW)
    assert isinstance(found, Wrong)
    assert sentence in described.refusal(found, words_for("en"), to_a_model=True)
