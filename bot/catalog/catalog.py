"""The catalogue: all agents, servers and channel settings that could be read, and the problems of those that could not.

A `Catalog` never changes; `Catalogs` holds the current one and replaces it as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.catalog.agents import Agent
from bot.catalog.channels import Channel
from bot.catalog.problem import Problem, nearest
from bot.catalog.servers import Server

__all__ = ["Catalog", "NoDefaultAgent", "Problem"]

NEAREST_SHOWN = 3  # suggestions a person can take in at a glance


class NoDefaultAgent(LookupError):
    """DEFAULT_AGENT names no agent that could be read. The text says which there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    agents: Mapping[str, Agent]
    default_name: str
    servers: Mapping[str, Server] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def default(self) -> Agent:
        """The agent that answers when none was picked; `NoDefaultAgent` when it could not be read."""
        if agent := self.find(self.default_name):
            return agent
        there_are = ", ".join(sorted(self.agents)) or "none"
        raise NoDefaultAgent(
            f'DEFAULT_AGENT is "{self.default_name}", but the agents that could be read are: {there_are}'
        )

    def find(self, name: str) -> Agent | None:
        return self.agents.get(name.lower())

    def nearest(self, name: str) -> list[str]:
        """Names of agents that look like `name`, best first; all names when none does."""
        return nearest(name, self.agents, limit=NEAREST_SHOWN) or sorted(self.agents)

    def channel(self, channel_id: str) -> Channel:
        return self.channels.get(channel_id, Channel())
