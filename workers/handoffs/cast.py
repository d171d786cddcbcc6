"""Who is who in a conversation: an agent object's id, its name, and the agent of our files behind it.

Fails closed: an id that belongs to no agent of ours is nobody, and what nobody asks for is not done.
"""

from __future__ import annotations

from bot.catalog.agents import Agent
from bot.catalog.catalog import Catalog
from bot.slack.text import shown
from bot.slack.voices import Voice
from workers.agents.objects import AgentObjects
from workers.agents.variants import Variants
from workers.handoffs.rules import voice_for

NAME_SHOWN = 60  # characters of a name that is none of ours


class Cast:
    """The agents of one turn; `entry` is the one that answers in this thread."""

    def __init__(self, objects: AgentObjects, variants: Variants, catalog: Catalog, entry: Agent) -> None:
        self._objects = objects
        self._variants = variants
        self._catalog = catalog
        self.entry = entry

    async def agent(self, agent_id: str | None, *, speaking: str = "") -> Agent | None:
        """The agent whose object has this id; without an id the one that is `speaking`, else the entry agent."""
        if not agent_id:
            return self._named(speaking) if speaking else self.entry
        name = await self._name_of(agent_id)
        return self._named(name) if name else None

    async def name(self, agent_id: str, stated: str) -> str:
        """The name we know it by; for somebody else's agent the one it `stated`."""
        return await self._name_of(agent_id) or stated

    def title(self, name: str) -> str:
        """How people are told of it; a name that is none of ours is data."""
        agent = self._named(name)
        return agent.display_name or agent.name if agent else shown(name, NAME_SHOWN)

    def purpose(self, name: str) -> str:
        agent = self._named(name)
        return agent.description if agent else ""

    def voice(self, name: str) -> Voice:
        agent = self._named(name)
        return voice_for(agent, self._catalog) if agent else Voice(name=shown(name, NAME_SHOWN) or "?")

    async def _name_of(self, agent_id: str) -> str | None:
        return await self._objects.name_of(agent_id) or await self._variants.name_of(agent_id)

    def _named(self, name: str) -> Agent | None:
        return self.entry if name == self.entry.name else self._catalog.find(name)
