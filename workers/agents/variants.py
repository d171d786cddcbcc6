"""Variants of agent objects: the same agent with other handoffs, for threads to which people added or removed agents.

Made on demand and used again: the metadata names deployment, agent and the hash of all that counts, so the same wish
finds the same object, on whatever worker. They are no agents of their own: `ownership.py` does not count them (they
have no `agent`), and what no longer fits the files is removed by `stale`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from bot.catalog.agents import Agent
from workers.agents import ownership
from workers.agents.bodies import FIELDS, body_of, content_hash
from workers.agents.client import MistralAgents, Stored
from workers.agents.objects import AgentObject, AgentObjects
from workers.tools.specs import ToolSpec

LIFE = timedelta(days=30)  # of a variant that fits no more: threads that began with it may still go on
VARIANT_OF, VARIANT = "variant_of", "variant"  # of the metadata: the agent's name, the body's hash

log = structlog.get_logger(__name__)


class Variants:
    """Of one deployment. `offered` tells what tools an agent that is no object of its own is given."""

    def __init__(
        self,
        agents: MistralAgents,
        objects: AgentObjects,
        *,
        deployment: str,
        offered: Callable[[Agent], Awaitable[Sequence[ToolSpec]]],
        library_ids: Callable[[Agent], Awaitable[Mapping[str, str]]],
    ) -> None:
        self.agents = agents
        self._objects = objects
        self._deployment = deployment
        self._offered = offered
        self._library_ids = library_ids
        self._making = asyncio.Lock()
        self._names: dict[str, str] = {}  # by id; an object never becomes another agent's

    async def variant_of(self, agent: Agent, handoffs: Sequence[str]) -> AgentObject:
        """The agent with exactly these handoffs (names of agents that were pushed). Raises `ConversationError`."""
        targets = [found.id for name in handoffs if (found := await self._objects.find(name)) is not None]
        body = await self._body(agent, targets)
        wanted = content_hash(body)
        async with self._making:
            for one in await self.all():
                if one.metadata.get(VARIANT_OF) == agent.name and one.metadata.get(VARIANT) == wanted:
                    return AgentObject(agent.name, one.id, one.version, is_current=True)
            metadata = {ownership.DEPLOYMENT: self._deployment, VARIANT_OF: agent.name, VARIANT: wanted}
            made = await self.agents.create({**body, "metadata": metadata})
        log.info("agent.variant", agent=agent.name, handoffs=list(handoffs))
        return AgentObject(agent.name, made.id, made.version, is_current=True)

    async def all(self) -> list[Stored]:
        """This deployment's variants, the oldest first."""
        stored = await self.agents.all(metadata=ownership.filter_for(self._deployment))
        return sorted((one for one in stored if is_variant(one, self._deployment)), key=lambda one: one.created_at)

    async def name_of(self, agent_id: str) -> str | None:
        """The agent whose variant has this id."""
        if agent_id not in self._names:
            self._names |= {one.id: agent_in(one) for one in await self.all()}
        return self._names.get(agent_id)

    async def _body(self, agent: Agent, targets: Sequence[str]) -> dict[str, Any]:
        """What was pushed of the agent, with other handoffs; of one that is no object, what its file says."""
        found = await self._objects.find(agent.name)
        if found is None:
            return body_of(agent, await self._offered(agent), await self._library_ids(agent), targets)
        pushed = await self.agents.get(found.id)
        values = {name: _plain(getattr(pushed, name)) for name in FIELDS} | {"handoffs": list(targets)}
        return {name: value for name, value in values.items() if value}


def is_variant(stored: Stored, deployment: str) -> bool:
    return ownership.owner(stored) == deployment and bool(stored.metadata.get(VARIANT_OF))


def stale(stored: Sequence[Stored], deployment: str, *, now: datetime) -> list[Stored]:
    """The variants that no new conversation finds any more, of agents as they were pushed before or not at all, once
    they are old enough. A thread that still goes on with such a one begins anew, with its own words.
    """
    pushed = {name: found[0] for name, found in ownership.owned(stored, deployment).items()}
    return [
        one
        for one in stored
        if is_variant(one, deployment) and _is_old(one, now) and not _fits(one, pushed.get(agent_in(one)))
    ]


def agent_in(variant: Stored) -> str:
    """The agent whose variant it is."""
    return str(variant.metadata.get(VARIANT_OF) or "")


def _is_old(one: Stored, now: datetime) -> bool:
    try:
        made = datetime.fromisoformat(one.created_at)
    except ValueError:
        return False
    return (made if made.tzinfo else made.replace(tzinfo=UTC)) < now - LIFE


def _fits(variant: Stored, agent: Stored | None) -> bool:
    if agent is None:
        return False
    same = [name for name in FIELDS if name != "handoffs"]
    return all(_plain(getattr(variant, name)) == _plain(getattr(agent, name)) for name in same)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(list(value) if isinstance(value, tuple) else value))
