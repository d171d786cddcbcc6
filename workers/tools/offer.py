"""Which tools an agent is offered, and which of them a name means: servers' tools and Python functions together.

Always holds: what an agent's file does not name is neither offered nor found. A name that means nothing gets a
sentence by which the model can do better.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from bot.catalog.agents import Agent
from bot.catalog.problem import nearest
from bot.catalog.servers import Server
from bot.threads.models import ThreadKey
from workers.tools.choice import may_use, uses, uses_function
from workers.tools.credentials import Asker
from workers.tools.gate import Gate
from workers.tools.names import model_name, safe_prefix
from workers.tools.pinning import Pinned
from workers.tools.specs import ToolSpec


class Offer:
    def __init__(
        self,
        servers: Callable[[], Mapping[str, Server]],
        functions: Mapping[str, ToolSpec],
        listing: Pinned,
        gate: Gate | None,
    ) -> None:
        self._servers = servers
        self._functions = functions
        self._listing = listing
        self._gate = gate

    async def to(self, agent: Agent, thread: ThreadKey | None) -> tuple[ToolSpec, ...]:
        """Its functions first, in a stable order. Servers are asked side by side. What is hidden in `thread` is not."""
        servers = self._of(agent)
        listings = await asyncio.gather(*(self._listing.of(server) for server in servers))
        chosen = self._chosen(agent, zip(servers, listings, strict=True))
        if thread is None or self._gate is None or not any(spec.internal for spec in chosen):
            return chosen
        hides = await self._gate.is_shared(thread.team, thread.channel)
        return tuple(spec for spec in chosen if not (spec.internal and hides))

    def missing(self, agent: Agent) -> dict[str, str]:
        """Servers of the agent that could not be listed last time, each with a sentence that says why."""
        return {server.name: why for server in self._of(agent) if (why := self._listing.problem(server)) is not None}

    async def find(self, name: str, agent: Agent) -> ToolSpec | None:
        """Among all that `to` would give, without matching every other tool of a large server for each call."""
        if (function := self._functions.get(name)) is not None and uses_function(agent, name):
            return function
        for server in self._of(agent):
            # Only servers whose tool it could be are asked: another that hangs must not hold up this call.
            if name.startswith(safe_prefix(server.name)):
                for spec in await self._listing.of(server):
                    if spec.name == name and uses(agent, server, spec.tool, reads=spec.reads):
                        return spec
        return None

    async def unknown(self, name: str, agent: Agent, asker: Asker) -> str:
        """What is said of a name that was not found."""
        if new := await self._new(name, agent, asker):
            return new
        for server, why in self.missing(agent).items():
            if name.startswith(safe_prefix(server)):
                return f"{name} cannot be called now. {why}"
        known = [spec.name for spec in self._chosen(agent, ((s, self._listing.known(s)) for s in self._of(agent)))]
        close = nearest(name, known)
        hint = f'Did you mean "{close[0]}"?' if close else f"There are: {', '.join(known) or 'none'}."
        return f'There is no tool "{name}". {hint}'

    async def _new(self, name: str, agent: Agent, asker: Asker) -> str | None:
        """Why a tool that its server has by now, and the agent would be offered, is not called yet."""
        for server in self._of(agent):
            if not name.startswith(safe_prefix(server.name)):
                continue
            for tool in await self._listing.said(server, asker):
                if model_name(server.name, tool) == name and uses(agent, server, tool, reads=True):
                    return await self._listing.refusal(server, tool, asker)
        return None

    def _of(self, agent: Agent) -> list[Server]:
        return [server for _, server in sorted(self._servers().items()) if may_use(agent, server)]

    def _chosen(self, agent: Agent, listings: Iterable[tuple[Server, Iterable[ToolSpec]]]) -> tuple[ToolSpec, ...]:
        specs = {name: spec for name, spec in self._functions.items() if uses_function(agent, name)}
        for server, listed in listings:
            for spec in listed:
                if uses(agent, server, spec.tool, reads=spec.reads):
                    specs.setdefault(spec.name, spec)  # names meet only by forgery; the first keeps it
        return tuple(specs.values())
