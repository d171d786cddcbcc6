"""tools.lock.json: every server's tools as they were when an operator last looked, reviewed like code.

Agent objects take the schemas of MCP tools from here alone, so what a server says today changes no agent until somebody
locked and pushed it. A tool stands as the server sent it (name, title, description, input schema, annotations), with
a hash over all of that. Sorted and indented, so that a change reads well; what no screen shows is written as `\\u…`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from mcp_types import Tool
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.catalog.servers import Server
from workers.tools.described import specs_of
from workers.tools.specs import ToolSpec

VERSION = 1
KEPT = ("name", "title", "description", "inputSchema", "annotations")  # of what a server sends
HASH = "hash"

Entry = dict[str, Any]  # a tool in the file's shape


class BadLock(Exception):
    """The file cannot be used. The text is a sentence that says why, and what to do."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int
    servers: dict[str, dict[str, Entry]]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one server's tools between two locks: names, and for changed ones what of them."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Lock:
    """`servers`: server → tool → entry."""

    servers: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)

    def specs(self, server: Server) -> tuple[ToolSpec, ...]:
        """The server's tools as a model may be told of them; what no model could use is left out."""
        tools = [Tool.model_validate(entry) for entry in self.servers.get(server.name, {}).values()]
        return specs_of(server, tools)

    def replaced(self, server: str, tools: Iterable[Tool]) -> Lock:
        """With what the server sent now."""
        entries = (_entry(tool) for tool in tools)
        return Lock({**self.servers, server: {entry["name"]: entry for entry in entries}})

    def without(self, servers: Iterable[str]) -> Lock:
        gone = set(servers)
        return Lock({name: tools for name, tools in self.servers.items() if name not in gone})

    def change_from(self, before: Lock, server: str) -> Change:
        old, new = before.servers.get(server, {}), self.servers.get(server, {})
        changed = {name: _changed(old[name], new[name]) for name in sorted(old.keys() & new.keys())}
        return Change(
            added=tuple(sorted(new.keys() - old.keys())),
            removed=tuple(sorted(old.keys() - new.keys())),
            changed={name: fields for name, fields in changed.items() if fields},
        )

    def text(self) -> str:
        content = {"version": VERSION, "servers": self.servers}
        return _seen(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)) + "\n"


def read(file: Path) -> Lock:
    """The lock in `file`, an empty one where there is no file. `BadLock`."""
    try:
        found = _File.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return Lock()
    except OSError as exc:
        raise BadLock(f"{file} cannot be read ({exc.strerror or type(exc).__name__}).") from exc
    except ValidationError as exc:
        problem = exc.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        message = f"{where}: {problem['msg']}" if where else problem["msg"]
        raise BadLock(f"{file} is not what `threadwind tools lock` writes ({message}); write it anew.") from None
    if found.version != VERSION:
        raise BadLock(f"{file} has version {found.version}, this one knows {VERSION}; run `threadwind tools lock`.")
    for server, tools in found.servers.items():
        for name, entry in tools.items():
            _check(file, server, name, entry)
    return Lock(found.servers)


def locked_specs(file: Path, server: Server) -> tuple[ToolSpec, ...]:
    """What is locked of a server; nothing where the file cannot be used, which is said elsewhere."""
    try:
        return read(file).specs(server)
    except BadLock:
        return ()


def write(file: Path, lock: Lock) -> None:
    """As a whole or not at all."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_text(lock.text(), encoding="utf-8")
        beside.replace(file)
    except OSError as exc:
        beside.unlink(missing_ok=True)
        raise BadLock(f"{file} cannot be written ({exc.strerror or type(exc).__name__}).") from exc


def _entry(tool: Tool) -> Entry:
    sent = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    entry = {name: sent[name] for name in KEPT if name in sent}
    return {**entry, HASH: hash_of(entry)}


def hash_of(entry: Mapping[str, Any]) -> str:
    """Of everything the server said about the tool, whatever its order."""
    said = {name: value for name, value in entry.items() if name in KEPT}
    return f"sha256:{sha256(json.dumps(said, sort_keys=True, separators=(',', ':')).encode()).hexdigest()}"


def _check(file: Path, server: str, name: str, entry: Entry) -> None:
    """An entry that somebody changed by hand is no longer what was looked at."""
    lock_again = f"run `threadwind tools lock {server}`"
    try:
        tool = Tool.model_validate(entry)
    except ValidationError:
        raise BadLock(f'{file}: "{name}" of the server "{server}" is no tool; {lock_again}.') from None
    if tool.name != name or entry.get(HASH) != hash_of(entry):
        raise BadLock(f'{file}: "{name}" of the server "{server}" does not fit its hash; {lock_again}.')


def _changed(old: Entry, new: Entry) -> tuple[str, ...]:
    return tuple(name for name in KEPT if old.get(name) != new.get(name))


def _seen(text: str) -> str:
    """JSON in which nothing hides: signs that no screen shows stand as their escapes, spaces and line ends aside."""
    return "".join(sign if sign.isprintable() or sign == "\n" else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    return json.dumps(sign, ensure_ascii=True)[1:-1]
