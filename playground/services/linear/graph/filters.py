"""Linear's filters: whether a thing fits a condition, read by the same names as results are.

https://linear.app/developers/filtering. A condition on something that is not there holds only as `null: true`; one on a
list holds when one of it fits, or, under `every`, all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from playground.services.linear.errors import invalid
from playground.services.linear.graph.answers import Eyes
from playground.services.linear.graph.reading import read

Json = dict[str, Any]
DURATION = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
DAYS = (365, 30, 7, 1)

COMPARATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "neq": lambda value, wanted: value != wanted,
    "in": lambda value, wanted: value in wanted,
    "nin": lambda value, wanted: value not in wanted,
    "lt": lambda value, wanted: value < wanted,
    "lte": lambda value, wanted: value <= wanted,
    "gt": lambda value, wanted: value > wanted,
    "gte": lambda value, wanted: value >= wanted,
    "eqIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "neqIgnoreCase": lambda value, wanted: value.lower() != wanted.lower(),
    "startsWith": lambda value, wanted: value.startswith(wanted),
    "startsWithIgnoreCase": lambda value, wanted: value.lower().startswith(wanted.lower()),
    "notStartsWith": lambda value, wanted: not value.startswith(wanted),
    "endsWith": lambda value, wanted: value.endswith(wanted),
    "notEndsWith": lambda value, wanted: not value.endswith(wanted),
    "contains": lambda value, wanted: wanted in value,
    "containsIgnoreCase": lambda value, wanted: wanted.lower() in value.lower(),
    "notContains": lambda value, wanted: wanted not in value,
    "notContainsIgnoreCase": lambda value, wanted: wanted.lower() not in value.lower(),
}
NEGATIVE = {"neq", "nin", "neqIgnoreCase"} | {name for name in COMPARATORS if name.startswith("not")}


def fits(eyes: Eyes, condition: Json, thing: Any) -> bool:
    return all(_holds(eyes, name, wanted, thing) for name, wanted in condition.items() if wanted is not None)


def _holds(eyes: Eyes, name: str, wanted: Any, thing: Any) -> bool:
    if name == "and":
        return all(fits(eyes, one, thing) for one in wanted)
    if name == "or":
        return any(fits(eyes, one, thing) for one in wanted)
    value = read(eyes, thing, name)
    if isinstance(value, list):
        return _list_fits(eyes, wanted, value)
    if "null" in wanted and wanted["null"] != (value is None):
        return False
    rest = {key: one for key, one in wanted.items() if key != "null" and one is not None}
    if value is None:
        return all(key in NEGATIVE for key in rest)
    if rest.keys() <= COMPARATORS.keys():
        return all(COMPARATORS[key](value, _like(value, one, eyes)) for key, one in rest.items())
    return fits(eyes, rest, value)


def _list_fits(eyes: Eyes, wanted: Json, values: list[Any]) -> bool:
    every, some = wanted.get("every"), wanted.get("some")
    plain = {name: one for name, one in wanted.items() if name not in ("every", "some")}
    if every is not None and not all(fits(eyes, every, one) for one in values):
        return False
    needed = [one for one in (some, plain) if one]
    return all(any(fits(eyes, one, value) for value in values) for one in needed)


def _like(value: Any, wanted: Any, eyes: Eyes) -> Any:
    """The wanted value as the kind that it is compared with: a moment or a day, also one that is said as a duration."""
    if not isinstance(value, date) or not isinstance(wanted, str):
        return wanted
    moment = when(wanted, eyes.view.linear.now())
    return moment if isinstance(value, datetime) else moment.date()


def when(text: str, now: datetime) -> datetime:
    """An ISO 8601 moment, or a duration from now (`-P2W`)."""
    if (found := DURATION.fullmatch(text)) and any(found.groups()[1:]):
        sign = -1 if found[1] else 1
        days = sum(int(part or 0) * length for part, length in zip(found.groups()[1:5], DAYS, strict=True))
        hours, minutes, seconds = (int(part or 0) for part in found.groups()[5:])
        return now + sign * timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"{text} is neither a date nor a duration") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
