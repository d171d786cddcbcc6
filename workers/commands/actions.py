"""Which actions of the log are wanted, and how they are exported: rules, and the reading of all workspaces' logs."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

from redis.asyncio import Redis

from bot.threads import audit, keys
from bot.threads.audit import Action, Row
from bot.threads.models import ThreadKey
from workers.commands import lookup
from workers.commands.cannot import Cannot

AGO = re.compile(r"(\d{1,6})\s*([mhdw])")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
NAMES = ("at", *(field.name for field in fields(Action)))
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run it: names of tools are a server's words


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`since` in seconds since the epoch; `place` is a link to a thread, or its key."""

    person: str | None
    tool: str | None
    since: float
    place: str | None

    def fits(self, action: Action, place: lookup.Place | None) -> bool:
        if self.person and action.person != self.person:
            return False
        if self.tool and not fnmatchcase(action.tool, self.tool):
            return False
        return place is None or _is_at(action.thread, place)


def moment_of(text: str, now: float) -> float:
    """`7d` ago, or a date; ends in `Cannot` with what was expected."""
    if ago := AGO.fullmatch(text.strip()):
        return max(0.0, now - timedelta(**{UNITS[ago[2]]: int(ago[1])}).total_seconds())
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Cannot(f'"{text}" is no time: write 24h, 7d, 2026-01-31 or 2026-01-31T12:00Z.') from None
    return max(0.0, (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


async def found(redis: Redis, wanted: Wanted) -> list[Row]:
    """Of every workspace, oldest first."""
    place = lookup.parse(wanted.place) if wanted.place else None
    prefix = keys.audit("")
    teams = [key.decode().removeprefix(prefix) async for key in redis.scan_iter(match=f"{prefix}*", count=1000)]
    rows = [
        row
        for team in teams
        async for row in audit.rows(redis, team, since=wanted.since)
        if wanted.fits(row.action, place)
    ]
    return sorted(rows, key=lambda row: row.at)


def json_lines(rows: Iterable[Row]) -> str:
    return "".join(json.dumps(_values(row), ensure_ascii=False) + "\n" for row in rows)


def csv_text(rows: Iterable[Row]) -> str:
    text = io.StringIO()
    written = csv.DictWriter(text, NAMES, lineterminator="\n")
    written.writeheader()
    written.writerows({name: _harmless(value) for name, value in _values(row).items()} for row in rows)
    return text.getvalue()


def _values(row: Row) -> dict[str, str]:
    return {"at": datetime.fromtimestamp(row.at, UTC).isoformat(timespec="milliseconds"), **asdict(row.action)}


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value


def _is_at(thread: str, place: lookup.Place) -> bool:
    key = ThreadKey.parse(thread)
    return (key.channel, key.root_ts) == (place.channel, place.root_ts) and place.team in (None, key.team)
