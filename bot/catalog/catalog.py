"""The catalogue: all agents, servers and channel settings that could be read, and the problems of those that could not.

A `Catalog` never changes; `Catalogs` holds the current one and replaces it as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from bot.catalog import agents, channels, prices, references, server_files, servers
from bot.catalog.agents import Agent
from bot.catalog.channels import Channel
from bot.catalog.prices import Prices
from bot.catalog.problem import CLOSE, Problem, nearest
from bot.catalog.servers import Server
from bot.settings import Settings
from bot.slack.commands import AGENT, slash
from bot.slack.models import Person

__all__ = ["DEFAULT_AGENT", "Catalog", "Catalogs", "NoDefaultAgent", "Problem"]

DEFAULT_AGENT = "DEFAULT_AGENT"  # the field of the one problem that is a setting's, no file's
NEAREST_SHOWN = 3  # suggestions a person can take in at a glance
FEW = 5  # names that a sentence can hold
MOST_WORDS = 8  # of a name that is shown


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
        cls,
        settings: Settings,
        environment: Mapping[str, str],
        *,
        functions: Collection[str] | None = None,
        before: Mapping[str, Agent] | None = None,
    ) -> Self:
        """Read all files. `environment` fills the variables of mcp.json and of authorizations.

        `functions` are the names of the Python functions there are; None: the caller does not know them, and plain
        names that are no server's pass unchecked. `before` are the agents of an earlier load: one whose file has
        become wrong since stays as it was.
        """
        all_agents, wrong_agents = agents.load(*settings.agents_dir, environment=environment)
        all_agents |= _kept(before or {}, all_agents, wrong_agents)
        if unsealed := references.without_vault(all_agents, has_keys=settings.vault.has_keys):
            all_agents = {name: agent for name, agent in all_agents.items() if agent.store}
        all_servers, wrong_servers = server_files.load(settings.mcp_config, environment)
        all_channels, wrong_channels = channels.load(settings.channels_config)
        all_prices, wrong_prices = prices.load(settings.prices)
        catalog = cls(
            agents=all_agents,
            default_name=settings.default_agent,
            servers=all_servers,
            channels=all_channels,
            prices=all_prices,
        )
        unknown = [
            problem
            for agent in all_agents.values()
            for problem in references.unknown(agent, all_servers, functions, unreadable=servers.named_in(wrong_servers))
        ]
        if not all(problem.field.startswith(f"{servers.ROOT}.") for problem in wrong_servers):
            unknown = []  # mcp.json as a whole is wrong: that is said once, not again for each tool of each agent
        nobody = [
            Problem(settings.channels_config, None, f"{channel_id}.agent", _no_agent(channel.agent, catalog))
            for channel_id, channel in all_channels.items()
            if channel.agent and not catalog.find(channel.agent)
        ]
        default = []
        if not catalog.find(settings.default_agent):
            default = [Problem(settings.agents_dir[0], None, DEFAULT_AGENT, _no_agent(settings.default_agent, catalog))]
        handoffs = references.handoffs(all_agents)
        wrong = (*wrong_agents, *unsealed, *wrong_servers, *wrong_channels, *wrong_prices)
        problems = (*default, *wrong, *unknown, *handoffs, *nobody)
        return replace(catalog, problems=problems)

    @property
    def default(self) -> Agent:
        """The agent that answers when none was picked; `NoDefaultAgent` when it could not be read."""
        if agent := self.find(self.default_name):
            return agent
        raise NoDefaultAgent(f"DEFAULT_AGENT: {_no_agent(self.default_name, self)}")

    def find(self, name: str) -> Agent | None:
        return self.agents.get(name.lower())

    def named(self, said: str) -> Agent | None:
        """The agent that a person means: by its name, or by the one that is shown, where only one has that."""
        if agent := self.find(said):
            return agent
        known = [agent for agent in self.agents.values() if folded(said) in _names_of(agent)]
        return known[0] if len(known) == 1 else None

    def leading(self, text: str) -> tuple[Agent, str] | None:
        """The agent whose name `text` begins with, the longest one, and what follows it."""
        ends = [word.end() for word in re.finditer(r"\S+", text)][:MOST_WORDS]
        for end in reversed(ends):
            if agent := self.named(text[:end].strip(" +,:")):
                return agent, text[end:].strip()
        return None

    def close(self, name: str, *, cutoff: float = CLOSE) -> list[str]:
        """Names of agents that look like `name`, or are shown under one that does, best first."""
        by_name = {known: agent.name for agent in self.agents.values() for known in _names_of(agent)}
        close = nearest(folded(name), by_name, limit=2 * NEAREST_SHOWN, cutoff=cutoff)
        return list(dict.fromkeys(by_name[known] for known in close))[:NEAREST_SHOWN]

    def nearest(self, name: str) -> list[str]:
        """`close` names; when there are none, all of them where they are few."""
        few = sorted(self.agents) if len(self.agents) <= FEW else []
        return self.close(name) or few

    def seen_by(self, person: Person | None, channel_id: str, groups: Collection[str] = ()) -> Self:
        """The catalogue as `person`, a member of `groups`, may know it in this channel: agents that they may not use
        there are not in it, so that their names are as unknown as any other. Nobody we know may use none."""
        usable = {
            name: agent
            for name, agent in self.agents.items()
            if person is not None and agent.access.allows(person, channel_id, groups=groups)
        }
        return replace(self, agents=usable)

    @property
    def groups(self) -> frozenset[str]:
        """The user groups that agents' files name; only where there are any must membership be looked up."""
        return frozenset().union(*(agent.access.groups for agent in self.agents.values()))

    def first(self, *names: str | None) -> Agent:
        """The agent of the first of these names that there is, else the default one; `NoDefaultAgent` without any."""
        found = (agent for name in names if name and (agent := self.find(name)))
        return next(found, None) or self.default

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
    def folders(self) -> tuple[Path, ...]:
        return self._settings.agents_dir

    @property
    def command(self) -> str:
        """How people list the agents."""
        return slash(AGENT, self._settings.command_prefix)

    def reload(self) -> Catalog:
        """Read the files again. An agent whose file has just become wrong answers on as it was when last right."""
        self.now = Catalog.load(self._settings, self._environment, functions=self._functions, before=self.now.agents)
        return self.now


def folded(name: str) -> str:
    """A name as it is compared: people write "Technical support", "technical-support" and "TECHNICAL_SUPPORT"."""
    return "-".join(re.split(r"[\s_-]+", name.strip().casefold()))


def _names_of(agent: Agent) -> tuple[str, ...]:
    return tuple(dict.fromkeys(folded(name) for name in (agent.name, agent.display_name) if name))


def _kept(before: Mapping[str, Agent], now: Mapping[str, Agent], wrong: Sequence[Problem]) -> dict[str, Agent]:
    """The agents of an earlier load whose files are there and wrong."""
    files = {problem.file for problem in wrong}
    return {
        name: agent
        for name, agent in before.items()
        if name not in now and agent.source in files and agent.source.exists()
    }


def _no_agent(name: str | None, catalog: Catalog) -> str:
    there_are = ", ".join(sorted(catalog.agents)) or "none"
    return f'there is no agent "{name}"; the agents that could be read are: {there_are}'
