"""Local times as moments (whole seconds since the epoch), where the clocks are changed: gaps and overlaps.

RFC 5545, 3.3.5: a local time that a change skips is read with the offset before it, so 02:30 in a missing hour is
03:30; one that comes twice means the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from zoneinfo import ZoneInfo

LONGEST_GAP = timedelta(days=1)  # Samoa had no 30 December 2011


def moment(local: datetime, zone: ZoneInfo) -> int:
    return int(local.replace(tzinfo=zone).timestamp())


def local(moment: float, zone: ZoneInfo) -> datetime:
    """What the clocks there show, without a zone."""
    return datetime.fromtimestamp(moment, zone).replace(tzinfo=None)


def is_skipped(local: datetime, zone: ZoneInfo) -> bool:
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) != local


def after_the_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """`local`, or the first minute that the clocks show after they skipped it."""
    while is_skipped(local, zone):
        local += timedelta(minutes=1)
    return local


def in_order(times: Iterable[datetime], zone: ZoneInfo) -> Iterator[int]:
    """The moments of ascending local times: a skipped one may come later than those after it."""
    waiting: list[int] = []
    for each in times:
        heappush(waiting, moment(each, zone))
        if not is_skipped(each, zone):
            reached = moment(each, zone)
            while waiting and waiting[0] <= reached:
                yield heappop(waiting)
    while waiting:
        yield heappop(waiting)
