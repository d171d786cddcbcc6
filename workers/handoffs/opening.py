"""How a conversation with an agent object is opened: which object, which version, where handoffs are executed."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.catalog.agents import Agent
from workers.agents.objects import AgentObject, AgentObjects
from workers.agents.variants import Variants
from workers.conversations.errors import ConversationError
from workers.handoffs.rules import Guests, execution_of, handoffs_of

PUSH = "threadwind agents push"  # what an operator runs

log = structlog.get_logger()


class NotPushed(ConversationError):
    """The agent (its name) should run as an object, and there is none at Mistral: an operator has to push it."""

    def __init__(self, agent: str) -> None:
        super().__init__(f"the agent {agent!r} was never pushed; run: {PUSH}")
        self.agent = agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`missing` are the added agents that cannot take part, because they were never pushed."""

    object: AgentObject
    handoff_execution: str
    missing: tuple[str, ...] = ()


def runs_as_object(agent: Agent, guests: Guests) -> bool:
    """Whoever may hand over is an object, and so is one to whose handoffs somebody was added."""
    return agent.is_object or bool(handoffs_of(agent, guests))


async def entry_of(objects: AgentObjects, variants: Variants, agent: Agent, guests: Guests) -> Entry | None:
    """The object with which the agent's conversation starts in this thread; None: it needs none.

    Raises `NotPushed`. An object that is older than its file runs as it was pushed.
    """
    if not runs_as_object(agent, guests):
        return None
    found = await objects.find(agent.name)
    if found is None and agent.is_object:
        raise NotPushed(agent.name)
    if found is not None and not found.is_current:
        log.warning("agent.older_than_its_file", agent=agent.name, version=found.version)
    wanted = handoffs_of(agent, guests)
    missing = tuple([name for name in wanted if name in guests.added and await objects.find(name) is None])
    present = tuple(name for name in wanted if name not in missing)
    execution = execution_of(agent, guests)
    if found is None and not present:
        return None
    if found is None or set(present) != set(agent.handoffs):
        found = await variants.variant_of(agent, present)
    return Entry(object=found, handoff_execution=execution, missing=missing)
