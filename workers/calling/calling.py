"""A round's tool calls: made at once, each on record as started before it is made, or waiting for a person.

A connector's call that waits for a yes (`pending`) is Mistral's to make: a person decides here, and Mistral is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import structlog

from bot.catalog.policy import Policy
from bot.threads.models import CallState
from workers import granting
from workers.call_record import CallRecord
from workers.calling.deciding import Standing, decide
from workers.calling.making import Inquire, Making
from workers.conversations.port import Call
from workers.delivery.delivery import Delivery
from workers.follow_ups.functions import Desk
from workers.handoffs.cast import Cast
from workers.handoffs.handoffs import Handoffs
from workers.journal import Journal
from workers.services import Services
from workers.tools.specs import ToolSpec

log = structlog.get_logger()


class Parked(Exception):
    """Calls wait for a person; the turn stays open and no worker waits."""


class Calling:
    """The tool calls of one turn."""

    def __init__(
        self,
        services: Services,
        journal: Journal,
        cast: Cast,
        delivery: Delivery,
        handoffs: Handoffs,
        inquire: Inquire,
        follow_ups: Desk,
        *,
        before_call: Callable[[], Awaitable[None]],
    ) -> None:
        self._services = services
        self._journal = journal
        self._cast = cast
        self._handoffs = handoffs
        self._making = Making(services, journal, delivery, inquire, follow_ups, before_call=before_call)

    def cancel(self) -> None:
        """Cancel what runs; nobody knows then what it did."""
        self._making.cancel()

    async def make(self, calls: Sequence[Call]) -> None:
        """Make the calls that may be made now, at once; `Parked` when others wait for a person."""
        standings = await self._standings(calls)
        states = [(await self._decided(call, standings[call.tool_call_id])).state for call in calls]
        await self._journal.write()
        ready = [call for call, state in zip(calls, states, strict=True) if state is CallState.STARTED]
        if ready:
            await self._making.all([(call, standings[call.tool_call_id]) for call in ready])
            await self._journal.write()
        came_back = [call for call in ready if self._journal.recorded(call).state is CallState.ASKED]
        if CallState.ASKED in states or came_back:
            raise Parked

    async def _standings(self, calls: Sequence[Call]) -> dict[str, Standing]:
        """By call. After a handoff a call is another agent's: its file says what it may do."""
        speaker = self._handoffs.speaker
        makers = {call.tool_call_id: await self._cast.agent(call.agent_id, speaking=speaker) for call in calls}
        agents = {agent.name: agent for agent in makers.values() if agent}
        offered = {
            name: {spec.name: spec for spec in await self._services.tools.offered(agent)}
            for name, agent in agents.items()
        }

        def standing(call: Call) -> Standing:
            agent = makers[call.tool_call_id]
            return Standing(agent=agent, spec=offered[agent.name].get(call.name) if agent else None)

        # Side by side: a server that hangs costs the round its patience once, not once a call.
        looked_into = await asyncio.gather(*(self._looked_into(call, standing(call)) for call in calls))
        return {call.tool_call_id: found for call, found in zip(calls, looked_into, strict=True)}

    async def _looked_into(self, call: Call, standing: Standing) -> Standing:
        """What servers and sign-ins have to say; not of a call that Mistral makes."""
        if standing.spec is None or call.pending:
            return standing
        tools, principal, thread = self._services.tools, self._journal.get("principal") or "", self._journal.thread
        return replace(
            standing,
            refusal=await tools.refusal(standing.spec, principal=principal, thread=thread),
            private=await tools.is_personal(standing.spec, principal=principal, thread=thread)
            or await self._may_be_personal(standing.spec),
        )

    async def _may_be_personal(self, spec: ToolSpec) -> bool:
        """Nobody may have signed in yet: what a call would send is the person's own all the same."""
        server = self._services.catalogs.now.servers.get(spec.server or "")
        return server is not None and await self._services.asks.may_be_personal(server, self._journal.thread.channel)

    async def _decided(self, call: Call, standing: Standing) -> CallRecord:
        before = await self._look_for_a_grant(call, self._journal.recorded_or_new(call), standing)
        record = decide(call, before, standing)
        if before.state is not CallState.DONE and standing.agent is None:
            log.error("call.nobodys", tool=call.name, agent_id=call.agent_id)
        if before.state is CallState.STARTED and record.outcome == "unknown":
            self._journal.set(unknown_effect=call.name)
        self._journal.set_call(call.tool_call_id, record)
        return record

    async def _look_for_a_grant(self, call: Call, record: CallRecord, standing: Standing) -> CallRecord:
        """Of a call that is looked at for the first time: about which tool it is, and the yes of before that it has."""
        agent, spec = standing.agent, standing.spec
        if agent is None or spec is None or call.pending or record.asks or record.decision is not None:
            return record
        record = replace(
            record,
            agent=agent.name,
            server=spec.server or "",
            title=spec.title,
            definition=spec.definition,
            does=spec.does(call.arguments),
        )
        if record.state is not CallState.ASKED or record.needs or spec.policy_of(agent) is not Policy.ASK:
            return record
        covered = await granting.covering(self._services, self._journal, record)
        if covered is None:
            return record
        self._journal.step(self._services.now(), "granted", tool=call.name, holds=covered.holds)
        return replace(record, decision="allowed", by=covered.by, holds=covered.holds)
