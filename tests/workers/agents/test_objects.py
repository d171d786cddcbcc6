"""What a running worker knows of agent objects: by name and by id, whether they are current, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from playground.agents_api.app import AgentsApi
from tests.workers.agents.conftest import Office, an_agent, changed, wanting
from workers.agents import objects
from workers.agents.client import MistralAgents
from workers.agents.objects import AgentObject, AgentObjects
from workers.agents.wanted import Sources, Wanted
from workers.conversations.errors import ConversationError
from workers.tools.lock import BadLock

FILES = wanting(an_agent("front", "billing"), an_agent("billing", "front"))


class Worker:
    """Its files may change, and time passes when told to."""

    def __init__(self, agents: MistralAgents, files: Sequence[Wanted]) -> None:
        self.files, self.now = files, 0.0
        self.broken: Exception | None = None
        self.objects = AgentObjects(agents, deployment="default", sources=self.sources, now=lambda: self.now)

    async def sources(self) -> Sources:
        if self.broken:
            raise self.broken
        return Sources(agents={one.name: one.agent for one in self.files})


@pytest.fixture
def worker(agents: MistralAgents) -> Worker:
    return Worker(agents, FILES)


async def test_an_object_is_found_by_name_and_named_by_id(worker: Worker, office: Office) -> None:
    await office.push(FILES)
    held = await office.held()
    front = await worker.objects.find("front")
    assert front == AgentObject("front", held["front"].id, held["front"].version, is_current=True)
    assert await worker.objects.name_of(held["billing"].id) == "billing"
    assert await worker.objects.name_of("ag_somebodys") is None
    assert await worker.objects.find("nobody") is None


async def test_it_is_asked_once_a_minute(worker: Worker, office: Office, mistral: AgentsApi) -> None:
    await office.push(FILES)
    mistral.log.clear()
    for _ in range(3):
        await worker.objects.find("front")
    assert len(mistral.requests("agents.pages")) == 1
    worker.now += 61
    await worker.objects.find("front")
    assert len(mistral.requests("agents.pages")) == 2


async def test_one_that_was_pushed_meanwhile_is_found_soon(worker: Worker, office: Office, mistral: AgentsApi) -> None:
    assert await worker.objects.find("front") is None
    await office.push(FILES)
    mistral.log.clear()
    assert await worker.objects.find("front") is None
    assert mistral.requests() == []  # a name that there is not costs no request each time
    worker.now += 6
    assert await worker.objects.find("front") is not None


async def test_another_deployments_objects_are_not_seen(
    worker: Worker, mistral: AgentsApi, agents: MistralAgents
) -> None:
    await Office(mistral, agents, "staging").push(FILES)
    assert await worker.objects.find("front") is None


async def test_an_object_is_current_when_it_holds_what_this_process_files_say(worker: Worker, office: Office) -> None:
    await office.push(FILES)
    worker.files = changed(FILES, "billing", instructions="Newer.")

    async def current() -> list[bool]:
        found = [await worker.objects.find(name) for name in ("front", "billing")]
        return [one.is_current for one in found if one]

    assert await current() == [True, False]
    worker.now += 61
    await office.push(worker.files)
    assert await current() == [True, True]
    worker.now += 61
    worker.broken = BadLock("tools.lock.json cannot be read.")
    assert await current() == [False, False]


async def test_an_api_that_is_away_leaves_what_was_known(worker: Worker, office: Office, mistral: AgentsApi) -> None:
    await office.push(FILES)
    before = await worker.objects.find("front")
    mistral.fault("agents.pages", "status", status=401, times=0)
    worker.now += 61
    assert await worker.objects.find("front") == before


async def test_an_api_that_is_busy_holds_nobody_up_who_knows_something(
    worker: Worker, office: Office, mistral: AgentsApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.push(FILES)
    before = await worker.objects.find("front")
    monkeypatch.setattr(objects, "A_MOMENT", timedelta(seconds=0.05))
    mistral.fault("agents.pages", "delay", seconds=60)
    worker.now += 61
    assert await worker.objects.find("front") == before


async def test_nobody_knows_before_the_first_answer(worker: Worker, mistral: AgentsApi) -> None:
    mistral.fault("agents.pages", "status", status=401)
    with pytest.raises(ConversationError):
        await worker.objects.find("front")
    assert await worker.objects.find("front") is None


async def test_of_two_objects_the_older_one_counts(worker: Worker, office: Office, agents: MistralAgents) -> None:
    await office.push(FILES)
    older = (await office.held())["billing"]
    await agents.create({"model": "mistral-small-latest", "name": "billing", "metadata": dict(older.metadata)})
    found = await worker.objects.find("billing")
    assert found is not None
    assert found.id == older.id
