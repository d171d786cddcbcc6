"""When a follow-up is due: its occurrences as moments, whole seconds since the epoch, right across clock changes.

They ascend strictly: no moment comes twice. A recurrence that has no further one within 50 years has none at all, and
that is found out in a fraction of a second, so nobody who looks can be held up.

Rules by days, weeks, months and years mean local times (`local_times`, `clocks`), rules by minutes and hours elapsed
time (`steps`), cron expressions what Debian's cron would do (`cron`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from bot.follow_ups.models import When
from workers.follow_ups import clocks, cron, local_times, rules, steps, zones
from workers.follow_ups.refusals import Refusal, Wrong

MOST_COUNTED = 1_000  # occurrences that are counted one by one; after years of being away the number says enough
COMPARED = 200  # neighbours: more than any hour, day or week of a recurrence has that are not alike


def after(when: When, moment: float) -> int | None:
    """The first occurrence later than `moment` (seconds since the epoch); None where there is none."""
    if when.at:
        return when.at if when.at > moment else None
    return next(_from(when, moment), None)


def passed(when: When, due: int, now: float) -> tuple[int, int]:
    """Of the occurrences from `due` up to `now`: the latest, and how many they are (`MOST_COUNTED` at most)."""
    latest, count = due, 1
    for occurrence in _from(when, due) if when.recurs else ():
        if occurrence > now:
            break
        if count >= MOST_COUNTED:
            return _latest(when, latest, now), count
        latest, count = occurrence, count + 1
    return latest, count


def shortest_interval(when: When, moment: float) -> int | None:
    """The shortest distance, in seconds, between two neighbours of the next occurrences; None where no two follow."""
    upcoming = islice(_from(when, moment), COMPARED)
    return min((later - earlier for earlier, later in pairwise(upcoming)), default=None)


def check(when: When, moment: float) -> Wrong | None:
    """What is wrong with a zone, a cron expression or a rule that comes from a model or a person."""
    try:
        zones.named(when.zone)
        if when.rule:
            rules.parse(when.rule)
            _begin(when)
        if when.cron:
            cron.parse(when.cron)
    except Refusal as refused:
        return refused.wrong
    if when.recurs and after(when, moment) is None:
        return Wrong("follow_up.time.never")
    return None


def _latest(when: When, known: int, now: float) -> int:
    """The last occurrence up to `now`, looked for from the end: in the last hour, in the last four, and so on."""
    length = 3600
    while now - length > known:
        if found := max(_until(when, now - length, now), default=0):
            return found
        length *= 4
    return max(_until(when, known, now), default=known)


def _until(when: When, moment: float, now: float) -> Iterator[int]:
    for occurrence in _from(when, moment):
        if occurrence > now:
            return
        yield occurrence


def _from(when: When, moment: float) -> Iterator[int]:
    """Those later than `moment`."""
    latest = moment
    for occurrence in _all(when, moment):
        if occurrence > latest:
            yield occurrence
            latest = occurrence


def _all(when: When, since: float) -> Iterator[int]:
    """From some time before `since` on."""
    zone = ZoneInfo(when.zone)
    if when.cron:
        yield from cron.moments(cron.parse(when.cron), zone, since)
    if when.rule:
        rule, start = rules.parse(when.rule), _begin(when)
        if rule.is_sub_daily:
            yield from steps.moments(rule, start, zone, since)
        else:
            earlier = clocks.local(since, zone) - clocks.LONGEST_GAP
            yield from clocks.in_order(local_times.of(rule, start, earlier), zone)


def _begin(when: When) -> datetime:
    try:
        begin = datetime.fromisoformat(when.start)
    except ValueError:
        raise Refusal("start", said=when.start[:40]) from None
    if begin.tzinfo or begin.second or begin.microsecond or not 1970 <= begin.year <= 2200:
        raise Refusal("start", said=when.start[:40])
    return begin
