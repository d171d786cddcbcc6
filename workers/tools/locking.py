"""Asks tool servers for their tools, to lock them. A server that cannot be asked keeps what was locked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.catalog.servers import Server
from workers.tools.errors import ToolError
from workers.tools.lock import Lock
from workers.tools.sessions import ToolSessions

if TYPE_CHECKING:
    from mcp_types import Tool

LIMIT = timedelta(seconds=25)  # a silent server costs the library's probe 10 s before it tries the older handshake


async def locked(before: Lock, servers: Iterable[Server]) -> tuple[Lock, dict[str, str]]:
    """`before` with what the servers say now, asked side by side; and for each that failed a sentence."""
    sessions = ToolSessions(timeout=LIMIT, connect=LIMIT)
    asked = list(servers)
    try:
        answers = await asyncio.gather(*(_listed(sessions, server) for server in asked))
    finally:
        await sessions.aclose()
    after, failed = before, {}
    for server, answer in zip(asked, answers, strict=True):
        if isinstance(answer, str):
            failed[server.name] = answer
        else:
            after = after.replaced(server.name, answer)
    return after, failed


async def _listed(sessions: ToolSessions, server: Server) -> list[Tool] | str:
    try:
        async with asyncio.timeout(LIMIT.total_seconds()):
            return await sessions.tools(server, None)
    except ToolError as exc:
        return str(exc)
    except TimeoutError:
        return f"It listed no tools within {LIMIT.total_seconds():g} seconds."
