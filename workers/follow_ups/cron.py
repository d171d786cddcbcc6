"""The moments of a cron expression. cronsim reads it and judges days; the clocks are followed as Debian's cron does.

An expression with a star in its minute or hour follows the clock as it is shown: what is skipped does not come, what
comes twice comes twice. All others mean fixed times: a skipped one comes as soon as the clocks have been changed, one
that comes twice means the first (https://manpages.debian.org/cron, "Daylight Saving Time and other time changes").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import product
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from workers.follow_ups import clocks
from workers.follow_ups.local_times import HORIZON
from workers.follow_ups.refusals import Refusal

LONGEST = 200  # characters
FIELDS = 5
_DAY = 86_400
_WRONG = ("Bad minute", "Bad hour", "Bad day-of-month", "Bad month", "Bad day-of-week")  # cronsim's, by field


@dataclass(frozen=True, slots=True)
class Expression:
    """`days` says which days match; None where no calendar has such a day."""

    days: CronSim | None
    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    follows_the_clock: bool


@lru_cache(maxsize=1024)
def parse(text: str) -> Expression:
    """What the expression says. `Refusal` names what is wrong with it."""
    fields = text.split()
    if len(fields) == FIELDS + 1:
        raise Refusal("cron_seconds")
    if len(fields) != FIELDS or len(text) > LONGEST:
        raise Refusal("cron_fields")
    any_month = _read([*fields[:3], "*", fields[4]])
    stars = fields[0].startswith("*") or fields[1].startswith("*")
    return Expression(_days(fields), tuple(sorted(any_month.hours)), tuple(sorted(any_month.minutes)), stars)


def _days(fields: list[str]) -> CronSim | None:
    _read([*fields[:2], "*", *fields[3:]])
    try:
        return _read(fields)
    except Refusal:  # with any day or any month it is right: the month has no such day
        return None


def _read(fields: list[str]) -> CronSim:
    try:
        return CronSim(" ".join(fields), datetime(2000, 1, 1))  # noqa: DTZ001  # a local time is meant
    except CronSimError as exc:
        wrong = _WRONG.index(str(exc))
    except (AssertionError, TypeError):  # of "5L/2"
        wrong = FIELDS - 1
    raise Refusal("cron_field", number=wrong + 1, said=fields[wrong])


def moments(expression: Expression, zone: ZoneInfo, since: float) -> Iterator[int]:
    """In their order, from some time before `since` on."""
    day = (clocks.local(since, zone) - clocks.LONGEST_GAP).date()
    last = day + HORIZON
    while expression.days and day <= last:
        if day.month not in expression.days.months:
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            continue
        if expression.days.match_day(day):
            yield from _of_day(expression, day, zone, since)
        day += timedelta(days=1)


def _of_day(expression: Expression, day: date, zone: ZoneInfo, since: float) -> Iterator[int]:
    start = datetime.combine(day, time())
    begins, ends = clocks.moment(start, zone), clocks.moment(start + timedelta(days=1), zone)
    if ends - begins != _DAY or clocks.is_skipped(start, zone):
        yield from sorted(_of_changed_day(expression, start, zone))
        return
    for hour in expression.hours:
        if (begun := begins + hour * 3600) + 3600 > since:
            yield from (begun + minute * 60 for minute in expression.minutes)


def _of_changed_day(expression: Expression, start: datetime, zone: ZoneInfo) -> set[int]:
    found = set()
    for hour, minute in product(expression.hours, expression.minutes):
        local = start.replace(hour=hour, minute=minute)
        if not expression.follows_the_clock:
            found.add(clocks.moment(clocks.after_the_gap(local, zone), zone))
        elif not clocks.is_skipped(local, zone):
            found |= {clocks.moment(local, zone), clocks.moment(local.replace(fold=1), zone)}
    return found
