"""The local times of a rule that goes by days, weeks, months or years, in their order: naive, the clocks left aside.

Days are counted here, longer rules are dateutil's. It walks from DTSTART to the year 9999, so its DTSTART is moved:
ahead to the period in question, and by multiples of 400 years, after which the calendar is the same, to where 9999 is
near.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import product

from dateutil import rrule

from workers.follow_ups.rules import Rule

HORIZON = timedelta(
    days=366 * 50
)  # as far as cronsim looks, too: 29 February on a given weekday is 40 years away at most
CYCLE = 400  # years of the calendar, and a whole number of weeks
LAST_YEAR = 9900  # of a moved DTSTART: at least 99 years are looked at, at most 499
_FREQUENCIES = {"WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY, "YEARLY": rrule.YEARLY}
_NAMES = {
    "BYMONTH": "bymonth",
    "BYMONTHDAY": "bymonthday",
    "BYYEARDAY": "byyearday",
    "BYWEEKNO": "byweekno",
    "BYSETPOS": "bysetpos",
}


def of(rule: Rule, start: datetime, since: datetime) -> Iterator[datetime]:
    """Those from `since` on; none is before `start`."""
    since = max(since, start)
    found = _daily(rule, start, since) if rule.frequency == "DAILY" else _longer(rule, start, since)
    return (each for each in found if each >= since)


def fits(day: date, rule: Rule) -> bool:
    """Whether the parts that only leave days out let this one pass."""
    if (months := rule.get("BYMONTH")) and day.month not in months:
        return False
    if rule.days and (0, day.weekday()) not in rule.days:
        return False
    days = rule.get("BYMONTHDAY")
    return not days or day.day in days or day.day - _last(day) - 1 in days


def _last(day: date) -> int:
    following = day.replace(day=28) + timedelta(days=4)
    return (following - timedelta(days=following.day)).day


def hours(rule: Rule, start: datetime) -> list[time]:
    """The times of one day, from the rule or, as the RFC says, from its beginning."""
    found = product(rule.get("BYHOUR") or (start.hour,), rule.get("BYMINUTE") or (start.minute,))
    return [time(hour, minute) for hour, minute in found]


def _daily(rule: Rule, start: datetime, since: datetime) -> Iterator[datetime]:
    times = hours(rule, start)
    day = start.date() + timedelta(days=_whole((since - start).days, rule.interval))
    last = day + HORIZON
    while day <= last:
        if fits(day, rule):
            yield from (datetime.combine(day, each) for each in times)
        day += timedelta(days=rule.interval)


def _longer(rule: Rule, start: datetime, since: datetime) -> Iterator[datetime]:
    first = _period(rule, start, since)
    years = (LAST_YEAR - first.year) // CYCLE * CYCLE
    parts = {_NAMES[part]: values for part, values in rule.numbers.items() if part in _NAMES}
    moved = rrule.rrule(
        _FREQUENCIES[rule.frequency],
        dtstart=datetime.combine(first.replace(year=first.year + years), time()),
        interval=rule.interval,
        wkst=rule.week_start,
        byweekday=[rrule.weekday(day, nth or None) for nth, day in rule.days] or None,
        byhour=rule.get("BYHOUR") or start.hour,
        byminute=rule.get("BYMINUTE") or start.minute,
        bysecond=0,
        **{**_implied(rule, start), **parts},
    )
    for each in moved:
        yield each.replace(year=each.year - years)


def _period(rule: Rule, start: datetime, since: datetime) -> date:
    """The first day of the latest week, month or year that counts and is not after `since`."""
    if rule.frequency == "WEEKLY":
        first = start.date() - timedelta(days=(start.weekday() - rule.week_start) % 7)
        return first + timedelta(weeks=_whole((since.date() - first).days // 7, rule.interval))
    if rule.frequency == "YEARLY":
        return date(start.year + _whole(since.year - start.year, rule.interval), 1, 1)
    months = (since.year - start.year) * 12 + since.month - start.month
    years, month = divmod(start.month - 1 + _whole(months, rule.interval), 12)
    return date(start.year + years, month + 1, 1)


def _whole(count: int, interval: int) -> int:
    return count // interval * interval


def _implied(rule: Rule, start: datetime) -> dict[str, object]:
    """What the beginning says where the rule does not (RFC 5545, 3.3.10, "information ... from DTSTART")."""
    if rule.days or rule.get("BYMONTHDAY") or rule.get("BYYEARDAY"):
        return {}
    if rule.frequency == "WEEKLY" or rule.get("BYWEEKNO"):
        return {"byweekday": start.weekday()}
    if rule.frequency == "YEARLY" and not rule.get("BYMONTH"):
        return {"bymonth": start.month, "bymonthday": start.day}
    return {"bymonthday": start.day}
