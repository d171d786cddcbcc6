"""Agent objects at Mistral: create, update, read, versions, aliases, delete. The edge.

Follows section 2 of the reference: bodies are strict (an unknown field is a 422), an update is a PATCH that adds a
version, versions and aliases are set by the query alone. Of an answer only id, name and version are needed; what else
it tells is taken where it is there. Failures are those of `workers/conversations/errors.py`.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx2
from pydantic import Field, JsonValue, RootModel

from workers.conversations.exchange import Exchange, path_of
from workers.conversations.patience import Limits
from workers.conversations.wire import Heard, Sent

AGENTS = "/v1/agents"
PAGE_SIZE, VERSIONS_PAGE = 1000, 100  # the most the API gives at once
PAGES = 50  # a broken server may never end its cursors

_path = partial(path_of, needs="an agent's id")


class Given(Sent):
    """What an agent object can be given; `exclude_unset` keeps what was not said out of an update."""

    description: str | None = None
    instructions: str | None = None
    tools: list[dict[str, JsonValue]] = Field(default_factory=list)
    completion_args: dict[str, JsonValue] = Field(default_factory=dict)
    guardrails: list[dict[str, JsonValue]] | None = None
    handoffs: list[str] | None = Field(default=None, min_length=1)
    metadata: dict[str, JsonValue] | None = None
    version_message: str | None = Field(default=None, max_length=500)


class Creating(Given):
    model: str
    name: str


class Updating(Given):
    """Only what is set changes; lists and objects are replaced as a whole, `handoffs=None` removes them."""

    model: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An agent object as the API shows it, in one of its versions. `versions` are the numbers of all of them."""

    id: str
    name: str
    version: int
    versions: tuple[int, ...] = ()
    model: str = ""
    description: str | None = None
    instructions: str | None = None
    tools: tuple[dict[str, Any], ...] = ()
    completion_args: Mapping[str, Any] = field(default_factory=dict)
    guardrails: tuple[dict[str, Any], ...] = ()
    handoffs: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    version_message: str | None = None
    created_at: str = ""
    updated_at: str = ""

    @property
    def newest(self) -> int:
        """The highest version there is: after a rollback it is not the current one."""
        return max((self.version, *self.versions))


@dataclass(frozen=True, slots=True)
class Alias:
    alias: str
    version: int


class MistralAgents:
    """`http` comes from `workers/conversations/http.py` and is closed by whoever opened it."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        limits: Limits | None = None,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._exchange = Exchange(http, root=AGENTS, limits=limits or Limits(), now=now, sleep=sleep, chance=chance)

    async def create(self, settings: Mapping[str, Any]) -> Stored:
        body = Creating.model_validate(settings).body()
        return (await self._exchange.written("POST", "", AgentHeard, body=body, repeatable=False)).to_stored()

    async def update(self, agent_id: str, changes: Mapping[str, Any]) -> Stored:
        """A new version, which is current from then on."""
        body = Updating.model_validate(changes).body()
        heard = await self._exchange.written("PATCH", _path(agent_id), AgentHeard, body=body, repeatable=False)
        return heard.to_stored()

    async def get(self, agent_id: str, *, version: int | str | None = None) -> Stored:
        """The agent as it is now, or in one version, by number or alias. `Vanished` when there is none."""
        params = {"agent_version": version} if version is not None else None
        return (await self._exchange.read(_path(agent_id), AgentHeard, params)).to_stored()

    async def all(self, *, metadata: str | None = None) -> list[Stored]:
        """All agents of the key's workspace, all pages; `metadata` is a filter, a JSON object."""
        params: dict[str, str | int] = {"page_size": PAGE_SIZE}
        if metadata is not None:
            params["metadata"] = metadata
        found: dict[str, Stored] = {}
        for _ in range(PAGES):
            page = await self._exchange.read("/pages", PageHeard, params)
            found |= {one.id: one.to_stored() for one in page.data}
            if not page.next_page_token or page.next_page_token == params.get("page_token"):
                break
            params["page_token"] = page.next_page_token
        return list(found.values())

    async def versions(self, agent_id: str) -> list[Stored]:
        """Newest first."""
        found: list[Stored] = []
        for number in range(PAGES):
            params: dict[str, str | int] = {"page": number, "page_size": VERSIONS_PAGE}
            page = await self._exchange.read(_path(agent_id, "versions"), AgentsHeard, params)
            found += [one.to_stored() for one in page.root]
            if len(page.root) < VERSIONS_PAGE:
                break
        return sorted(found, key=lambda one: one.version, reverse=True)

    async def switch_version(self, agent_id: str, version: int) -> Stored:
        path = _path(agent_id, "version")
        heard = await self._exchange.written("PATCH", path, AgentHeard, params={"version": version}, repeatable=True)
        return heard.to_stored()

    async def aliases(self, agent_id: str) -> list[Alias]:
        heard = await self._exchange.read(_path(agent_id, "aliases"), AliasesHeard)
        return [Alias(one.alias, one.version) for one in heard.root]

    async def set_alias(self, agent_id: str, alias: str, version: int) -> Alias:
        """Set it, or move it."""
        params: dict[str, str | int] = {"alias": alias, "version": version}
        path = _path(agent_id, "aliases")
        heard = await self._exchange.written("PUT", path, AliasHeard, params=params, repeatable=True)
        return Alias(heard.alias, heard.version)

    async def delete_alias(self, agent_id: str, alias: str) -> None:
        await self._exchange.deleted(_path(agent_id, "aliases"), {"alias": alias})

    async def delete(self, agent_id: str) -> None:
        """Fine when it is gone already."""
        await self._exchange.removed(_path(agent_id))


# ---- what comes back ----------------------------------------------------------------------------------------------


class AgentHeard(Heard):
    id: str
    name: str
    version: int
    versions: list[int] | None = None
    model: str | None = None
    description: str | None = None
    instructions: str | None = None
    tools: list[dict[str, Any]] | None = None
    completion_args: dict[str, Any] | None = None
    guardrails: list[dict[str, Any]] | None = None
    handoffs: list[str] | None = None
    metadata: dict[str, Any] | None = None
    version_message: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    def to_stored(self) -> Stored:
        return Stored(
            id=self.id,
            name=self.name,
            version=self.version,
            versions=tuple(self.versions or ()),
            model=self.model or "",
            description=self.description,
            instructions=self.instructions,
            tools=tuple(self.tools or ()),
            completion_args=self.completion_args or {},
            guardrails=tuple(self.guardrails or ()),
            handoffs=tuple(self.handoffs or ()),
            metadata=self.metadata or {},
            version_message=self.version_message,
            created_at=self.created_at or "",
            updated_at=self.updated_at or "",
        )


class AgentsHeard(RootModel[list[AgentHeard]]):
    """`GET …/versions`: a bare array."""


class PageHeard(Heard):
    data: list[AgentHeard]
    next_page_token: str | None = None


class AliasHeard(Heard):
    alias: str
    version: int


class AliasesHeard(RootModel[list[AliasHeard]]):
    """`GET …/aliases`: a bare array."""
