"""The catalogue: all agents, servers and channel settings that could be read, and the problems of those that could not.

A `Catalog` never changes; `Catalogs` holds the current one and replaces it as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from bot.catalog import agents, channels, prices, servers
from bot.catalog.agents import Agent
from bot.catalog.channels import Channel
from bot.catalog.policy import WILDCARDS
from bot.catalog.prices import Prices
from bot.catalog.problem import Problem, did_you_mean, nearest
from bot.catalog.servers import Server
from bot.settings import Settings

__all__ = ["DEFAULT_AGENT", "Catalog", "Catalogs", "NoDefaultAgent", "Problem", "unknown_tools"]

DEFAULT_AGENT = "DEFAULT_AGENT"  # the field of the one problem that is a setting's, no file's
NEAREST_SHOWN = 3  # suggestions a person can take in at a glance


class NoDefaultAgent(LookupError):
    """DEFAULT_AGENT names no agent that could be read. The text says which there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    agents: Mapping[str, Agent]
    default_name: str
    servers: Mapping[str, Server] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    prices: Prices = field(default_factory=Prices)
    problems: tuple[Problem, ...] = ()

    @classmethod
    def load(
        cls, settings: Settings, environment: Mapping[str, str], *, functions: Collection[str] | None = None
    ) -> Self:
        """Read all files. `environment` fills mcp.json's variables.

        `functions` are the names of the Python functions there are; None: the caller does not know them, and plain
        names that are no server's pass unchecked.
        """
        all_agents, wrong_agents = agents.load(settings.agents_dir)
        all_servers, wrong_servers = servers.load(settings.mcp_config, environment)
        all_channels, wrong_channels = channels.load(settings.channels_config)
        all_prices, wrong_prices = prices.load(settings.prices)
        catalog = cls(
            agents=all_agents,
            default_name=settings.default_agent,
            servers=all_servers,
            channels=all_channels,
            prices=all_prices,
        )
        unknown = [problem for agent in all_agents.values() for problem in unknown_tools(agent, all_servers, functions)]
        if not all(problem.field.startswith(f"{servers.ROOT}.") for problem in wrong_servers):
            unknown = []  # mcp.json as a whole is wrong: that is said once, not again for each tool of each agent
        nobody = [
            Problem(settings.channels_config, None, f"{channel_id}.agent", _no_agent(channel.agent, catalog))
            for channel_id, channel in all_channels.items()
            if channel.agent and not catalog.find(channel.agent)
        ]
        default = []
        if not catalog.find(settings.default_agent):
            default = [Problem(settings.agents_dir, None, DEFAULT_AGENT, _no_agent(settings.default_agent, catalog))]
        problems = (*default, *wrong_agents, *wrong_servers, *wrong_channels, *wrong_prices, *unknown, *nobody)
        return replace(catalog, problems=problems)

    @property
    def default(self) -> Agent:
        """The agent that answers when none was picked; `NoDefaultAgent` when it could not be read."""
        if agent := self.find(self.default_name):
            return agent
        raise NoDefaultAgent(f"DEFAULT_AGENT: {_no_agent(self.default_name, self)}")

    def find(self, name: str) -> Agent | None:
        return self.agents.get(name.lower())

    def nearest(self, name: str) -> list[str]:
        """Names of agents that look like `name`, best first; all names when none does."""
        return nearest(name, self.agents, limit=NEAREST_SHOWN) or sorted(self.agents)

    def channel(self, channel_id: str) -> Channel:
        return self.channels.get(channel_id, Channel())


class Catalogs:
    """The current catalogue of a process. A turn takes `now` once and keeps what it took."""

    def __init__(
        self, settings: Settings, environment: Mapping[str, str], *, functions: Collection[str] | None = None
    ) -> None:
        self._settings, self._environment, self._functions = settings, environment, functions
        self.now = Catalog.load(settings, environment, functions=functions)

    @property
    def agents_dir(self) -> Path:
        return self._settings.agents_dir

    def reload(self) -> Catalog:
        """Read the files again. An agent whose file has just become wrong answers on as it was when last right."""
        before, after = self.now, Catalog.load(self._settings, self._environment, functions=self._functions)
        wrong = {problem.file for problem in after.problems}
        kept = {
            name: agent
            for name, agent in before.agents.items()
            if name not in after.agents and agent.source in wrong and agent.source.exists()
        }
        problems = after.problems
        if after.default_name.lower() in kept:
            problems = tuple(problem for problem in problems if problem.field != DEFAULT_AGENT)
        self.now = replace(after, agents={**after.agents, **kept}, problems=problems)
        return self.now


def unknown_tools(
    agent: Agent, all_servers: Mapping[str, Server], functions: Collection[str] | None = None
) -> list[Problem]:
    """What `agent` names as a tool and nobody has: it would be missing without a word in every conversation."""
    problems = []
    for tool in agent.tools:
        if any(sign in tool for sign in WILDCARDS) or tool in all_servers:
            continue
        server, splits, _ = tool.partition("__")
        if splits and server not in all_servers:
            message = (
                f'"{tool}" names the server "{server}", which could not be read; {did_you_mean(server, all_servers)}'
            )
            problems.append(Problem(agent.source, None, "tools", message))
        elif not splits and functions is not None and tool not in functions:
            message = f'"{tool}" is neither a server nor a function; {did_you_mean(tool, [*all_servers, *functions])}'
            problems.append(Problem(agent.source, None, "tools", message))
    return problems


def _no_agent(name: str | None, catalog: Catalog) -> str:
    there_are = ", ".join(sorted(catalog.agents)) or "none"
    return f'there is no agent "{name}"; the agents that could be read are: {there_are}'
