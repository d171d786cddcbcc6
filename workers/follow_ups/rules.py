"""A recurrence rule's text, taken apart: the part of RFC 5545's RRULE (3.3.10) that a follow-up takes.

Seconds, COUNT and UNTIL are not among it: a follow-up is due at whole minutes, and has an end of its own. What the RFC
forbids together is refused here, so nobody later meets a rule without a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from workers.follow_ups.refusals import Refusal

LONGEST = 300  # characters
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = ("MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
SUB_DAILY = ("MINUTELY", "HOURLY")
INTERVALS = range(1, 1000)

_RANGES = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSETPOS": (-366, 366),
}
_SIMPLE = {"BYMONTH", "BYDAY", "BYHOUR", "BYMINUTE"}
_TAKEN = {
    "MINUTELY": _SIMPLE | {"BYMONTHDAY"},
    "HOURLY": _SIMPLE | {"BYMONTHDAY"},
    "DAILY": _SIMPLE | {"BYMONTHDAY"},
    "WEEKLY": _SIMPLE | {"BYSETPOS"},
    "MONTHLY": _SIMPLE | {"BYMONTHDAY", "BYSETPOS"},
    "YEARLY": _SIMPLE | {"BYMONTHDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO"},
}


@dataclass(frozen=True, slots=True)
class Rule:
    """`numbers` are the BY parts beside BYDAY, `days` that one: (0, 0) is each Monday, (-1, 4) the last Friday."""

    frequency: str
    interval: int
    numbers: Mapping[str, tuple[int, ...]]
    days: tuple[tuple[int, int], ...]
    week_start: int = 0

    @property
    def is_sub_daily(self) -> bool:
        """Whether it counts elapsed time, not days of the calendar."""
        return self.frequency in SUB_DAILY

    def get(self, part: str) -> tuple[int, ...]:
        return self.numbers.get(part, ())


@lru_cache(maxsize=1024)
def parse(text: str) -> Rule:
    """What the rule says. `Refusal` names the first part that cannot be taken."""
    parts = _parts(text)
    frequency = parts.pop("FREQ", "")
    if frequency not in FREQUENCIES:
        raise Refusal("rule_frequency")
    days = _days(parts.pop("BYDAY", ""), frequency)
    rule = Rule(
        frequency,
        _interval(parts.pop("INTERVAL", "1")),
        week_start=_weekday(parts.pop("WKST", "MO")),
        numbers={part: _numbers(part, values, frequency) for part, values in parts.items()},
        days=days,
    )
    return _together(rule)


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.upper().split(";") if len(text) <= LONGEST else [""]:
        name, equals, value = part.partition("=")
        if name in ("COUNT", "UNTIL"):
            raise Refusal("rule_end", part=name)
        if not (equals and value) or name in parts:
            raise Refusal("rule_part", part=part[:40] or "RRULE")
        parts[name] = value
    if parts.get("BYSECOND") == "0":
        del parts["BYSECOND"]
    return parts


def _interval(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and int(text) in INTERVALS):
        raise Refusal("interval")
    return int(text)


def _weekday(text: str) -> int:
    if text not in DAYS:
        raise Refusal("rule_part", part=f"WKST={text}"[:40])
    return DAYS.index(text)


def _days(text: str, frequency: str) -> tuple[tuple[int, int], ...]:
    found = []
    for each in text.split(",") if text else []:
        match = re.fullmatch(r"([+-]?[1-9]\d?)?(MO|TU|WE|TH|FR|SA|SU)", each, re.ASCII)
        if match is None or (match[1] and frequency not in ("MONTHLY", "YEARLY")):
            raise Refusal("rule_part", part=f"BYDAY={each}"[:40])
        if abs(nth := int(match[1] or 0)) > (5 if frequency == "MONTHLY" else 53):
            raise Refusal("rule_part", part=f"BYDAY={each}")
        found.append((nth, DAYS.index(match[2])))
    return tuple(found)


def _numbers(part: str, text: str, frequency: str) -> tuple[int, ...]:
    if part not in _TAKEN[frequency]:
        raise Refusal("rule_part", part=f"{part}={text}"[:40])
    least, most = _RANGES[part]
    values = set()
    for each in text.split(","):
        if not re.fullmatch(r"[+-]?\d{1,3}", each, re.ASCII) or not least <= int(each) <= most:
            raise Refusal("rule_part", part=f"{part}={each}"[:40])
        if least < 0 and int(each) == 0:
            raise Refusal("rule_part", part=f"{part}={each}")
        values.add(int(each))
    return tuple(sorted(values))


def _together(rule: Rule) -> Rule:
    if rule.get("BYSETPOS") and len(rule.numbers) == 1 and not rule.days:
        raise Refusal("rule_part", part="BYSETPOS")
    if rule.get("BYWEEKNO") and any(nth for nth, _ in rule.days):
        raise Refusal("rule_part", part="BYWEEKNO")
    return rule
