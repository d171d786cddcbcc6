"""What the local Agents API keeps over a restart: conversations and agent objects.

Not scripts, faults, locks or the log of requests: they are of one run.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel

from playground import keeping
from playground.agents_api.ids import Json
from playground.agents_api.roster import Agent, Roster, Version
from playground.agents_api.store import Conversation, Store


class KeptAgent(BaseModel):
    """An agent as its fields; making one anew would begin its versions anew."""

    id: str
    owner: str
    created_at: str
    versions: list[Version]
    aliases: dict[str, Json]
    current: int
    deployment_chat: bool


class State(BaseModel):
    version: Literal[1] = 1
    conversations: list[Conversation]
    agents: list[KeptAgent]


class Holder(Protocol):
    store: Store
    roster: Roster


@asynccontextmanager
async def kept(api: Holder, path: Path) -> AsyncIterator[keeping.Keeper]:
    """Go on from what `path` holds, and keep it up to date while the block is open."""
    state = keeping.read(path, State)
    for conversation in state.conversations if state else ():
        api.store.add(conversation)
    for agent in state.agents if state else ():
        api.roster.add(_resumed(agent))
    keeper = keeping.Keeper(path, lambda: snapshot(api))
    async with keeper.keeping():
        yield keeper


def snapshot(api: Holder) -> State:
    agents = [KeptAgent.model_validate(agent, from_attributes=True) for agent in api.roster.every()]
    return State(conversations=api.store.every(), agents=agents)


def _resumed(each: KeptAgent) -> Agent:
    agent = Agent(owner=each.owner, settings=each.versions[0].settings, id=each.id, created_at=each.created_at)
    agent.versions, agent.aliases = each.versions, each.aliases
    agent.current, agent.deployment_chat = each.current, each.deployment_chat
    return agent
