"""With what a connection to an MCP server is opened, and who may share it.

Always holds: two callers share a connection, and what a server said over it of its tools, only where their credentials
have the same `key`: a person's own sign-in has one, and so has a channel with headers of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import httpx2

from bot.catalog.servers import Server
from bot.connections.models import Principal

SHARED = "shared"  # the key where a server knows neither people nor channels apart

Whose = Literal["everybody", "person", "channel"]


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom and where a server is asked."""

    principal: Principal
    channel: str


async def always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """`headers` go along with each request to a remote server; `auth` adds what may change while it is connected.

    `personal`: it is one person's own sign-in, so that what is read with it is nobody else's. `holds` says whether it
    is still good: with one that is not, an idle connection is closed.
    """

    key: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth: httpx2.Auth | None = field(default=None, repr=False, compare=False)
    personal: bool = False
    holds: Callable[[], Awaitable[bool]] = field(default=always, repr=False, compare=False)

    @property
    def whose(self) -> Whose:
        """Whose account at the server it is."""
        if self.key == SHARED:
            return "everybody"
        return "person" if self.personal else "channel"


class Credentials(Protocol):
    async def of(self, server: Server, asker: Asker | None) -> Credential:
        """For a call of `asker`; None for what is asked for nobody (a list of tools)."""
        ...


class Configured:
    """The server's own, from mcp.json: the same for everybody."""

    async def of(self, server: Server, asker: Asker | None) -> Credential:
        return Credential(key=SHARED, headers=server.headers)
