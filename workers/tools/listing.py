"""The tools of each server as specs for a model, kept for some minutes, so that a turn rarely waits for a list.

Always holds: one bad tool is left out with a message and takes no other down; a server that cannot be listed now keeps
the tools it was last known to have, and is not asked again for a while. What agents are offered is listed for nobody;
a list that was read with a person's own sign-in, or with a channel's own headers, counts for that account alone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.catalog.servers import Server
from workers.tools.credentials import SHARED, Asker, Credential, Whose
from workers.tools.definitions import Entries, entries_of
from workers.tools.described import specs_of
from workers.tools.errors import Needed, ToolError, Unreachable
from workers.tools.sessions import ToolSessions
from workers.tools.specs import ToolSpec

FRESH = timedelta(minutes=5)
COUNTS = timedelta(hours=1)  # what a server said last, where it answers calls and is not listed any more
ASK_AGAIN_AFTER = timedelta(seconds=30)  # of a server that could not be listed
KEPT = timedelta(hours=1)  # a list of one account that nobody asked for again
LONGEST_WAIT = timedelta(seconds=8)  # then a turn starts without this server; its connection goes on opening

TOO_OLD = (
    'The tool server "{server}" has not listed its tools for an hour, so nobody can say whether they still are as an '
    "operator accepted them, and none is called."
)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Listed:
    server: Server
    key: str = SHARED  # of the credential it is read with
    whose: Whose = "everybody"
    specs: tuple[ToolSpec, ...] = ()
    entries: Entries | None = None  # None: never listed
    problem: str | None = None
    wants_sign_in: bool = False  # it answered so last time: whoever calls may have one
    counts_until: float = 0.0  # its entries
    good_until: float = 0.0
    listed_until: float = 0.0
    seen: float = 0.0  # when it was last asked for
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class Said:
    """`entries` is what a server says of its tools, `to` whose account it says so to."""

    entries: Entries
    to: Whose


class Listing:
    def __init__(
        self,
        sessions: ToolSessions,
        *,
        fresh: timedelta = FRESH,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sessions = sessions
        self._fresh = fresh
        self.now = now
        self._listed: dict[str, _Listed] = {}
        self._own: dict[tuple[str, str], _Listed] = {}  # by server and key of the credential, all but SHARED
        sessions.when_tools_change(self._changed)
        sessions.when_it_opens(self._opened)

    async def of(self, server: Server) -> tuple[ToolSpec, ...]:
        """The server's tools, as far as they are known; never raises. `problem` says why some are missing."""
        listed = self._of(server)
        if self.now() >= listed.good_until:
            async with listed.lock:
                if self.now() >= listed.good_until:
                    await self._refresh(listed, None)
        return listed.specs

    async def entries(self, server: Server, asker: Asker) -> Said:
        """What the server says of each tool, not long ago, to whoever calls as `asker`.

        Where it does not answer, what it said last counts for an hour. `ToolError` where there is nothing that counts.
        """
        listed = self._to(server, await self._sessions.credential(server, asker))
        if self._is_stale(listed):
            async with listed.lock:
                if self._is_stale(listed):
                    listed = await self._told(listed, asker)
        if listed.entries is None:
            raise Unreachable(listed.problem or f'The tool server "{server.name}" did not list its tools.')
        if not self._counts(listed):
            raise Unreachable(f"{TOO_OLD.format(server=server.name)} {listed.problem or ''}".rstrip())
        return Said(listed.entries, listed.whose)

    def said(self, server: Server) -> Entries | None:
        """What the server said of its tools when it was last listed; None when it never was."""
        return self._of(server).entries

    def known(self, server: Server) -> tuple[ToolSpec, ...]:
        """The server's tools as they were last seen, without asking."""
        return self._of(server).specs

    def problem(self, server: Server) -> str | None:
        """Why the server could not be listed last time, a sentence; None when it could."""
        listed = self._listed.get(server.name)
        return listed.problem if listed is not None else None

    def _changed(self, name: str) -> None:
        """The server says so: whoever looks next asks it again."""
        for listed in self._all_of(name):
            listed.good_until = listed.listed_until = 0.0

    def _opened(self, name: str) -> None:
        """What could not be listed, for one since it was slow to start, may be asked again at once."""
        for listed in self._all_of(name):
            if listed.problem is not None:
                listed.good_until = listed.listed_until = 0.0

    def _all_of(self, name: str) -> list[_Listed]:
        shared = self._listed.get(name)
        return [*([shared] if shared else []), *(own for (server, _), own in self._own.items() if server == name)]

    def _to(self, server: Server, credential: Credential) -> _Listed:
        """The list of one account; those that nobody asks for any more go."""
        if credential.key == SHARED:
            return self._of(server)
        now = self.now()
        gone = [which for which, one in self._own.items() if now - one.seen > KEPT.total_seconds()]
        for which in gone:
            del self._own[which]
        which = (server.name, credential.key)
        listed = self._own.get(which)
        if listed is None or listed.server != server:
            listed = self._own[which] = _Listed(server, credential.key, credential.whose)
        listed.seen = now
        return listed

    def _of(self, server: Server) -> _Listed:
        listed = self._listed.get(server.name)
        if listed is None or listed.server != server:  # mcp.json was changed: what was known is void
            listed = self._listed[server.name] = _Listed(server)
        return listed

    def _counts(self, listed: _Listed) -> bool:
        return listed.entries is not None and self.now() < listed.counts_until

    def _is_stale(self, listed: _Listed) -> bool:
        now = self.now()
        unsaid = listed.wants_sign_in and not self._counts(listed)
        return now >= listed.listed_until and (unsaid or now >= listed.good_until)

    async def _told(self, listed: _Listed, asker: Asker) -> _Listed:
        try:
            return await self._refresh(listed, asker)
        except Needed:
            if not self._counts(listed):
                raise
            return listed

    async def _refresh(self, expected: _Listed, asker: Asker | None) -> _Listed:
        """Ask the server anew. What it says is kept where it belongs, which is mostly the `expected` list."""
        listed, server = expected, expected.server

        def goes(credential: Credential) -> None:  # somebody may have signed in, or out, since it was expected
            nonlocal listed
            listed = expected if credential.key == expected.key else self._to(server, credential)

        try:
            async with asyncio.timeout(LONGEST_WAIT.total_seconds()):
                tools = await self._sessions.tools(server, asker, on_way=goes)
        except Needed as exc:
            listed.wants_sign_in = True
            listed.problem = f"{exc} An operator has to run `threadwind tools lock` first."
            listed.good_until = self.now() + ASK_AGAIN_AFTER.total_seconds()
            if asker is not None:
                raise
            return listed
        except (ToolError, TimeoutError) as exc:
            said, listed.wants_sign_in = isinstance(exc, ToolError), False
            listed.problem = str(exc) if said else f'The tool server "{server.name}" is too slow to list its tools.'
            listed.good_until = listed.listed_until = self.now() + ASK_AGAIN_AFTER.total_seconds()
            log.warning("tools.not_listed", server=server.name, reason=listed.problem, known=len(listed.specs))
            return listed
        if listed.entries is None or listed.problem is not None:
            log.info("tools.listed", server=server.name, tools=len(tools))
        listed.specs, listed.entries = specs_of(server, tools), entries_of(tools)
        listed.problem, listed.wants_sign_in = None, False
        listed.good_until = listed.listed_until = self.now() + self._fresh.total_seconds()
        listed.counts_until = self.now() + COUNTS.total_seconds()
        return listed
