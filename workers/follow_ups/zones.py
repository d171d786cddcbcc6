"""The time zones that there are, by their IANA names, and the one that a person may have meant."""

from __future__ import annotations

import difflib
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from workers.follow_ups.refusals import Refusal

NEAR = 0.7  # of 1: "Newyork" is near "New_York", "etc" is not near "WET"
LONGEST = 60  # characters


def named(name: str) -> ZoneInfo:
    """`Refusal` names the nearest one for a zone that is not known."""
    if name in _names():
        return ZoneInfo(name)
    if nearest := near(name):
        raise Refusal("zone_nearest", zone=name[:LONGEST], nearest=nearest)
    raise Refusal("zone", zone=name[:LONGEST])


def or_utc(name: str | None) -> ZoneInfo:
    """Of a person, as Slack says; UTC where it says none that is known."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def near(name: str) -> str:
    """The zone that is written like `name`, or whose city is."""
    wanted = name.strip()[:LONGEST].replace(" ", "_").casefold()
    zones = {zone.casefold(): zone for zone in _names()}
    cities = {zone.rpartition("/")[2]: full for zone, full in sorted(zones.items())}
    found = difflib.get_close_matches(wanted, [*zones], 1, NEAR)
    city = difflib.get_close_matches(wanted.rpartition("/")[2], [*cities], 1, NEAR)
    if wanted in zones or (found and not city):
        return zones[found[0]]
    return cities[city[0]] if city else ""


@cache
def _names() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if name not in ("Factory", "localtime"))
