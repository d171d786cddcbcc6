"""What an agent is offered and what becomes of its calls: servers' tools and Python functions behind one door.

Always holds: nothing but cancellation leaves `call`; whatever goes wrong is a text the model can read, beginning with
"Error: ", and `ran` says whether the tool may have done something. Nothing is called twice unless it surely never ran.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog

from bot.catalog.agents import Agent
from bot.catalog.problem import nearest
from bot.catalog.servers import Server
from bot.connections.models import Principal
from bot.threads.models import ThreadKey
from workers.tools.choice import may_use, uses, uses_function
from workers.tools.credentials import Asker
from workers.tools.errors import Needed, ToolError, Unheard
from workers.tools.functions import Call, Functions
from workers.tools.listing import Listing
from workers.tools.names import safe_prefix
from workers.tools.results import RESULT_LIMIT, cut, text_of
from workers.tools.sessions import ToolSessions
from workers.tools.specs import Outcome, ToolSpec, failure

NEVER_REPEAT = "It is unknown whether it ran: check before you call it again, unless it only reads."

log = structlog.get_logger(__name__)


class Tools:
    def __init__(
        self,
        servers: Callable[[], Mapping[str, Server]],
        sessions: ToolSessions,
        functions: Functions,
        *,
        listing: Listing | None = None,
        result_limit: int = RESULT_LIMIT,
    ) -> None:
        """`servers` gives the catalogue's current ones; sessions and functions are closed by whoever opened them."""
        self._servers = servers
        self._sessions = sessions
        self._functions = functions
        self._listing = listing or Listing(sessions)
        self._result_limit = result_limit

    async def warm_up(self) -> None:
        """Connect to every server of the catalogue, so that no turn waits for a first connection."""
        await asyncio.gather(*(self._listing.of(server) for server in self._servers().values()))

    async def offered(self, agent: Agent) -> tuple[ToolSpec, ...]:
        """The tools `agent` may be given, its functions first, in a stable order. Servers are asked side by side."""
        servers = self._of(agent)
        listings = await asyncio.gather(*(self._listing.of(server) for server in servers))
        return self._chosen(agent, zip(servers, listings, strict=True))

    def missing(self, agent: Agent) -> dict[str, str]:
        """Servers of the agent that could not be listed last time, each with a sentence that says why."""
        return {server.name: why for server in self._of(agent) if (why := self._listing.problem(server)) is not None}

    async def call(
        self,
        name: str,
        arguments: str,
        *,
        agent: Agent,
        principal: str,
        thread: ThreadKey,
        given: str = "",
        definition: str | None = None,
    ) -> Outcome:
        """Call a tool that `agent` was offered. `arguments` is the model's raw JSON text; approval is the caller's.

        `given` is what a person gave for what the same call needed before. `definition` is that of the tool which the
        caller looked at; another one, which nobody allowed, is not called.
        """
        try:
            values = _parsed(name, arguments)
            if isinstance(values, Outcome):
                return values
            spec = await self._find(name, agent)
            if spec is None:
                return self._unknown(name, agent)
            if definition not in (None, spec.definition):
                return failure(f"{name} has just changed or come back. Call it again if it is still needed.", ran="no")
            if spec.server is None:
                call = Call(principal=principal, thread=thread, agent=agent.name)
                return await self._functions.call(name, values, call, limit=self._result_limit)
            return await self._at_server(spec, spec.server, values, principal, thread, given)
        except Exception as exc:
            # A bug of ours. The message may hold what the tool was given, so only its kind is logged.
            log.error("tool.call_broke", tool=name, cause=type(exc).__name__)
            return failure(
                f"Calling {name} failed inside the bot ({type(exc).__name__}). {NEVER_REPEAT}", ran="unknown"
            )

    async def _at_server(
        self, spec: ToolSpec, server: str, values: dict[str, Any], principal: str, thread: ThreadKey, given: str
    ) -> Outcome:
        asker = Asker(Principal(thread.team, principal), thread.channel)
        try:
            result = await self._sessions.call(self._servers()[server], asker, spec.tool, values, given=given)
        except Needed as exc:
            return Outcome(text=str(exc), failed=False, ran=exc.ran, needs=exc.need)
        except ToolError as exc:
            text = f"{exc} {NEVER_REPEAT}" if isinstance(exc, Unheard) else str(exc)
            return failure(cut(text, self._result_limit), ran=exc.ran)
        text = text_of(result.content, result.structured_content, limit=self._result_limit)
        return failure(text, ran="yes") if result.is_error else Outcome(text=text, failed=False, ran="yes")

    # ---- which tools ----------------------------------------------------------------------------------------------

    def _of(self, agent: Agent) -> list[Server]:
        return [server for _, server in sorted(self._servers().items()) if may_use(agent, server)]

    def _chosen(self, agent: Agent, listings: Iterable[tuple[Server, Iterable[ToolSpec]]]) -> tuple[ToolSpec, ...]:
        specs = {name: spec for name, spec in self._functions.specs.items() if uses_function(agent, name)}
        for server, listed in listings:
            for spec in listed:
                if uses(agent, server, spec.tool):
                    specs.setdefault(spec.name, spec)  # names meet only by forgery; the first keeps it
        return tuple(specs.values())

    async def _find(self, name: str, agent: Agent) -> ToolSpec | None:
        # Only servers whose tool it could be are asked: another that hangs must not hold up this call.
        servers = [server for server in self._of(agent) if name.startswith(safe_prefix(server.name))]
        listings = [(server, await self._listing.of(server)) for server in servers]
        return next((spec for spec in self._chosen(agent, listings) if spec.name == name), None)

    def _unknown(self, name: str, agent: Agent) -> Outcome:
        for server, why in self.missing(agent).items():
            if name.startswith(safe_prefix(server)):
                return failure(f"{name} cannot be called now. {why}", ran="no")
        known = [spec.name for spec in self._chosen(agent, ((s, self._listing.known(s)) for s in self._of(agent)))]
        close = nearest(name, known)
        hint = f'Did you mean "{close[0]}"?' if close else f"There are: {', '.join(known) or 'none'}."
        return failure(f'There is no tool "{name}". {hint}', ran="no")


def _parsed(name: str, arguments: str) -> dict[str, Any] | Outcome:
    """The arguments as an object; models send no text at all where a tool takes none."""
    if not arguments.strip():
        return {}
    try:
        values = json.loads(arguments)
    except (ValueError, RecursionError) as exc:
        where = f" ({exc.msg} at character {exc.pos})" if isinstance(exc, json.JSONDecodeError) else ""
        return failure(f"The arguments for {name} are not valid JSON{where}. Send one JSON object.", ran="no")
    if not isinstance(values, dict):
        kind = {list: "a list", str: "a text", bool: "a boolean", type(None): "null"}.get(type(values), "a number")
        return failure(f"The arguments for {name} must be one JSON object, not {kind}.", ran="no")
    return values
