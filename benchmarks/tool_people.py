"""What the connections of many people cost a worker: 100 principals, each signed in at three HTTP servers.

Each has a credential of their own, so nobody shares a connection. Measured in this process, which holds the worker's
tool layer and nothing else: the connections that the pool has, TCP sockets to the servers, memory; at the limits a
worker has, and where the limit is far lower than what is asked for, so that the least used ones go. Afterwards nothing
may be left.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import psutil

from benchmarks.figures import Figure
from benchmarks.processes import running
from benchmarks.tool_calls import CONNECT, MODULE, TIMEOUT, TOOL
from bot.catalog.server_form import Protocol
from bot.catalog.servers import Server
from bot.connections.models import Principal
from playground.store import free_port
from workers.tools.credentials import Asker, Credential
from workers.tools.origins import KEPT
from workers.tools.pool import Limits
from workers.tools.sessions import CALLS_AT_ONCE, LIMITS, ToolSessions

PEOPLE = 100
SERVERS = 3
AT_ONCE = 16  # people
FEWER = 120  # connections, where the limit is lower than what is asked for
GOAL_MB_EACH = 0.25  # of a connection, which holds what the server said of its tools: forty of them here


class EachTheirOwn:
    """As where every person has signed in."""

    async def of(self, server: Server, asker: Asker | None) -> Credential:
        return Credential(key=str(asker.principal) if asker else "nobody")


async def measure() -> list[Figure]:
    ports = [free_port() for _ in range(SERVERS)]
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for port in ports:
            arguments = [MODULE, "--port", str(port)]
            await stack.enter_async_context(running(f"odd{port}", arguments, environment={}, folder=folder, port=port))
        return [
            *await _asked_by_all(ports, "auto", LIMITS, "newer protocol"),
            *await _asked_by_all(ports, "legacy", LIMITS, "older protocol"),
            *await _asked_by_all(ports, "legacy", Limits(remote=FEWER), f"{FEWER} allowed"),
        ]


async def _asked_by_all(ports: Sequence[int], protocol: Protocol, limits: Limits, when: str) -> list[Figure]:
    servers = [
        Server(name=f"odd{port}", transport="http", url=f"http://127.0.0.1:{port}/mcp", protocol=protocol)
        for port in ports
    ]
    sessions = ToolSessions(timeout=TIMEOUT, connect=CONNECT, credentials=EachTheirOwn(), limits=limits)
    most = 0
    at_once = asyncio.Semaphore(AT_ONCE)

    async def asks(person: int, server: Server) -> None:
        nonlocal most
        async with at_once:
            await sessions.call(server, Asker(Principal("T0BENCH", f"U{person}"), "C0BENCH"), TOOL, {})
            most = max(most, sum(connection.owner.usable for connection in sessions.pool))

    before = _memory_mb()
    await asyncio.gather(*(asks(person, server) for person in range(PEOPLE) for server in servers))
    grown, sockets = _memory_mb() - before, _sockets(ports)
    await sessions.aclose()
    allowed = min(limits.remote, PEOPLE * SERVERS)
    # The older protocol holds a stream for each connection; besides, idle sockets are kept and calls have theirs.
    streams = allowed if protocol == "legacy" else 0
    what = f"{PEOPLE} people at {SERVERS} servers, {when}"
    return [
        Figure(what=f"{what}: connections", measured=most, unit="", goal=allowed),
        Figure(what=f"{what}: sockets", measured=sockets, unit="", goal=streams + SERVERS * (KEPT + CALLS_AT_ONCE)),
        Figure(what=f"{what}: memory", measured=grown, unit="MB", goal=GOAL_MB_EACH * allowed),
        Figure(what=f"{what}: sockets left", measured=_sockets(ports), unit="", goal=0),
    ]


def _memory_mb() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 1e6


def _sockets(ports: Sequence[int]) -> int:
    """Those of this process to the servers that are open."""
    return sum(
        each.status == psutil.CONN_ESTABLISHED and bool(each.raddr) and each.raddr.port in ports
        for each in psutil.Process().net_connections("tcp")
    )
