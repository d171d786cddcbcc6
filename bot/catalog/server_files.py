"""The MCP servers of all files that MCP_CONFIG names, each of which `servers.py` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.catalog import servers
from bot.catalog.problem import Problem
from bot.catalog.servers import Server


def load(files: Iterable[Path], environment: Mapping[str, str]) -> tuple[dict[str, Server], list[Problem]]:
    """The servers by name; of two with one name the first file's stays, which is a mistake unless both are the same."""
    known: dict[str, Server] = {}
    problems: list[Problem] = []
    for file in files:
        found, wrong = servers.load(file, environment)
        twins = [name for name, server in found.items() if known.get(name, server) != server]
        problems += [*wrong, *(_twin(name, file) for name in twins)]
        known = {**found, **known}
    return known, problems


def _twin(name: str, file: Path) -> Problem:
    return Problem(file, None, f"{servers.ROOT}.{name}", "another file of MCP_CONFIG has a server of this name already")
