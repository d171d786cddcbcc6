"""The tools of each server as specs for a model, kept for some minutes, so that a turn rarely waits for a list.

Always holds: one bad tool is left out with a message and takes no other down; a server that cannot be listed now keeps
the tools it was last known to have, and is not asked again for a while.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.catalog.servers import Server
from workers.tools.described import specs_of
from workers.tools.errors import Needed, ToolError
from workers.tools.sessions import ToolSessions
from workers.tools.specs import ToolSpec

FRESH = timedelta(minutes=5)
ASK_AGAIN_AFTER = timedelta(seconds=30)  # of a server that could not be listed
LONGEST_WAIT = timedelta(seconds=8)  # then a turn starts without this server; its connection goes on opening

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Listed:
    server: Server
    specs: tuple[ToolSpec, ...] = ()
    problem: str | None = None
    good_until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Listing:
    def __init__(
        self,
        sessions: ToolSessions,
        *,
        fresh: timedelta = FRESH,
        locked: Callable[[Server], tuple[ToolSpec, ...]] = lambda server: (),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`locked` knows the tools of a server that shows them only to people who are signed in there."""
        self._sessions = sessions
        self._fresh = fresh
        self._locked = locked
        self._now = now
        self._listed: dict[str, _Listed] = {}

    async def of(self, server: Server) -> tuple[ToolSpec, ...]:
        """The server's tools, as far as they are known; never raises. `problem` says why some are missing."""
        listed = self._listed.get(server.name)
        if listed is None or listed.server != server:  # mcp.json was changed: what was known is void
            listed = self._listed[server.name] = _Listed(server)
        if self._now() >= listed.good_until:
            async with listed.lock:
                if self._now() >= listed.good_until:
                    await self._refresh(listed)
        return listed.specs

    def known(self, server: Server) -> tuple[ToolSpec, ...]:
        """The server's tools as they were last seen, without asking."""
        listed = self._listed.get(server.name)
        return listed.specs if listed is not None and listed.server == server else ()

    def problem(self, server: Server) -> str | None:
        """Why the server could not be listed last time, a sentence; None when it could."""
        listed = self._listed.get(server.name)
        return listed.problem if listed is not None else None

    async def _refresh(self, listed: _Listed) -> None:
        server = listed.server
        try:
            async with asyncio.timeout(LONGEST_WAIT.total_seconds()):
                # Names and schemas are the same for everyone; what a person may do is found out by the call.
                tools = await self._sessions.tools(server, None)
        except Needed as exc:
            listed.specs = self._locked(server)
            listed.problem = None if listed.specs else f"{exc} An operator has to run `threadwind tools lock` first."
            listed.good_until = self._now() + ASK_AGAIN_AFTER.total_seconds()
            return
        except (ToolError, TimeoutError) as exc:
            said = isinstance(exc, ToolError)
            listed.problem = str(exc) if said else f'The tool server "{server.name}" is too slow to list its tools.'
            listed.good_until = self._now() + ASK_AGAIN_AFTER.total_seconds()
            log.warning("tools.not_listed", server=server.name, reason=listed.problem, known=len(listed.specs))
            return
        listed.specs = specs_of(server, tools)
        listed.problem = None
        listed.good_until = self._now() + self._fresh.total_seconds()
