"""A time that comes once, as people write it: "in 2h", "tomorrow at noon", "on Friday at 14:30", "dans 20 min".

Hours and minutes from now are counted, days and longer keep the time of day. A day without a time of day means 9:00.
A time of day without a day is the next one. A day that is named is that day: what has passed there is refused.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from bot.texts.words import Language
from workers.follow_ups import days, hours, vocabulary
from workers.follow_ups.days import Day
from workers.follow_ups.refusals import Refusal
from workers.follow_ups.scanner import Scanner
from workers.follow_ups.vocabulary import MONTH, NUMBER, UNIT, WEEK

YEARS_AHEAD = 5  # whoever asks for more has mistyped a year

_SPAN = rf"{NUMBER}\s*(?:{UNIT})"
_SPECIAL = {
    r"(?:an?\s+)?half(?:\s+an)?\s+hour|une demi-heure": timedelta(minutes=30),
    r"(?:a\s+)?quarter of an hour|un quart d'heure": timedelta(minutes=15),
    r"an hour and a half|une heure et demie": timedelta(minutes=90),
}


@dataclass(frozen=True, slots=True)
class Once:
    """`hour_said`: whether the time of day was said, or follows from what was. `exact`: it cannot be part of a task,
    as "tomorrow" can be in "list what is due tomorrow"."""

    moment: datetime
    hour_said: bool = True
    exact: bool = True


def take(scanner: Scanner, now: datetime, language: Language) -> Once | None:
    """The time that stands here; None, with the place where it was, for something else."""
    before = scanner.at
    found = _span(scanner, now) or _day_and_time(scanner, now, language) or _time_and_day(scanner, now, language)
    if found is None:
        scanner.at = before
        return None
    return replace(found, moment=checked(found.moment, now))


def checked(moment: datetime, now: datetime) -> datetime:
    """`moment`, if it is to come and not absurdly far away; else `Refusal` with the nearest sensible one."""
    latest = _months_later(now, 12 * YEARS_AHEAD)
    if moment.year < now.year - 1:  # years at the calendar's ends have no moments in each zone
        raise Refusal("past", nearest=_again(moment, now))
    if moment.year > latest.year + 1 or moment.timestamp() > latest.timestamp():
        raise Refusal("too_far", years=YEARS_AHEAD, nearest=latest)
    if moment.timestamp() > now.timestamp():
        return moment
    if now.timestamp() - moment.timestamp() < 60:
        raise Refusal("past", nearest=_elapsed(now.replace(second=0, microsecond=0), timedelta(minutes=1)))
    raise Refusal("past", nearest=_again(moment, now))


def _again(moment: datetime, now: datetime) -> datetime:
    """The same time of day, as soon as it comes again."""
    today = moment.replace(year=now.year, month=now.month, day=now.day).astimezone(now.tzinfo).time()
    nearest = datetime.combine(now.date(), today, now.tzinfo)
    return nearest if nearest.timestamp() > now.timestamp() else nearest + timedelta(days=1)


def span(scanner: Scanner, now: datetime) -> datetime | None:
    """What stands here of "2 hours and 30 minutes", "1h30", "a week", counted from `now`."""
    for pattern, length in _SPECIAL.items():
        if scanner.take(pattern):
            return _elapsed(now, length)
    if both := scanner.take(r"(?P<hours>\d{1,3})\s?h\s?(?P<minutes>\d{2})(?:\s?min|m)?"):
        return _elapsed(now, timedelta(hours=int(both["hours"]), minutes=int(both["minutes"])))
    if not (first := scanner.take(_SPAN)):
        return None
    found = _later(now, first)
    while further := scanner.take(rf"(?:(?:and|et)\s+)?{_SPAN}"):
        found = _later(found, further)
    return found


def _span(scanner: Scanner, now: datetime) -> Once | None:
    if not scanner.take("in|dans"):
        return None
    if not (moment := span(scanner, now)):
        return None
    if moment.date() != now.date() and moment.time() == now.time() and (at := hours.take(scanner, beside_a_day=True)):
        return Once(datetime.combine(moment.date(), at, now.tzinfo))
    return Once(moment)


def _later(moment: datetime, found: re.Match[str]) -> datetime:
    number, unit = vocabulary.number(found["number"]), vocabulary.unit(found)
    try:
        match unit:
            case vocabulary.MINUTE:
                return _elapsed(moment, timedelta(minutes=number))
            case vocabulary.HOUR:
                return _elapsed(moment, timedelta(hours=number))
            case vocabulary.DAY | vocabulary.WEEK:
                return moment + timedelta(days=number * (7 if unit == WEEK else 1))
        return _months_later(moment, number * (1 if unit == MONTH else 12))
    except (OverflowError, ValueError):
        raise Refusal("too_far", years=YEARS_AHEAD, nearest=_months_later(moment, 12 * YEARS_AHEAD)) from None


def _elapsed(moment: datetime, length: timedelta) -> datetime:
    """So much later by a stopwatch, whatever the clocks do in between."""
    return (moment.astimezone(UTC) + length).astimezone(moment.tzinfo)


def _months_later(moment: datetime, months: int) -> datetime:
    """The same day of a later month, or its last."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _day_and_time(scanner: Scanner, now: datetime, language: Language) -> Once | None:
    if not (found := days.take(scanner, now, language)):
        return None
    at = hours.take(scanner, beside_a_day=True)
    return None if found.bare and at is None else _at(found, at, now)


def _time_and_day(scanner: Scanner, now: datetime, language: Language) -> Once | None:
    if (at := hours.take(scanner, beside_a_day=False)) is None:
        return None
    if found := days.take(scanner, now, language):
        return _at(found, at, now)
    moment = datetime.combine(now.date(), at, now.tzinfo)
    return Once(moment if moment.timestamp() > now.timestamp() else moment + timedelta(days=1))


def _at(day: Day, at: time | None, now: datetime) -> Once:
    if at is not None and day.late:
        at = days.late(at)
    moment = datetime.combine(day.on, day.hour if at is None else at, now.tzinfo)
    if day.weekly and moment.timestamp() <= now.timestamp():
        moment += timedelta(days=7)
    return Once(moment, hour_said=day.hour_said or at is not None, exact=at is not None)
