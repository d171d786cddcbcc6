"""Follow-ups of the proving ground, each with all the moments at which it must run, worked out the slow way.

The week has the change of the clocks in Europe in it. What is due when is walked day by day here, with nothing of the
product's own reckoning.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.follow_ups.models import FollowUp, When
from tests.proof.talks import token

BEGINS = datetime(2027, 3, 26, tzinfo=UTC)  # the clocks of Paris change on the 28th, those of New York did on the 14th
DAYS = 7
ENDS = BEGINS + timedelta(days=DAYS)
QUIET = timedelta(
    hours=3
)  # at both ends of the week: while it begins nothing is due, and what was late comes to an end
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kolkata", "UTC")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Promise:
    follow_up: FollowUp
    expected: frozenset[int]


@dataclass(frozen=True)
class Kind:
    """`share` of all; `make` gives the rule and its moments."""

    share: float
    make: Callable[[random.Random, ZoneInfo], tuple[When, Iterator[datetime]]]


def kinds() -> tuple[Kind, ...]:
    return (
        Kind(0.35, _once),
        Kind(0.15, _daily),
        Kind(0.10, _weekdays),
        Kind(0.25, _weekly),
        Kind(0.05, _six_hourly),
        Kind(0.10, _last_of_month),
    )


def promise(number: int, rng: random.Random, *, team: str, owner: str, channel: str, thread_ts: str) -> Promise:
    """One of any kind, told by its token; without a `thread_ts` each run begins a thread."""
    found = kinds()
    kind = rng.choices(found, weights=[kind.share for kind in found])[0]
    when, moments = kind.make(rng, ZoneInfo(rng.choice(ZONES)))
    first, last = (BEGINS + QUIET).timestamp(), (ENDS - QUIET).timestamp()
    expected = sorted({int(moment.timestamp()) for moment in moments if first <= moment.timestamp() <= last})
    follow_up = FollowUp(
        id=f"promise{number}",
        team=team,
        channel=channel,
        thread_ts=thread_ts,
        owner=owner,
        owner_team=team,
        prompt=token(number),
        when=when,
        made_at=int(BEGINS.timestamp()),
        ends_at=int(last) if when.recurs else 0,
        due=expected[0] if expected else 0,
    )
    return Promise(follow_up, frozenset(expected))


def _local_days(zone: ZoneInfo) -> Iterator[date]:
    first = (BEGINS - timedelta(days=1)).astimezone(zone).date()
    return (first + timedelta(days=number) for number in range(DAYS + 3))


def _at(day: date, zone: ZoneInfo, hour: int, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def _time(rng: random.Random) -> tuple[int, int]:
    """A local time that comes once each day: that the changing hour is right is judged elsewhere."""
    return rng.choice([hour for hour in range(24) if hour not in (1, 2, 3)]), rng.randrange(60)


def _once(rng: random.Random, zone: ZoneInfo) -> tuple[When, Iterator[datetime]]:
    minutes = rng.randrange(int((ENDS - BEGINS - 2 * QUIET) / timedelta(minutes=1)))
    moment = BEGINS + QUIET + timedelta(minutes=minutes)
    return When(at=int(moment.timestamp()), zone=zone.key), iter((moment,))


def _daily(rng: random.Random, zone: ZoneInfo) -> tuple[When, Iterator[datetime]]:
    hour, minute = _time(rng)
    when = When(cron=f"{minute} {hour} * * *", zone=zone.key)
    return when, (_at(day, zone, hour, minute) for day in _local_days(zone))


def _weekdays(rng: random.Random, zone: ZoneInfo) -> tuple[When, Iterator[datetime]]:
    hour, minute = _time(rng)
    when = When(rule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", start=f"2027-03-01T{hour:02}:{minute:02}:00", zone=zone.key)
    return when, (_at(day, zone, hour, minute) for day in _local_days(zone) if day.weekday() < 5)


def _weekly(rng: random.Random, zone: ZoneInfo) -> tuple[When, Iterator[datetime]]:
    hour, minute = _time(rng)
    weekday = rng.randrange(7)
    start = f"2027-03-01T{hour:02}:{minute:02}:00"
    when = When(rule=f"FREQ=WEEKLY;BYDAY={WEEKDAYS[weekday]}", start=start, zone=zone.key)
    return when, (_at(day, zone, hour, minute) for day in _local_days(zone) if day.weekday() == weekday)


def _six_hourly(rng: random.Random, zone: ZoneInfo) -> tuple[When, Iterator[datetime]]:
    minute = rng.randrange(60)
    when = When(cron=f"{minute} */6 * * *", zone="UTC")
    return when, (_at(day, ZoneInfo("UTC"), hour, minute) for day in _local_days(zone) for hour in (0, 6, 12, 18))


def _last_of_month(rng: random.Random, zone: ZoneInfo) -> tuple[When, Iterator[datetime]]:
    hour, minute = _time(rng)
    start = f"2027-01-31T{hour:02}:{minute:02}:00"
    when = When(rule="FREQ=MONTHLY;BYMONTHDAY=-1", start=start, zone=zone.key)
    last = (day for day in _local_days(zone) if (day + timedelta(days=1)).day == 1)
    return when, (_at(day, zone, hour, minute) for day in last)
