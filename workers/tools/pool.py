"""The open connections of one worker, by server and credential, and how many there may be.

Always holds: never more than the limits, those included that are still closing; a connection in use is not closed for
another. The one that was used longest ago goes first, and its place is taken when its process or session has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.catalog.servers import Server
from workers.tools.connection import Connection
from workers.tools.errors import NoRoom

Key = tuple[str, str]  # server, credential
Maker = Callable[[Collection[asyncio.Task[None]]], Connection]
CLOSE = timedelta(seconds=8)  # the SDK's own steps (flush, stdin, SIGTERM, SIGKILL) take 6.5 s at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Per worker. A stdio server is a process of 55-100 MB; a remote connection costs 0.1 MB and a socket or two."""

    processes: int = 16
    processes_per_server: int = 8
    remote: int = 400


class Pool:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_key: dict[Key, Connection] = {}  # the one used longest ago first
        self._alive: set[Connection] = set()  # closing ones included

    def __len__(self) -> int:
        return len(self._alive)

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._alive)

    def get(self, key: Key) -> Connection | None:
        """The usable connection of `key`, which counts as used now."""
        connection = self._by_key.pop(key, None)
        if connection is None or not connection.owner.usable:
            return None
        self._by_key[key] = connection
        return connection

    def open(self, key: Key, server: Server, make: Maker) -> Connection:
        """Put what `make` gives at `key`; `make` is told whose end to wait for. `NoRoom` where all are in use."""
        connection = make(self._room_for(server))
        self._by_key[key] = connection
        self._alive.add(connection)
        connection.owner.done.add_done_callback(lambda _: self._alive.discard(connection))
        return connection

    async def aclose(self) -> None:
        """Close all; running calls end without an answer. Takes `CLOSE` at most, then forces."""
        self._by_key.clear()
        for connection in self._alive:
            connection.owner.close()
        for patience in (CLOSE, CLOSE):
            if not self._alive:
                return
            owners = {connection.owner.done for connection in self._alive}
            _, late = await asyncio.wait(owners, timeout=patience.total_seconds())
            for owner in late:
                owner.cancel()

    def _room_for(self, server: Server) -> Collection[asyncio.Task[None]]:
        """Whose end the new connection has to wait for; the idle ones that must go for it are told to."""
        limits, kind = self._limits, [c for c in self._alive if _is_local(c.server) == _is_local(server)]
        if not _is_local(server):
            return self._room_among(kind, limits.remote, server)
        same = [connection for connection in kind if connection.server.name == server.name]
        first = self._room_among(same, limits.processes_per_server, server)
        return {*first, *self._room_among(kind, limits.processes, server)}

    def _room_among(self, alive: Collection[Connection], limit: int, server: Server) -> set[asyncio.Task[None]]:
        too_many = sum(connection.owner.usable for connection in alive) + 1 - limit
        idle = [connection for connection in self._by_age(alive) if not connection.owner.busy]
        if too_many > len(idle):
            raise NoRoom(
                f'There is no room for another connection to the tool server "{server.name}" now: all {limit} that a '
                "worker may have are in use. Try again later."
            )
        for connection in idle[: max(0, too_many)]:
            connection.owner.end()
        return {c.owner.done for c in alive if not c.owner.usable} if len(alive) >= limit else set()

    def _by_age(self, alive: Iterable[Connection]) -> list[Connection]:
        among = set(alive)
        return [connection for connection in self._by_key.values() if connection in among and connection.owner.usable]


def _is_local(server: Server) -> bool:
    return server.transport == "stdio"
