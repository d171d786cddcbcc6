"""The edge of agent objects: paths, verbs, pages; strict in what is sent, tolerant in what is heard."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from playground.agents_api.app import AgentsApi
from workers.agents import client
from workers.agents.client import Alias, MistralAgents
from workers.conversations.errors import Refused, Vanished

GIVEN = {"model": "mistral-medium-latest", "name": "clerk"}


async def test_versions_and_aliases_are_set_by_the_query(agents: MistralAgents, mistral: AgentsApi) -> None:
    made = await agents.create(GIVEN)
    await agents.update(made.id, {"instructions": "Newer."})
    assert (await agents.switch_version(made.id, 0)).version == 0
    assert await agents.set_alias(made.id, "good", 1) == Alias("good", 1)
    assert await agents.aliases(made.id) == [Alias("good", 1)]
    assert (await agents.get(made.id, version="good")).instructions == "Newer."
    assert (await agents.get(made.id)).newest == 1
    assert [one.version for one in await agents.versions(made.id)] == [1, 0]
    await agents.delete_alias(made.id, "good")
    assert await agents.aliases(made.id) == []
    sent = [(seen.method, seen.body) for seen in mistral.requests() if seen.name == "agents.switch_version"]
    assert sent == [("PATCH", None)]


async def test_all_pages_are_read(agents: MistralAgents, mistral: AgentsApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 2)
    for number in range(5):
        await agents.create({**GIVEN, "name": f"clerk-{number}", "metadata": {"threadwind": str(number % 2)}})
    assert len(await agents.all()) == 5
    assert len(await agents.all(metadata='{"threadwind":"0"}')) == 3
    assert len(mistral.requests("agents.pages")) == 5


async def test_what_cannot_be_sent_is_not_sent(agents: MistralAgents, mistral: AgentsApi) -> None:
    made = await agents.create(GIVEN)
    mistral.log.clear()
    wrongs: list[dict[str, Any]] = [{"handoffs": []}, {"unknown": 1}, {"version_message": "x" * 501}]
    for wrong in wrongs:
        with pytest.raises(ValidationError):
            await agents.update(made.id, wrong)
    with pytest.raises(ValueError, match="needs an agent's id"):
        await agents.update("", {"name": "x"})
    assert mistral.requests() == []


async def test_an_update_sends_nulls_and_nothing_else(agents: MistralAgents, mistral: AgentsApi) -> None:
    made = await agents.create({**GIVEN, "description": "x"})
    await agents.update(made.id, {"description": None, "tools": []})
    assert mistral.requests("agents.update")[0].body == {"description": None, "tools": []}


async def test_an_agent_that_is_gone(agents: MistralAgents) -> None:
    await agents.delete("ag_gone")
    with pytest.raises(Vanished):
        await agents.get("ag_gone")


async def test_an_old_answer_without_most_fields_is_understood() -> None:
    """As the API's own samples of 2025 show it."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        body = {"id": "ag_1", "name": "clerk", "version": 4, "tools": None, "handoffs": None, "new_field": {}}
        return httpx2.Response(200, json=body)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="http://mistral") as http:
        found = await MistralAgents(http).get("ag_1")
    assert (found.name, found.version, found.newest, found.tools, found.metadata) == ("clerk", 4, 4, (), {})


async def test_a_refusal_keeps_the_words_of_the_api(agents: MistralAgents) -> None:
    with pytest.raises(Refused, match="temperature"):
        await agents.create({**GIVEN, "completion_args": {"temperature": 9}})
