"""Asks tool servers for their tools, to lock or to check them: where one wants a sign-in, in the operator's name.

A server that cannot be asked keeps what was locked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from bot.catalog.servers import Server
from bot.connections.models import OPERATOR
from bot.connections.signed_in import Connections
from bot.redis_client import open_redis
from bot.vault import Vault
from workers.tools.credentials import Asker
from workers.tools.errors import Needed, ToolError, Unreachable
from workers.tools.lock import Lock
from workers.tools.oauth.personal import Personal
from workers.tools.oauth.sign_ins import SignIns
from workers.tools.sessions import ToolSessions

if TYPE_CHECKING:
    from mcp_types import Tool

LIMIT = timedelta(seconds=25)  # a silent server costs the library's probe 10 s before it tries the older handshake
STORE_LIMIT = timedelta(seconds=5)


class WantsSignIn(Unreachable):
    """The server answers, and tells its tools only to an operator who signed in."""


async def locked(
    before: Lock, servers: Iterable[Server], *, redis_url: str, vault: Vault
) -> tuple[Lock, dict[str, str]]:
    """`before` with what the servers say now, asked side by side; and for each that failed a sentence."""
    asked = list(servers)
    async with as_operator(redis_url, vault) as sessions:
        answers = await asyncio.gather(*(_listed(sessions, server) for server in asked))
    after, failed = before, {}
    for server, answer in zip(asked, answers, strict=True):
        if isinstance(answer, str):
            failed[server.name] = answer
        else:
            after = after.replaced(server.name, answer)
    return after, failed


@asynccontextmanager
async def as_operator(redis_url: str, vault: Vault) -> AsyncIterator[ToolSessions]:
    """Sessions that use the operator's sign-ins, which are in Redis; closed with the block."""
    async with open_redis(redis_url, timeout=STORE_LIMIT) as redis:
        sign_ins = SignIns(Connections(redis, vault), now=time.time)
        sessions = ToolSessions(timeout=LIMIT, connect=LIMIT, credentials=Personal(sign_ins, time.time))
        try:
            yield sessions
        finally:
            await sessions.aclose()


async def tools_of(sessions: ToolSessions, server: Server) -> list[Tool]:
    """What the server offers its operator. Raises `ToolError`, and `TimeoutError` after `LIMIT`."""
    asker = Asker(OPERATOR, "") if server.takes_sign_in else None
    try:
        async with asyncio.timeout(LIMIT.total_seconds()):
            try:
                return await sessions.tools(server, asker)
            except RedisError:
                return await sessions.tools(server, None)  # most servers list their tools for everybody
    except Needed as exc:
        raise WantsSignIn(
            f'The tool server "{server.name}" wants a sign-in before it lists its tools: '
            f"threadwind tools login {server.name}"
        ) from exc


async def _listed(sessions: ToolSessions, server: Server) -> list[Tool] | str:
    try:
        return await tools_of(sessions, server)
    except ToolError as exc:
        return str(exc)
    except TimeoutError:
        return f"It listed no tools within {LIMIT.total_seconds():g} seconds."
