"""A follow-up as people fill it in: what each field holds, and what can be wrong with it without reading words. Rules.

Times are those of the person's own zone. What is said in words takes the place of date, time and repetition; only a
worker can read it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, Self

from bot.follow_ups.hook_events import LONGEST_NAME

ONCE, REPEATED = "once", "repeated"
NEVER, BY_DATE, BY_COUNT = "never", "date", "count"
REPEATS = ("day", "weekdays", "week", "two_weeks", "month", "last_day")
DEFAULT_AGENT = "-"  # whoever answers in that place; no agent's name is so
MOST_RUNS = 10_000
PAST = "follow_up.form.past"
MOST_EVENTS = 20  # of one webhook
PROMPT_LIMIT = 3_000  # characters: what an input of Slack's modals takes
UNTIL_LIMIT = 500
WORDS_LIMIT = MOST_EVENTS * (LONGEST_NAME + 2) + 10  # a webhook with all its events: one cut short is another


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`date`, `time` and `end_date` as in ISO 8601, empty where nothing was picked."""

    prompt: str = ""
    agent: str = DEFAULT_AGENT
    kind: str = ONCE
    date: str = ""
    time: str = ""
    repeat: str = "weekdays"
    words: str = ""
    end: str = NEVER
    end_date: str = ""
    count: str = ""
    until: str = ""
    quiet: bool = False
    as_is: bool = False

    @property
    def begins(self) -> datetime | None:
        """Date and time together, as a local time; None where one is missing."""
        try:
            return datetime.combine(date.fromisoformat(self.date), time.fromisoformat(self.time))
        except ValueError:
            return None

    def dump(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value}, ensure_ascii=False)

    @classmethod
    def load(cls, text: str) -> Self:
        body: dict[str, Any] = json.loads(text)
        return cls(**{name: value for name, value in body.items() if name in _NAMES})


@dataclass(frozen=True, slots=True)
class Mistake:
    """A key of the texts and its values. `nearest` is the moment to come that is most like the one that is over."""

    key: str
    values: Mapping[str, int]
    nearest: datetime | None = None


def mistakes(form: Form, now: datetime) -> dict[str, Mistake]:
    """What is wrong, by field; `now` is in the person's zone."""
    found = {
        "prompt": "" if form.prompt.strip() else "follow_up.refused.no_prompt",
        **(_of_moment(form, now) if not form.words.strip() else {}),
        "end_date": _of_end_date(form, now) if form.end == BY_DATE else "",
        "count": _of_count(form) if form.end == BY_COUNT else "",
    }
    return {
        name: Mistake(key, {"most": MOST_RUNS}, _nearest(form, now) if key == PAST else None)
        for name, key in found.items()
        if key
    }


def _of_moment(form: Form, now: datetime) -> dict[str, str]:
    begins = form.begins
    if begins is None:
        missing: tuple[Literal["date", "time"], ...] = ("date", "time")
        return {name: f"follow_up.form.no_{name}" for name in missing if not getattr(form, name)}
    if form.kind == ONCE and begins.replace(tzinfo=now.tzinfo) <= now:
        return {"date" if begins.date() < now.date() else "time": PAST}
    return {}


def _nearest(form: Form, now: datetime) -> datetime | None:
    """The same time of day, today or tomorrow."""
    if form.begins is None:
        return None
    today = datetime.combine(now.date(), form.begins.time(), now.tzinfo)
    return today if today > now else today + timedelta(days=1)


def _of_end_date(form: Form, now: datetime) -> str:
    if not form.end_date:
        return "follow_up.form.no_end_date"
    return "follow_up.refused.ends_past" if date.fromisoformat(form.end_date) < now.date() else ""


def _of_count(form: Form) -> str:
    number = form.count.removesuffix(".0")
    is_number = number.isascii() and number.isdecimal() and len(number) < 6
    return "" if is_number and 1 <= int(number) <= MOST_RUNS else "follow_up.form.no_count"


_NAMES = frozenset(one.name for one in fields(Form))
