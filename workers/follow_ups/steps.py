"""The moments of a rule that goes by minutes or hours: steps of elapsed time from its beginning.

Its BY parts look at the clock: "every 20 minutes from 9 to 17 on weekdays" is a step of 20 minutes that leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from workers.follow_ups import clocks
from workers.follow_ups.local_times import HORIZON, fits
from workers.follow_ups.rules import Rule

LOOKED_AT = 20_000  # steps and days in a row without a result: more than 29 February on a Monday needs
_SECONDS = {"MINUTELY": 60, "HOURLY": 3600}


def moments(rule: Rule, start: datetime, zone: ZoneInfo, since: float) -> Iterator[int]:
    """In their order, from some time before `since` on."""
    begin, length = clocks.moment(start, zone), rule.interval * _SECONDS[rule.frequency]
    at = max(begin, _step(begin, length, since - 3600))
    end, looked = since + HORIZON.total_seconds(), 0
    while at <= end and looked < LOOKED_AT:
        looked += 1
        local = clocks.local(at, zone)
        if not fits(local.date(), rule):
            at = max(at + length, _step(begin, length, _next_day(local, zone)))
            continue
        if not rule.get("BYHOUR") or local.hour in rule.get("BYHOUR"):
            for found in _of_step(rule, at, local, zone):
                if found >= begin:
                    yield found
                    looked = 0
        at += length


def _step(begin: int, length: int, moment: float) -> int:
    """The first step that is not before `moment`."""
    return begin + -int((begin - moment) // length) * length


def _next_day(local: datetime, zone: ZoneInfo) -> int:
    return clocks.moment(datetime.combine(local.date() + timedelta(days=1), time()), zone)


def _of_step(rule: Rule, at: int, local: datetime, zone: ZoneInfo) -> list[int]:
    minutes = rule.get("BYMINUTE")
    if not minutes:
        return [at]
    if rule.frequency == "MINUTELY":
        return [at] if local.minute in minutes else []
    found = [at + (minute - local.minute) * 60 for minute in minutes]
    return [each for each, minute in zip(found, minutes, strict=True) if clocks.local(each, zone).minute == minute]
