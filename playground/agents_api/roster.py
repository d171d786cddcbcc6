"""The agent objects, with their versions and aliases, in memory. An update never changes a version: it adds one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from playground.agents_api.brains.port import AgentView
from playground.agents_api.errors import detail, not_found, value_error
from playground.agents_api.ids import Json, new_id, now

ALIAS = re.compile(r"[a-z]([a-z0-9_-]{0,62}[a-z0-9])?")
FIELDS = (
    "model",
    "name",
    "description",
    "instructions",
    "tools",
    "completion_args",
    "guardrails",
    "handoffs",
    "metadata",
    "version_message",
)

SHOWN_ARGS: Json = {"stop": None, "tool_choice": "auto"}


@dataclass(slots=True)
class Version:
    number: int
    settings: Json
    updated_at: str


@dataclass(slots=True)
class Agent:
    owner: str
    settings: Json
    id: str = field(default_factory=lambda: new_id("ag"))
    created_at: str = field(default_factory=now)
    versions: list[Version] = field(default_factory=list)
    aliases: dict[str, Json] = field(default_factory=dict)
    current: int = 0
    deployment_chat: bool = False

    def __post_init__(self) -> None:
        self.add(self.settings)

    def add(self, settings: Json) -> None:
        self.current = len(self.versions)
        self.versions.append(Version(self.current, settings, now()))

    def version(self, wanted: int | str | None) -> Version:
        """By number, by alias (any text: "3" is none), or the current one."""
        if wanted is None:
            return self.versions[self.current]
        number = wanted if isinstance(wanted, int) else self.aliases.get(wanted, {}).get("version")
        if number is None or not 0 <= number < len(self.versions):
            raise not_found("Agent version", str(wanted))
        return self.versions[number]

    def shown(self, wanted: int | str | None = None) -> Json:
        """As the service shows it: with defaults that nobody set, so what is read is not what was sent."""
        version = self.version(wanted)
        settings = {name: version.settings.get(name) for name in FIELDS}
        return {
            "object": "agent",
            "id": self.id,
            "version": version.number,
            "versions": [one.number for one in self.versions],
            "created_at": self.created_at,
            "updated_at": version.updated_at,
            **settings,
            "tools": [shown_tool(tool) for tool in settings["tools"] or []],
            "completion_args": {**SHOWN_ARGS, **(settings["completion_args"] or {})},
            "deployment_chat": self.deployment_chat,
            "source": "api",
            "owner_id": None,
        }

    def view(self, wanted: int | str | None = None) -> AgentView:
        settings = self.version(wanted).settings
        return AgentView(
            id=self.id,
            name=settings["name"],
            model=settings["model"],
            instructions=settings.get("instructions"),
            tools=settings.get("tools") or [],
            description=settings.get("description"),
            handoffs=settings.get("handoffs") or [],
            completion_args=settings.get("completion_args") or {},
            guardrails=settings.get("guardrails"),
        )

    def name_version(self, alias: str, number: int) -> Json:
        """Set `alias`, or move it."""
        if not ALIAS.fullmatch(alias):
            raise value_error(f"String should match pattern '^{ALIAS.pattern}$'", "alias")
        self.version(number)
        made = self.aliases.get(alias, {}).get("created_at", now())
        self.aliases[alias] = {"alias": alias, "version": number, "created_at": made, "updated_at": now()}
        return self.aliases[alias]


class Roster:
    def __init__(self) -> None:
        self._agents: dict[str, Agent] = {}

    def add(self, agent: Agent) -> None:
        self._agents[agent.id] = agent

    def find(self, id_: str, owner: str) -> Agent:
        found = self._agents.get(id_)
        if found is None or found.owner != owner:
            raise not_found("Agent", id_)
        return found

    def named(self, name_or_id: str, owner: str) -> AgentView | None:
        """For handoffs: the agent's current version."""
        for agent in self._agents.values():
            if agent.owner == owner and name_or_id in (agent.id, agent.versions[agent.current].settings["name"]):
                return agent.view()
        return None

    def check_handoffs(self, targets: list[str] | None, owner: str) -> None:
        for target in targets or []:
            if target not in self._agents or self._agents[target].owner != owner:
                raise detail(404, f"Handoff agent {target} not found")

    def remove(self, id_: str, owner: str) -> None:
        del self._agents[self.find(id_, owner).id]

    def all(self, owner: str) -> list[Agent]:
        """Newest first."""
        return [agent for agent in reversed(self._agents.values()) if agent.owner == owner]

    def every(self) -> Sequence[Agent]:
        return tuple(self._agents.values())

    def clear(self) -> None:
        self._agents.clear()


def shown_tool(tool: Json) -> Json:
    if tool["type"] != "function":
        return tool
    return {**tool, "function": {"description": "", "strict": False, **tool["function"]}}


def spelled(wanted: str | None) -> int | str | None:
    """A version in an address, where a number is text too."""
    return int(wanted) if wanted and wanted.isdigit() else wanted


def as_number(wanted: int | str) -> int | None:
    return int(wanted) if str(wanted).isdigit() else None
