"""Which definition of an agent a follow-up was made with: its file and its tools, as one hash."""

from __future__ import annotations

from bot.catalog.agents import Agent
from workers.agents.bodies import body_of, content_hash
from workers.agents.wanted import libraries as library_names
from workers.services import Services


async def version_of(services: Services, agent: Agent) -> str:
    """The same as long as the agent is defined in the same way. Raises `ConversationError` where a library is asked
    for and Mistral does not answer."""
    specs = await services.tools.offered(agent)
    ids = await services.libraries.ids_of(library_names([agent]))
    return content_hash(body_of(agent, specs, ids, agent.handoffs))
