"""What a server says about a tool: the part that is locked, its hash, and what differs between two looks. Rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp_types import Tool

KEPT = ("name", "title", "description", "inputSchema", "annotations")  # of what a server sends
HASH = "hash"

Entry = dict[str, Any]  # a tool as it stands in tools.lock.json
Entries = Mapping[str, Entry]  # by name


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one server's tools between two looks: names, and for changed ones what of them."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def entry_of(tool: Tool) -> Entry:
    sent = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    entry = {name: sent[name] for name in KEPT if name in sent}
    return {**entry, HASH: hash_of(entry)}


def entries_of(tools: Iterable[Tool]) -> dict[str, Entry]:
    """By name; of two with one name the first, as a model is told of the first."""
    entries: dict[str, Entry] = {}
    for tool in tools:
        entries.setdefault(tool.name, entry_of(tool))
    return entries


def hash_of(entry: Mapping[str, Any]) -> str:
    """Of everything the server said about the tool, whatever its order. What is accepted and what a standing yes is
    given for goes by it: another hash is another tool."""
    return _digest({name: value for name, value in entry.items() if name in KEPT})


def difference(before: Entries, now: Entries) -> Change:
    """From what was looked at before to what there is now."""
    changed = {name: changed_fields(before[name], now[name]) for name in sorted(before.keys() & now.keys())}
    return Change(
        added=tuple(sorted(now.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - now.keys())),
        changed={name: fields for name, fields in changed.items() if fields},
    )


def changed_fields(before: Entry, now: Entry) -> tuple[str, ...]:
    return tuple(name for name in KEPT if before.get(name) != now.get(name))


def fingerprint(server: str, change: Change, now: Entries) -> str:
    """The same for the same change to the same definitions, wherever it is looked at."""
    hashes = {name: now[name][HASH] for name in (*change.added, *change.changed)}
    return _digest({"server": server, "now": hashes, "removed": list(change.removed)})


def _digest(said: Mapping[str, Any]) -> str:
    return f"sha256:{sha256(json.dumps(said, sort_keys=True, separators=(',', ':')).encode()).hexdigest()}"
