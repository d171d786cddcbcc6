"""A time that people name though it is over: "yesterday at 9", "last Monday", "2 hours ago", "il y a 2 heures".

It is understood only to be refused: as what to do, "yesterday at 9 look" would be a promise for 9:00. "The last Friday
of the month" is none. Rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from workers.follow_ups import days, hours, once, vocabulary
from workers.follow_ups.days import Day
from workers.follow_ups.refusals import Refusal
from workers.follow_ups.scanner import Scanner
from workers.follow_ups.vocabulary import SHORT_WEEKDAY, WEEKDAY

AGO = "ago"
_NIGHT = r"last\s+night"
_YESTERDAY = r"(?:the\s+)?day\s+before\s+yesterday|avant-hier|yesterday|hier"
_LAST = (
    rf"(?:on\s+)?last\s+(?P<day>{SHORT_WEEKDAY})(?!\s+(?:of|in)\b)",
    rf"(?:le\s+)?(?P<day>{WEEKDAY})\s+dernier",
)
_LONGEST = timedelta(days=365)  # how long ago makes no difference to when it comes again


@dataclass(frozen=True, slots=True)
class Past:
    """`nearest` is the same time of day, of a weekday on that day, as soon as it comes. `exact` as in `once.Once`."""

    nearest: datetime
    exact: bool

    @property
    def refusal(self) -> Refusal:
        return Refusal("past", nearest=self.nearest)


def take(scanner: Scanner, now: datetime) -> Past | None:
    """What stands here, also behind its time of day; None, with the place where it was, for something else."""
    before = scanner.at
    if found := _span(scanner, now) or _day_and_time(scanner, now):
        return found
    scanner.at = before
    first = hours.take(scanner, beside_a_day=False)
    if first is not None and (found := _day_and_time(scanner, now, first)):
        return found
    scanner.at = before
    return None


def _span(scanner: Scanner, now: datetime) -> Past | None:
    before = scanner.at
    is_french = scanner.take(r"il\s+y\s+a") is not None
    length = once.span(scanner, now)
    if length and (is_french or scanner.take(AGO)):
        at = hours.take(scanner, beside_a_day=True)
        moment = now - min(length - now, _LONGEST)
        return Past(_coming(now, moment.time() if at is None else at), exact=True)
    scanner.at = before
    return None


def _day_and_time(scanner: Scanner, now: datetime, first: time | None = None) -> Past | None:
    if not (found := _day(scanner, now.date())):
        return None
    at = hours.take(scanner, beside_a_day=True) if first is None else first
    if at is not None and found.late:
        at = days.late(at)
    nearest = _coming(now, found.hour if at is None else at, on=found.on if found.weekly else None)
    return Past(nearest, exact=at is not None or found.hour_said)


def _day(scanner: Scanner, today: date) -> Day | None:
    if scanner.take(_NIGHT):
        return Day(today, days.PARTS["evening"], hour_said=True, late=True)
    if scanner.take(_YESTERDAY):
        return days.with_part(scanner, Day(today))
    if found := scanner.take(*_LAST):
        return days.with_part(scanner, _weekday(found, today))
    return None


def _weekday(found: re.Match[str], today: date) -> Day:
    ahead = (vocabulary.weekday(found["day"]) - today.weekday()) % 7
    return Day(today + timedelta(days=ahead), weekly=True)


def _coming(now: datetime, at: time, *, on: date | None = None) -> datetime:
    nearest = datetime.combine(on or now.date(), at.replace(second=0, microsecond=0), now.tzinfo)
    if nearest.timestamp() > now.timestamp():
        return nearest
    return nearest + timedelta(days=7 if on else 1)
