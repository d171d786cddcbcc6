"""What is wrong with a form, as far as no words have to be read for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.follow_ups.form import BY_COUNT, BY_DATE, ONCE, REPEATED, Form, mistakes

NOW = datetime(2027, 3, 1, 11, tzinfo=ZoneInfo("Europe/Paris"))
GOOD = Form(prompt="look", kind=ONCE, date="2027-03-01", time="11:01")

CASES: dict[str, tuple[Form, dict[str, str]]] = {
    "nothing": (GOOD, {}),
    "no prompt": (replace(GOOD, prompt=" \n"), {"prompt": "follow_up.refused.no_prompt"}),
    "this very minute": (replace(GOOD, time="11:00"), {"time": "follow_up.form.past"}),
    "yesterday": (replace(GOOD, date="2027-02-28"), {"date": "follow_up.form.past"}),
    "yesterday, and again and again": (replace(GOOD, date="2027-02-28", kind=REPEATED), {}),
    "no day": (replace(GOOD, date=""), {"date": "follow_up.form.no_date"}),
    "neither day nor time": (
        replace(GOOD, date="", time=""),
        {"date": "follow_up.form.no_date", "time": "follow_up.form.no_time"},
    ),
    "no day, but words": (replace(GOOD, date="", words="tomorrow"), {}),
    "a day that is over, but words": (replace(GOOD, date="2026-01-01", words="tomorrow"), {}),
    "no last day": (replace(GOOD, end=BY_DATE), {"end_date": "follow_up.form.no_end_date"}),
    "today as the last day": (replace(GOOD, end=BY_DATE, end_date="2027-03-01"), {}),
    "a last day that is over": (
        replace(GOOD, end=BY_DATE, end_date="2027-02-28"),
        {"end_date": "follow_up.refused.ends_past"},
    ),
    "an old last day that does not count": (replace(GOOD, end_date="2020-01-01"), {}),
    "no count": (replace(GOOD, end=BY_COUNT), {"count": "follow_up.form.no_count"}),
    "no runs": (replace(GOOD, end=BY_COUNT, count="0"), {"count": "follow_up.form.no_count"}),
    "a half run": (replace(GOOD, end=BY_COUNT, count="1.5"), {"count": "follow_up.form.no_count"}),
    "a negative count": (replace(GOOD, end=BY_COUNT, count="-1"), {"count": "follow_up.form.no_count"}),
    "too many runs": (replace(GOOD, end=BY_COUNT, count="10001"), {"count": "follow_up.form.no_count"}),
    "one run": (replace(GOOD, end=BY_COUNT, count="1"), {}),
    "several at once": (
        replace(GOOD, prompt="", date="2027-02-28", end=BY_COUNT),
        {
            "prompt": "follow_up.refused.no_prompt",
            "date": "follow_up.form.past",
            "count": "follow_up.form.no_count",
        },
    ),
}


@pytest.mark.parametrize(("form", "wrong"), CASES.values(), ids=CASES)
def test_what_is_wrong_with_a_form(form: Form, wrong: dict[str, str]) -> None:
    assert {name: mistake.key for name, mistake in mistakes(form, NOW).items()} == wrong


@pytest.mark.parametrize(
    ("form", "day", "hour"),
    [
        (replace(GOOD, time="11:00"), 2, 11),
        (replace(GOOD, date="2027-02-20", time="12:00"), 1, 12),
        (replace(GOOD, date="2027-02-20", time="10:00"), 2, 10),
    ],
)
def test_of_a_time_that_is_over_the_nearest_to_come_is_known(form: Form, day: int, hour: int) -> None:
    [mistake] = mistakes(form, NOW).values()
    assert mistake.nearest == datetime(2027, 3, day, hour, tzinfo=NOW.tzinfo)


def test_a_form_is_read_back_as_it_was_written() -> None:
    form = replace(GOOD, quiet=True, end=BY_COUNT, count="3", words="chaque jour à 9h")
    assert Form.load(form.dump()) == form
