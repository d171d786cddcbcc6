"""A day as people write it: "today", "tomorrow morning", "on Friday", "next Monday", "le 3 mars", "the 15th".

A day that is named is that day. "Next Friday", said before this week's Friday, has two readings and is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.texts.words import Language
from workers.follow_ups import dates, vocabulary
from workers.follow_ups.refusals import Refusal
from workers.follow_ups.scanner import Scanner
from workers.follow_ups.vocabulary import WEEKDAY

WHOLE_DAY = time(9)  # where a day is said without a time of day
PARTS = {"morning": time(9), "afternoon": time(14), "evening": time(20)}

_PART = r"(?P<morning>morning|matin)|(?P<afternoon>afternoon|apr[eè]s-midi)|(?P<evening>evening|night|soir)"
_RELATIVE = {
    r"the day after tomorrow|day after tomorrow|apr[eè]s-demain": 2,
    r"tomorrow|demain": 1,
    r"today|aujourd'hui": 0,
}
_TODAY = rf"(?:this|cet?)\s+(?:{_PART})|(?P<tonight>tonight)"
_WEEKDAY = (
    rf"(?P<next>next)\s+(?P<day>{vocabulary.SHORT_WEEKDAY})",
    rf"(?P<day>{WEEKDAY})\s+(?P<next>prochain)",
    rf"(?:on|this|le|ce)\s+(?P<day>{vocabulary.SHORT_WEEKDAY})",
    rf"(?P<day>{WEEKDAY})",
)


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    hour: time = WHOLE_DAY
    hour_said: bool = False
    late: bool = False  # "tonight at 9" is 21:00
    weekly: bool = False  # a weekday by its name: where it is today and over, the next one
    bare: bool = False  # "May 5" alone is no date yet: "May 5 people come?"
    dated: bool = False  # a date of the calendar, not "Friday" or "the 15th"


def take(scanner: Scanner, now: datetime, language: Language) -> Day | None:
    today = now.date()
    if found := scanner.take(_TODAY):
        part = "evening" if found["tonight"] else part_of_day(found)
        return Day(today, PARTS[part], hour_said=True, late=part == "evening")
    for pattern, days in _RELATIVE.items():
        if scanner.take(pattern):
            return with_part(scanner, Day(today + timedelta(days=days)))
    return _by_calendar(scanner, now, language)


def part_of_day(found: re.Match[str]) -> str:
    """Which of `PARTS` a match named."""
    return next(part for part in PARTS if found[part])


def with_part(scanner: Scanner, day: Day) -> Day:
    if not (found := scanner.take(_PART)):
        return day
    part = part_of_day(found)
    return replace(day, hour=PARTS[part], hour_said=True, late=part == "evening")


def _by_calendar(scanner: Scanner, now: datetime, language: Language) -> Day | None:
    before, today = scanner.at, now.date()
    weekday = scanner.take(*_WEEKDAY)
    after_weekday = scanner.at
    prefixed = scanner.take(r"(?:on\s+)?the|on|(?P<le>le)")
    found = dates.take(scanner, today, language)
    dated = found is not None
    if prefixed and not found:  # "le 15", but not "the 3 servers"
        found = dates.numbered(scanner, today, alone=bool(prefixed["le"]))
    said = scanner.text[before : scanner.at].strip(" ,")
    if found and weekday and found.weekday() != vocabulary.weekday(weekday["day"]):
        raise Refusal("other_weekday", said=said, nearest=found)
    if found:
        return Day(found, bare=not (prefixed or weekday or re.search(r"\d{4}|/", said)), dated=dated)
    scanner.at = after_weekday if weekday else before
    return with_part(scanner, _weekday(weekday, today)) if weekday else None


def _weekday(found: re.Match[str], today: date) -> Day:
    day = vocabulary.weekday(found["day"])
    coming = today + timedelta(days=(day - today.weekday()) % 7)
    if not found.groupdict().get("next"):
        return Day(coming, weekly=True)
    if coming == today:
        return Day(coming + timedelta(days=7))
    if day > today.weekday():  # "next Friday" on a Wednesday: some mean this week's, some the other
        raise Refusal("two_days", said=found[0].strip(" ,"), first=coming, second=coming + timedelta(days=7))
    return Day(coming)


def late(at: time) -> time:
    """What an hour means in an evening: "tonight at 9" is 21:00."""
    if at.hour < 5 or at.hour == 12:
        raise Refusal("night")
    return at.replace(hour=at.hour + 12) if at.hour < 12 else at
