"""The handlers of `/v1/agents`: agent objects, their versions and aliases."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from playground.agents_api import rights
from playground.agents_api.bodies import read
from playground.agents_api.endpoint import Call, Plain
from playground.agents_api.errors import not_found, value_error
from playground.agents_api.ids import Json
from playground.agents_api.queries import json_query, number
from playground.agents_api.reading import PAGE_MAX
from playground.agents_api.roster import Agent, Roster, as_number, spelled
from playground.agents_api.switches import Switches
from playground.agents_api.wire.requests import CreateAgent, UpdateAgent

PAGE_SIZE, AGENTS_MAX, VERSIONS_MAX = 20, 1000, 100


def settings(body: BaseModel) -> Json:
    return body.model_dump(mode="json", exclude_unset=True, by_alias=True, exclude={"deployment_chat"})


@dataclass(frozen=True, slots=True)
class Agents:
    roster: Roster
    switches: Switches

    async def create(self, call: Call) -> Plain:
        given = settings(read(CreateAgent, call.body))
        self._check(given, call.owner)
        agent = Agent(owner=call.owner, settings=given)
        self.roster.add(agent)
        return Plain(agent.shown())

    async def get(self, call: Call) -> Plain:
        return Plain(self._found(call).shown(spelled(call.query.get("agent_version"))))

    async def update(self, call: Call) -> Plain:
        """A new version, which is current from now on; what was not sent keeps its value."""
        agent = self._found(call)
        body = read(UpdateAgent, call.body)
        changed = {**agent.versions[agent.current].settings, **settings(body)}
        self._check(changed, call.owner)
        agent.add(changed)
        if body.deployment_chat is not None:
            agent.deployment_chat = body.deployment_chat
        return Plain(agent.shown())

    async def delete(self, call: Call) -> Plain:
        self.roster.remove(call.path["agent_id"], call.owner)
        return Plain(status=204)

    async def all(self, call: Call) -> Plain:
        size = number(call.query, "page_size", PAGE_SIZE, low=1, high=AGENTS_MAX)
        page = number(call.query, "page", 0, low=0, high=PAGE_MAX)
        return Plain([agent.shown() for agent in self._filtered(call)[page * size : (page + 1) * size]])

    async def pages(self, call: Call) -> Plain:
        size = number(call.query, "page_size", PAGE_SIZE, low=1, high=AGENTS_MAX)
        start = number(call.query, "page_token", 0, low=0, high=PAGE_MAX)
        found = self._filtered(call)
        following = str(start + size) if start + size < len(found) else None
        data = [agent.shown() for agent in found[start : start + size]]
        return Plain({"object": "list", "data": data, "next_page_token": following})

    async def switch_version(self, call: Call) -> Plain:
        agent = self._found(call)
        agent.current = agent.version(self._version(call)).number
        return Plain(agent.shown())

    async def versions(self, call: Call) -> Plain:
        """Newest first."""
        agent = self._found(call)
        size = number(call.query, "page_size", PAGE_SIZE, low=1, high=VERSIONS_MAX)
        page = number(call.query, "page", 0, low=0, high=PAGE_MAX)
        newest = list(reversed(agent.versions))[page * size : (page + 1) * size]
        return Plain([agent.shown(version.number) for version in newest])

    async def version(self, call: Call) -> Plain:
        return Plain(self._found(call).shown(spelled(call.path["version"])))

    async def set_alias(self, call: Call) -> Plain:
        return Plain(self._found(call).name_version(self._alias(call), self._version(call)))

    async def aliases(self, call: Call) -> Plain:
        return Plain(list(self._found(call).aliases.values()))

    async def delete_alias(self, call: Call) -> Plain:
        alias = self._alias(call)
        if self._found(call).aliases.pop(alias, None) is None:
            raise not_found("Alias", alias)
        return Plain(status=204)

    def _found(self, call: Call) -> Agent:
        return self.roster.find(call.path["agent_id"], call.owner)

    def _check(self, given: Json, owner: str) -> None:
        if given["model"] is None or given["name"] is None:
            raise value_error("'model' and 'name' cannot be null")
        rights.check_not_empty(given.get("tools"), self.switches)
        rights.check(given["model"], given.get("tools"), given.get("completion_args"), self.switches)
        self.roster.check_handoffs(given.get("handoffs"), owner)

    def _filtered(self, call: Call) -> list[Agent]:
        query = call.query
        found = self.roster.all(call.owner)
        if sources := query.getlist("sources"):
            found = found if "api" in sources else []
        if (name := query.get("name")) is not None:
            found = [one for one in found if one.shown()["name"] == name]
        if (search := query.get("search")) is not None:
            found = [one for one in found if search.lower() in one.shown()["name"].lower() or search == one.id]
        if (id_ := query.get("id")) is not None:
            found = [one for one in found if one.id == id_]
        if (published := query.get("deployment_chat")) is not None:
            found = [one for one in found if one.deployment_chat == (published.lower() == "true")]
        if metadata := json_query(query, "metadata"):
            found = [one for one in found if metadata.items() <= (one.shown()["metadata"] or {}).items()]
        return found

    def _version(self, call: Call) -> int:
        """An integer: an alias is for asking, not for setting."""
        version = as_number(call.query.get("version", ""))
        if version is None:
            raise value_error("Input should be a valid integer", "version")
        return version

    def _alias(self, call: Call) -> str:
        alias = call.query.get("alias")
        if alias is None:
            raise value_error("Field required", "alias")
        return alias
