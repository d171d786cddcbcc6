"""What agents are offered of a server: its tools as they were locked, and compared with what the server says now.

Always holds: where the lock has a server, nothing else than what stands there is offered, whatever the server says or
whether it answers; and a tool that is not as it was locked is not called until an operator accepted it. A server
without an entry works from its own list: an author tries it out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from bot.catalog.servers import Server
from workers.tools.credentials import Asker, Whose
from workers.tools.definitions import Change, Entries, changed_fields, difference, fingerprint
from workers.tools.errors import ToolError
from workers.tools.listing import Listing
from workers.tools.lock import Lock
from workers.tools.pins import Pins
from workers.tools.seldom import Seldom
from workers.tools.specs import ToolSpec

UNREADABLE = "The file with the accepted tools cannot be read, so no tool server is used; an operator has to mend it."

NOTHING_LOCKED = Lock()

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Differs:
    """A server says something else than was locked. `fingerprint` is the same wherever this very change is seen."""

    server: str
    change: Change
    fingerprint: str


Tell = Callable[[Differs], Awaitable[bool]]  # whether everybody has been told


async def to_nobody(_: Differs) -> bool:
    """Where no operators are told."""
    return True


class Pinned:
    """`listing` is what servers say now, `pins` what was accepted; `tell` hears of differences, `Seldom` says when."""

    def __init__(self, listing: Listing, pins: Pins | None, *, tell: Tell = to_nobody) -> None:
        self._listing = listing
        self._pins = pins
        self._tell = tell
        self._specs: dict[str, tuple[Lock, Server, tuple[ToolSpec, ...]]] = {}
        self._compared: dict[str, tuple[Entries, Entries]] = {}
        self._logged = Seldom(listing.now)
        self._told = Seldom(listing.now)
        self._not_locked: set[str] = set()  # servers that the log has named

    async def of(self, server: Server) -> tuple[ToolSpec, ...]:
        """The server's tools for agents; never raises."""
        await self._listing.of(server)
        await self._compare(server)
        return self.known(server)

    def known(self, server: Server) -> tuple[ToolSpec, ...]:
        """The same without asking the server."""
        lock = self._lock()
        if lock is None:
            return ()
        if server.name not in lock.servers:
            return self._listing.known(server)
        kept = self._specs.get(server.name)
        if kept is None or kept[0] is not lock or kept[1] != server:
            kept = self._specs[server.name] = (lock, server, lock.specs(server))
        return kept[2]

    async def said(self, server: Server, asker: Asker) -> Entries:
        """All that the server says it has for `asker`, accepted or not; nothing where it cannot be asked."""
        try:
            return (await self._listing.entries(server, asker)).entries
        except ToolError:
            return {}

    def problem(self, server: Server) -> str | None:
        """Why tools of the server are missing, a sentence; locked ones never are."""
        lock = self._lock()
        if lock is None:
            return UNREADABLE
        return None if server.name in lock.servers else self._listing.problem(server)

    async def refusal(self, server: Server, tool: str, asker: Asker) -> str | None:
        """Why `tool` is not called as things stand, a sentence. `ToolError` where the server cannot be compared."""
        lock = self._lock()
        if lock is None:
            return UNREADABLE
        if (accepted := lock.servers.get(server.name)) is None:
            return None
        now = await self._listing.entries(server, asker)
        if now.to == "everybody":
            await self._compare(server)
        elif change := replace(difference(accepted, now.entries), removed=()):  # others may have more rights
            await self._differs(Differs(server.name, change, fingerprint(server.name, change, now.entries)))
        return unlike(server.name, tool, accepted, now.entries, to=now.to)

    def _lock(self) -> Lock | None:
        return self._pins.now() if self._pins is not None else NOTHING_LOCKED

    async def _compare(self, server: Server) -> None:
        """Say what differs, once a change; nothing to do while neither side has moved."""
        lock, now = self._lock(), self._listing.said(server)
        if lock is None or now is None:
            return
        if (accepted := lock.servers.get(server.name)) is None:
            self._unlocked(server)
            return
        seen = self._compared.get(server.name)
        if seen is not None and seen[0] is accepted and seen[1] is now:
            return
        self._compared[server.name] = (accepted, now)
        if change := difference(accepted, now):
            await self._differs(Differs(server.name, change, fingerprint(server.name, change, now)))

    async def _differs(self, differs: Differs) -> None:
        change = differs.change
        if self._logged.is_due(differs.server, differs.fingerprint):
            log.warning(
                "tools.differ",
                server=differs.server,
                added=list(change.added),
                removed=list(change.removed),
                changed=list(change.changed),
            )
        if self._told.is_due(differs.server, differs.fingerprint) and not await self._tell(differs):
            self._told.undo(differs.server, differs.fingerprint)  # again when the server is listed next

    def _unlocked(self, server: Server) -> None:
        if server.name not in self._not_locked:
            self._not_locked.add(server.name)
            log.warning("tools.not_locked", server=server.name, mend=f"threadwind tools lock {server.name}")


def unlike(server: str, tool: str, accepted: Entries, now: Entries, *, to: Whose = "everybody") -> str | None:
    """The sentence that refuses a call of a tool that is not as it was accepted; None where it is.

    `to`: whose account it is that the server says `now` to.
    """
    named = f'The tool "{tool}" of the server "{server}"'
    if tool not in accepted and tool not in now:
        return f"{named} does not exist."
    if to != "everybody" and tool not in now:
        account = "person's sign-in" if to == "person" else "channel's account"
        return f"{named} was not called: it is not among those that the server gives to this {account}."
    if tool not in accepted:
        what = "is new there and was not accepted by an operator yet"
    elif tool not in now:
        what = "was accepted by an operator and is gone from there"
    elif fields := changed_fields(accepted[tool], now[tool]):
        what = f"has changed since an operator accepted it ({', '.join(fields)})"
    else:
        return None
    accept = f"An operator can look at what is different and accept it: threadwind tools lock {server}"
    return f"{named} {what}, so it was not called. {accept}"
