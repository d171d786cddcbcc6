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
from pathlib import Path

from mcp_types import Tool
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.catalog.servers import Server
from bot.unseen import is_unseen
from workers.tools.definitions import HASH, Change, Entries, Entry, difference, entries_of, hash_of
from workers.tools.described import specs_of
from workers.tools.specs import ToolSpec

VERSION = 1


class BadLock(Exception):
    """The file cannot be used. The text is a sentence that says why, and what to do."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int
    servers: dict[str, dict[str, Entry]]


@dataclass(frozen=True, slots=True)
class Lock:
    """`servers`: server → tool → entry."""

    servers: Mapping[str, Entries] = field(default_factory=dict)

    def specs(self, server: Server) -> tuple[ToolSpec, ...]:
        """The server's tools as a model may be told of them; what no model could use is left out."""
        tools = [Tool.model_validate(entry) for entry in self.servers.get(server.name, {}).values()]
        return specs_of(server, tools)

    def replaced(self, server: str, tools: Iterable[Tool]) -> Lock:
        """With what the server sent now."""
        return Lock({**self.servers, server: entries_of(tools)})

    def without(self, servers: Iterable[str]) -> Lock:
        gone = set(servers)
        return Lock({name: tools for name, tools in self.servers.items() if name not in gone})

    def change_from(self, before: Lock, server: str) -> Change:
        return difference(before.servers.get(server, {}), self.servers.get(server, {}))

    def text(self) -> str:
        content = {"version": VERSION, "servers": self.servers}
        return visible(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)) + "\n"


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


def write(file: Path, lock: Lock) -> None:
    """As a whole or not at all."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_text(lock.text(), encoding="utf-8")
        beside.replace(file)
    except OSError as exc:
        beside.unlink(missing_ok=True)
        raise BadLock(f"{file} cannot be written ({exc.strerror or type(exc).__name__}).") from exc


def _check(file: Path, server: str, name: str, entry: Entry) -> None:
    """An entry that somebody changed by hand is no longer what was looked at."""
    lock_again = f"run `threadwind tools lock {server}`"
    try:
        tool = Tool.model_validate(entry)
    except ValidationError:
        raise BadLock(f'{file}: "{name}" of the server "{server}" is no tool; {lock_again}.') from None
    if tool.name != name or entry.get(HASH) != hash_of(entry):
        raise BadLock(f'{file}: "{name}" of the server "{server}" does not fit its hash; {lock_again}.')


def visible(text: str) -> str:
    """JSON in which nothing hides: signs that no screen shows stand as their escapes, spaces and line ends aside."""
    return "".join(_escaped(sign) if is_unseen(sign) and sign != "\n" else sign for sign in text)


def _escaped(sign: str) -> str:
    return json.dumps(sign, ensure_ascii=True)[1:-1]
