"""Tools that say who they are, work, hang, fail and die."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

from playground.services.odd.bench import Bench
from playground.services.odd.journal import note

READS = ToolAnnotations(read_only_hint=True)
FOR_EVER_SECONDS = 3600.0


def add(bench: Bench) -> None:
    @bench.tool(annotations=READS, title="Process id")
    def pid() -> str:
        """The server's process id."""
        return str(os.getpid())

    @bench.tool()
    def who() -> str:
        return bench.name

    @bench.tool()
    def count(journal: str = "") -> str:
        _note(journal)
        return "counted"

    @bench.tool()
    async def slow(seconds: float, journal: str = "") -> str:
        _note(journal)
        await asyncio.sleep(seconds)
        return f"after {seconds:g} seconds"

    @bench.tool()
    async def hang(journal: str = "") -> str:
        _note(journal)
        await asyncio.sleep(FOR_EVER_SECONDS)
        return "never"

    @bench.tool()
    def crash(journal: str = "", status: int = 3) -> str:
        """The server ends in the middle of the call."""
        _note(journal)
        os._exit(status)

    @bench.tool()
    def fail() -> str:
        raise ToolError("the shelf is empty")

    @bench.tool()
    def explode() -> str:
        """An exception that nobody meant."""
        raise RuntimeError("something inside broke")

    @bench.tool()
    def environment() -> str:
        """What the server's process was given."""
        return json.dumps(dict(bench.environment))


def _note(journal: str) -> None:
    """A journal of the caller's own, beside the server's."""
    if journal:
        note(Path(journal), str(os.getpid()))
