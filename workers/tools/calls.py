"""What an agent is offered and what becomes of its calls: servers' tools and Python functions behind one door.

Always holds: nothing but cancellation leaves `call`; whatever goes wrong is a text the model can read, beginning with
"Error: ", and `ran` says whether the tool may have done something. Nothing is called twice unless it surely never ran.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from mcp.shared.dispatcher import ProgressFnT

from bot.catalog.agents import Agent
from bot.catalog.servers import Server
from bot.connections.models import Principal
from bot.threads.models import ThreadKey
from workers.tools import arguments as written
from workers.tools import content
from workers.tools.asked import Ask
from workers.tools.credentials import Asker, Credential
from workers.tools.errors import Needed, NotSent, ToolError, Unheard, Unreachable
from workers.tools.functions import OUTSIDE, Call, Functions, InTurn
from workers.tools.gate import Gate
from workers.tools.listing import Listing
from workers.tools.long_answers import LongAnswers
from workers.tools.names import READ_MORE
from workers.tools.offer import Offer
from workers.tools.pinning import Pinned, Tell, to_nobody
from workers.tools.pins import Pins
from workers.tools.rests import Rests
from workers.tools.results import RESULT_LIMIT, cut
from workers.tools.sessions import ToolSessions
from workers.tools.specs import Account, Outcome, ToolSpec, failure

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
        pins: Pins | None = None,
        tell: Tell = to_nobody,
        gate: Gate | None = None,
        rests: Rests | None = None,
        result_limit: int = RESULT_LIMIT,
    ) -> None:
        """`servers` gives the catalogue's current ones; sessions and functions are closed by whoever opened them.

        `pins` are the accepted tools (None: nothing is locked); `tell` hears where a server says something else;
        `gate` knows who may have what called where (None: nobody is asked, for what has no people). Without `rests`
        nothing is kept of what is cut.
        """
        self._servers = servers
        self._sessions = sessions
        self._functions = functions
        self._listing = Pinned(listing or Listing(sessions), pins, tell=tell)
        self._offer = Offer(servers, functions.specs, self._listing, gate)
        self._gate = gate
        self._long = LongAnswers(rests, limit=result_limit)
        self._result_limit = result_limit

    async def warm_up(self) -> None:
        """Connect to every server of the catalogue, so that no turn waits for a first connection."""
        await asyncio.gather(*(self._listing.of(server) for server in self._servers().values()))

    async def offered(self, agent: Agent, *, thread: ThreadKey | None = None) -> tuple[ToolSpec, ...]:
        """The tools `agent` may be given, its functions first, in a stable order. Servers are asked side by side.

        With `thread`, those that are hidden there are left out.
        """
        return await self._offer.to(agent, thread)

    def missing(self, agent: Agent) -> dict[str, str]:
        """Servers of the agent that could not be listed last time, each with a sentence that says why."""
        return self._offer.missing(agent)

    async def is_personal(self, spec: ToolSpec, *, principal: str, thread: ThreadKey) -> bool:
        """Whether what a call of `spec` sends and brings is the principal's own, and not for the whole thread."""
        server = self._servers().get(spec.server) if spec.server else None
        asker = Asker(Principal(thread.team, principal), thread.channel)
        return server is not None and await self._sessions.is_personal(server, asker)

    async def refusal(self, spec: ToolSpec, *, principal: str, thread: ThreadKey) -> str | None:
        """Why a call of `spec` would be refused as things stand: said before anybody is asked for a yes."""
        server = self._servers().get(spec.server) if spec.server else None
        try:
            return await self._refused(spec, server, Asker(Principal(thread.team, principal), thread.channel))
        except ToolError:
            return None  # the call itself will say so

    async def call(
        self,
        name: str,
        arguments: str,
        *,
        agent: Agent,
        principal: str,
        thread: ThreadKey,
        given: str = "",
        ask: Ask | None = None,
        on_progress: ProgressFnT | None = None,
        definition: str | None = None,
        turn: InTurn = OUTSIDE,
    ) -> Outcome:
        """Call a tool that `agent` was offered. `arguments` is the model's raw JSON text; approval is the caller's.

        `given` is what a person gave for what the same call needed before; by `ask` a server asks that person while the
        call is open; `on_progress` hears how far a server is. `definition` is that of the tool which the caller looked
        at; another one, which nobody allowed, is not called. `turn` is what a function is told of its turn.
        """
        asker = Asker(Principal(thread.team, principal), thread.channel)
        try:
            values = written.read(name, arguments)
            if isinstance(values, Outcome):
                return values
            spec = await self._offer.find(name, agent)
            if spec is None:
                return failure(await self._offer.unknown(name, agent, asker), ran="no")
            if definition not in (None, spec.definition):
                return failure(f"{name} has just changed or come back. Call it again if it is still needed.", ran="no")
            if spec.server is None:
                return await self._function(spec, values, agent, asker, thread, turn)
            return await self._at_server(
                agent,
                spec,
                values,
                server=self._servers()[spec.server],
                asker=asker,
                thread=thread,
                given=given,
                ask=ask,
                on_progress=on_progress,
            )
        except Exception as exc:
            # A bug of ours. The message may hold what the tool was given, so only its kind is logged.
            log.error("tool.call_broke", tool=name, cause=type(exc).__name__)
            return failure(
                f"Calling {name} failed inside the bot ({type(exc).__name__}). {NEVER_REPEAT}", ran="unknown"
            )

    async def _refused(self, spec: ToolSpec, server: Server | None, asker: Asker) -> str | None:
        """Who may comes first: a person who may not learns nothing of what a server has changed."""
        if self._gate is not None and (why := await self._gate.refusal(spec, asker)):
            return why
        return await self._listing.refusal(server, spec.tool, asker) if server else None

    async def _function(
        self,
        spec: ToolSpec,
        values: dict[str, Any],
        agent: Agent,
        asker: Asker,
        thread: ThreadKey,
        turn: InTurn,
    ) -> Outcome:
        principal = asker.principal.user
        if refused := await self._refused(spec, None, asker):
            return failure(refused, ran="no")
        if spec.tool == READ_MORE and self._long.can_be_read_on:
            return await self._long.read_on(values, principal, thread)
        call = Call(principal=principal, thread=thread, agent=agent.name, turn=turn)
        made = await self._functions.call(spec.name, values, call)
        return replace(made, text=await self._long.shown(made.text, agent, principal, thread, made.account))

    async def _at_server(
        self,
        agent: Agent,
        spec: ToolSpec,
        values: dict[str, Any],
        *,
        server: Server,
        asker: Asker,
        thread: ThreadKey,
        given: str,
        ask: Ask | None,
        on_progress: ProgressFnT | None,
    ) -> Outcome:
        used: list[Credential] = []
        try:
            if refused := await self._refused(spec, server, asker):
                return failure(refused, ran="no")
            result = await self._sessions.call(
                server,
                asker,
                spec.tool,
                values,
                given=given,
                ask=ask,
                on_progress=on_progress,
                on_way=used.append,
            )
        except Needed as exc:
            return Outcome(text=str(exc), failed=False, ran=exc.ran, needs=exc.need)
        except ToolError as exc:
            unknown = isinstance(exc, Unheard) and exc.ran == "unknown"
            text = cut(f"{exc} {NEVER_REPEAT}" if unknown else str(exc), self._result_limit)
            got = used if not isinstance(exc, NotSent | Unreachable) else []
            return failure(text, ran=exc.ran, data=exc.quotes, account=_account(got))
        account = _account(used)
        alone = account == "person" and not thread.is_dm
        found = content.read(result.content, result.structured_content, tool=spec.tool, alone=alone)
        text = await self._long.shown(found.text, agent, asker.principal.user, thread, account)
        if result.is_error:
            return failure(text, ran="yes", data=True, account=account)
        return Outcome(text=text, failed=False, ran="yes", files=tuple(found.files), data=True, account=account)


def _account(used: Sequence[Credential]) -> Account:
    """As whom the server got the call last."""
    if not used:
        return ""
    return "person" if used[-1].personal else "service"
