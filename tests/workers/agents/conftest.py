"""Agent objects beside the playground's Mistral, on a real socket; what is written there is looked at in its roster."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from bot.catalog.agents import Agent
from playground.agents_api.app import KEY, AgentsApi, create
from playground.serving import serve
from workers.agents.client import MistralAgents, Stored
from workers.agents.plan import Plan, Step
from workers.agents.reconcile import Reconciler
from workers.agents.wanted import Wanted
from workers.conversations.http import http_client
from workers.tools.specs import ToolSpec

WRITES = {"POST", "PATCH", "PUT", "DELETE"}


def an_agent(name: str, *handoffs: str, **fields: Any) -> Agent:
    values = {
        "description": f"Does what {name} does.",
        "model": "mistral-medium-latest",
        "instructions": f"You are {name}.",
        "source": Path("agents") / f"{name}.md",
        "wants_object": True,
        **fields,
    }
    return Agent(name=name, handoffs=handoffs, **values)


def a_tool(name: str, **fields: Any) -> ToolSpec:
    server, _, tool = name.rpartition("__")
    values = {
        "description": f"Does {tool}.",
        "parameters": {"type": "object", "properties": {}},
        "title": tool,
        **fields,
    }
    return ToolSpec(name=name, server=server or None, tool=tool, **values)


def wanting(*agents: Agent, specs: Sequence[ToolSpec] = ()) -> list[Wanted]:
    return [Wanted(agent=agent, specs=tuple(specs), library_ids={}) for agent in agents]


def changed(wanted: Sequence[Wanted], name: str, **fields: Any) -> list[Wanted]:
    """The same objects, but for some fields of one agent's file."""
    return [replace(one, agent=replace(one.agent, **fields)) if one.name == name else one for one in wanted]


def a_town(count: int = 30) -> list[Wanted]:
    """Agents in circles: each hands over to the next, to the one after it, and every fifth back to the first."""
    names = [f"agent-{number:02}" for number in range(count)]
    agents = []
    for number, name in enumerate(names):
        targets = {names[(number + 1) % count], names[(number + 2) % count]}
        if number % 5 == 0:
            targets.add(names[0])
        agents.append(an_agent(name, *sorted(targets - {name})))
    return wanting(*agents, specs=[a_tool("time__now"), a_tool("time__convert")])


@pytest.fixture
def mistral() -> AgentsApi:
    return create(brain="script")


@pytest.fixture
async def mistral_url(mistral: AgentsApi) -> AsyncIterator[str]:
    async with serve(mistral, on_stop=mistral.stop) as url:
        yield url


@pytest.fixture
async def http(mistral_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with http_client(mistral_url, SecretStr(KEY)) as client:
        yield client


@pytest.fixture
def agents(http: httpx2.AsyncClient) -> MistralAgents:
    return MistralAgents(http, chance=lambda: 0.0)


class Office:
    """One deployment that pushes, and what it left at Mistral."""

    def __init__(self, mistral: AgentsApi, agents: MistralAgents, deployment: str = "default") -> None:
        self.mistral, self.agents, self.deployment = mistral, agents, deployment
        self.told: list[Step] = []

    async def push(self, wanted: Sequence[Wanted], adoptions: Mapping[str, str] | None = None) -> Plan:
        self.told = []
        reconciler = Reconciler(self.agents, deployment=self.deployment)
        return await reconciler.push(wanted, adoptions=adoptions, tell=self.told.append)

    async def plan(self, wanted: Sequence[Wanted], adoptions: Mapping[str, str] | None = None) -> Plan:
        return await Reconciler(self.agents, deployment=self.deployment).plan(wanted, adoptions)

    async def held(self) -> dict[str, Stored]:
        """The deployment's objects by agent; no agent has two."""
        mine = [one for one in await self.agents.all() if one.metadata.get("threadwind") == self.deployment]
        assert len({one.metadata["agent"] for one in mine}) == len(mine)
        return {str(one.metadata["agent"]): one for one in mine}

    def writes(self) -> list[str]:
        """The requests that change something, since the last call."""
        found = [f"{seen.method} {seen.name}" for seen in self.mistral.requests() if seen.method in WRITES]
        self.mistral.log.clear()
        return found

    async def holds(self, wanted: Sequence[Wanted]) -> dict[str, Stored]:
        """That Mistral holds exactly what the files say: one object each, handoffs to the objects that are there."""
        held = await self.held()
        assert sorted(held) == sorted(one.name for one in wanted)
        for one in wanted:
            stored = held[one.name]
            assert [held[name].id for name in one.handoffs] == list(stored.handoffs), one.name
            assert (stored.model, stored.instructions) == (one.agent.model, one.agent.instructions)
            assert [tool["function"]["name"] for tool in stored.tools] == [spec.name for spec in one.specs]
        self.writes()
        assert (await self.plan(wanted)).is_done
        await self.push(wanted)
        assert self.writes() == []
        return held


@pytest.fixture
def office(mistral: AgentsApi, agents: MistralAgents) -> Office:
    return Office(mistral, agents)
