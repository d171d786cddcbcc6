"""When a follow-up is due as a model says it, in the arguments of a tool: one ISO 8601 time, or a recurrence.

A time says its offset or zone: a model that leaves it out has mostly guessed. What is refused is refused in one English
sentence that names the nearest sensible time, so that the next call can be right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.follow_ups.models import When
from workers.follow_ups import clocks, once, recurrence, zones
from workers.follow_ups.refusals import Refusal, Wrong

_ZONED = re.compile(r"(?P<time>[^\[\]]*)\[(?P<zone>[^\[\]]+)\]")  # RFC 9557: 2026-12-24T18:00+01:00[Europe/Paris]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Exactly one of `at`, `cron` and `rule`. `zone` is the person's where it is empty; `start` begins a rule."""

    at: str = ""
    cron: str = ""
    rule: str = ""
    zone: str = ""
    start: str = ""


def read(given: Given, *, now: datetime) -> When | Wrong:
    """`now` is in the person's zone."""
    try:
        return _read(given, now)
    except Refusal as refused:
        return refused.wrong


def _read(given: Given, now: datetime) -> When:
    if sum(map(bool, (given.at, given.cron, given.rule))) != 1:
        raise Refusal("one_of")
    zone = zones.named(given.zone or str(getattr(now.tzinfo, "key", "UTC")))
    if given.at:
        return _once(given.at.strip(), zone, bool(given.zone), now)
    when = When(cron=given.cron.strip(), zone=zone.key) if given.cron else _rule(given, zone, now)
    if wrong := recurrence.check(when, now.timestamp()):
        raise Refusal(wrong.key.removeprefix("follow_up.time."), **wrong.values)
    return when


def _once(text: str, zone: ZoneInfo, zone_is_given: bool, now: datetime) -> When:
    moment, named = _moment(text)
    once.checked(moment if moment.tzinfo else moment.replace(tzinfo=zone), now)
    if named:
        zone, zone_is_given = named, True
    if moment.tzinfo is None and not zone_is_given:
        raise Refusal("no_offset", said=text[:40], zone=zone.key, nearest=moment.replace(tzinfo=zone).isoformat())
    if moment.tzinfo is None:
        moment = datetime.fromtimestamp(clocks.moment(moment, zone), zone)
    if named and moment.astimezone(zone).utcoffset() != moment.utcoffset():
        nearest = datetime.fromtimestamp(clocks.moment(moment.replace(tzinfo=None), zone), zone)
        raise Refusal("other_offset", said=text[:60], nearest=nearest.isoformat())
    moment = once.checked(moment.astimezone(zone), now)
    return When(at=int(moment.timestamp()), zone=zone.key)


def _moment(text: str) -> tuple[datetime, ZoneInfo | None]:
    zoned = _ZONED.fullmatch(text)
    written = zoned["time"] if zoned else text
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise Refusal("not_iso", said=text[:60]) from None
    if len(written) <= len("2026-12-24"):  # a day alone
        raise Refusal("not_iso", said=text[:60])
    return found, zones.named(zoned["zone"]) if zoned else None


def _rule(given: Given, zone: ZoneInfo, now: datetime) -> When:
    """Its beginning is the next whole minute where none is given."""
    rule = given.rule.strip().upper().removeprefix("RRULE:").rstrip(";")
    if given.start:
        _in_time(given.start.strip(), zone, now)
        return When(rule=rule, start=given.start.strip(), zone=zone.key)
    next_minute = now.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    start = next_minute.astimezone(zone).replace(tzinfo=None, fold=0)
    return When(rule=rule, start=start.isoformat(timespec="minutes"), zone=zone.key)


def _in_time(start: str, zone: ZoneInfo, now: datetime) -> None:
    """A rule may have begun long ago, but does not begin years from now."""
    try:
        begin = datetime.fromisoformat(start)
    except ValueError:
        return  # said with the rule
    if begin.tzinfo is None and begin.replace(tzinfo=zone).timestamp() > now.timestamp():
        once.checked(begin.replace(tzinfo=zone), now)
