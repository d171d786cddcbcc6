"""When a follow-up is due: its occurrences as moments, right across daylight-saving changes. Rules, no I/O.

A local time that a clock change skips is read with the offset before the change (RFC 5545, 3.3.5): 02:30 in the missing
hour is 03:30. One that comes twice means the first. For cron expressions the same holds, except that a field of every
hour or minute follows the clock itself, as Debian's cron does (https://manpages.debian.org/cron(8)).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim
from dateutil import rrule

from bot.follow_ups.models import When

MOST_COUNTED = 10_000  # occurrences that are counted one by one; after years of being away the number says enough


def after(when: When, moment: float) -> int | None:
    """The first occurrence later than `moment` (seconds since the epoch); None where there is none."""
    if when.at:
        return when.at if when.at > moment else None
    if when.hook:
        return None
    return next(_from(when, moment), None)


def passed(when: When, due: int, now: float) -> tuple[int, int]:
    """Of the occurrences from `due` up to `now`: the latest, and how many they are."""
    latest, count = due, 1
    for occurrence in _from(when, due) if when.recurs else ():
        if occurrence > now or count >= MOST_COUNTED:
            break
        latest, count = occurrence, count + 1
    return latest, count


def _from(when: When, moment: float) -> Iterator[int]:
    zone = ZoneInfo(when.zone)
    local = datetime.fromtimestamp(moment, UTC).astimezone(zone)
    found = _by_cron(when.cron, local) if when.cron else _by_rule(when, local, zone)
    return (occurrence for occurrence in found if occurrence > moment)


def _by_cron(expression: str, local: datetime) -> Iterator[int]:
    for occurrence in CronSim(expression, local.replace(microsecond=0)):
        yield int(occurrence.timestamp())


def _by_rule(when: When, local: datetime, zone: ZoneInfo) -> Iterator[int]:
    rule = rrule.rrulestr(when.rule, dtstart=datetime.fromisoformat(when.start))
    # From a day before: around a change of the clock the order of local times is not that of moments.
    for naive in rule.xafter(local.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0), inc=True):
        yield int(naive.replace(tzinfo=zone).timestamp())
