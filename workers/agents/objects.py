"""The agent objects as a worker needs them while it runs: by name and by id, as Mistral had them a moment ago.

What was learned is kept for a minute. An object counts as current when the last push wrote into it what this process'
own files say: then agent and code were released together. An API that is away leaves what was known in use.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from workers.agents import ownership
from workers.agents.client import MistralAgents
from workers.agents.wanted import Sources, wanted
from workers.conversations.errors import ConversationError
from workers.tools.lock import BadLock

FRESH = timedelta(minutes=1)
A_MOMENT = timedelta(seconds=5)  # what is not known may have been pushed since

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AgentObject:
    """`version` is the current one; `is_current`: it holds what this process' files say."""

    name: str
    id: str
    version: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class _Known:
    by_name: Mapping[str, AgentObject] = field(default_factory=dict)
    by_id: Mapping[str, AgentObject] = field(default_factory=dict)
    at: float | None = None  # when it was asked; None: never


class AgentObjects:
    def __init__(
        self,
        agents: MistralAgents,
        *,
        deployment: str,
        sources: Callable[[], Awaitable[Sources]],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`sources` reads what bodies are made from, as it is now."""
        self._agents = agents
        self._deployment = deployment
        self._sources = sources
        self._now = now
        self._known = _Known()
        self._asking = asyncio.Lock()

    async def find(self, name: str) -> AgentObject | None:
        """The agent's object; None: it was never pushed. Raises `ConversationError` when nobody knows."""
        if found := (await self._learned(FRESH)).by_name.get(name):
            return found
        return (await self._learned(A_MOMENT)).by_name.get(name)

    async def name_of(self, agent_id: str) -> str | None:
        """The agent whose object has this id; None: it is none of this deployment's."""
        known = (await self._learned(FRESH)).by_id
        if agent_id not in known:
            known = (await self._learned(A_MOMENT)).by_id
        return known[agent_id].name if agent_id in known else None

    async def _learned(self, no_older_than: timedelta) -> _Known:
        async with self._asking:
            known = self._known
            if known.at is None or self._now() >= known.at + no_older_than.total_seconds():
                try:
                    # Who knows nothing yet has to wait for an API that is busy; who knows something goes on with it.
                    async with asyncio.timeout(None if known.at is None else A_MOMENT.total_seconds()):
                        self._known = await self._ask()
                except (ConversationError, TimeoutError) as error:
                    if known.at is None:
                        raise
                    log.warning("agents.not_listed", error=type(error).__name__, known=len(known.by_name))
                    self._known = replace(known, at=self._now())
            return self._known

    async def _ask(self) -> _Known:
        stored = await self._agents.all(metadata=ownership.filter_for(self._deployment))
        by_name = {name: found[0] for name, found in ownership.owned(stored, self._deployment).items()}
        ids = {name: one.id for name, one in by_name.items()}
        hashes = await self._hashes(ids)
        objects = {
            name: AgentObject(name, one.id, one.version, ownership.hash_in(one) == hashes.get(name))
            for name, one in by_name.items()
        }
        if behind := sorted(name for name, one in objects.items() if not one.is_current and name in hashes):
            log.warning("agents.not_current", agents=behind)
        return _Known(objects, {one.id: one for one in objects.values()}, self._now())

    async def _hashes(self, ids: Mapping[str, str]) -> dict[str, str]:
        """What each object should hold. An operator's mistake makes none of them current; it stops no turn."""
        try:
            described, problems = wanted(await self._sources())
        except BadLock as error:
            log.error("agents.problem", problem=str(error))
            return {}
        for problem in problems:
            log.error("agents.problem", problem=str(problem))
        return {one.name: one.hash(ids) for one in described}
