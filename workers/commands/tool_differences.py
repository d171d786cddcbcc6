"""How two looks at a server's tools differ, as an operator reads it before accepting: line by line, nothing hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import unified_diff

from workers.commands.terminal import plain
from workers.tools.definitions import KEPT, Change, Entries, Entry, difference
from workers.tools.lock import visible

LONGEST = 500  # characters of a line; a manual may stand in one
MOST_LINES = 60  # of one tool


def lines(server: str, before: Entries, now: Entries) -> list[str]:
    """A line on the server, and below it what is new, gone and changed."""
    change = difference(before, now)
    count = "1 tool" if len(now) == 1 else f"{len(now)} tools"
    head = f"{plain(server)}: {count}{'' if change else ', as locked before'}."
    return [head, *(f"  {line}" for line in _changes(change, before, now))]


def _changes(change: Change, before: Entries, now: Entries) -> Iterator[str]:
    for name in change.added:
        yield f"+ {plain(name)}"
    for name in change.removed:
        yield f"- {plain(name)}"
    for name, fields in change.changed.items():
        yield f"~ {plain(name)}: {', '.join(fields)}"
        yield from (f"    {line}" for line in _of_one(before[name], now[name]))


def _of_one(before: Entry, now: Entry) -> list[str]:
    found = list(unified_diff(_written(before), _written(now), lineterm="", n=0))[2:]
    shown = [plain(line, longest=LONGEST) for line in found if not line.startswith("@@")]
    more = len(shown) - MOST_LINES
    return [*shown[:MOST_LINES], f"… and {more} more lines"] if more > 0 else shown


def _written(entry: Entry) -> list[str]:
    """A description's lines one by one, so that one word more does not show as a new manual."""
    found: list[str] = []
    for name in (name for name in KEPT if name in entry):
        text = entry[name] if isinstance(entry[name], str) else json.dumps(entry[name], indent=2, sort_keys=True)
        found += [f"{name}: {visible(line)}" for line in text.splitlines()]
    return found
