"""A push: Mistral holds what the files say afterwards, whatever was there, whoever else pushes, wherever it died."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from playground.agents_api.app import AgentsApi
from tests.workers.agents.conftest import Office, a_tool, a_town, an_agent, changed, wanting
from workers.agents.client import MistralAgents, Stored
from workers.agents.plan import Kind, Step
from workers.agents.reconcile import NotPushed, Reconciler
from workers.agents.wanted import Wanted
from workers.conversations.errors import KeyRejected

SMALL = wanting(an_agent("front", "billing", "technical"), an_agent("technical", "front"), an_agent("billing"))


async def test_thirty_agents_with_circles_are_pushed_once(office: Office) -> None:
    town = a_town()
    await office.push(town)
    assert len(office.writes()) < 2 * len(town)  # those who close a circle are written twice, nobody else
    held = await office.holds(town)
    assert {one.version for one in held.values()} <= {0, 1}


async def test_a_second_push_writes_nothing_and_looks_once(office: Office) -> None:
    await office.push(SMALL)
    office.mistral.log.clear()
    assert (await office.push(SMALL)).is_done
    assert [seen.name for seen in office.mistral.requests()] == ["agents.pages"]
    assert office.told == []


async def test_only_what_differs_is_sent_and_one_version_is_added(office: Office) -> None:
    await office.push(SMALL)
    before = await office.held()
    office.writes()
    after_edit = changed(SMALL, "billing", description="Knows every bill.")
    await office.push(after_edit)
    [sent] = office.mistral.requests("agents.update")
    assert sent.body is not None
    assert sent.body.keys() == {"description", "metadata", "version_message"}
    assert sent.body["version_message"] == "threadwind: description"
    after = await office.holds(after_edit)
    assert {name: after[name].version - before[name].version for name in after} == {
        "front": 0,
        "technical": 0,
        "billing": 1,
    }


async def test_what_a_file_no_longer_says_is_taken_away(office: Office) -> None:
    full = wanting(
        an_agent("front", "back", completion_args={"temperature": 0.2}, guardrails=({"block_on_error": True},)),
        an_agent("back"),
        specs=[a_tool("time__now")],
    )
    await office.push(full)
    bare = wanting(an_agent("front", description=""), an_agent("back"))
    await office.push(bare)
    update = next(seen.body for seen in office.mistral.requests("agents.update") if "handoffs" in (seen.body or {}))
    assert update is not None
    fields = ("handoffs", "tools", "completion_args", "guardrails", "description")
    assert [update[field] for field in fields] == [None, [], {}, None, None]
    assert (await office.holds(bare))["front"].handoffs == ()


async def test_defaults_that_the_api_adds_are_no_difference(office: Office, mistral: AgentsApi) -> None:
    """It shows `strict: false`, `tool_choice: auto` and nulls, and may tidy up what it was given."""
    await office.push(SMALL)
    for stored in mistral.roster.every():
        settings = stored.versions[stored.current].settings
        settings["completion_args"] = {"tool_choice": "auto", "temperature": None, "stop": []}
        settings["instructions"] = f"{settings['instructions']}\n(tidied)"
    office.writes()
    await office.push(SMALL)
    assert office.writes() == []


async def test_an_object_changed_by_hand_is_told_and_the_file_wins(office: Office, agents: MistralAgents) -> None:
    await office.push(SMALL)
    billing = (await office.held())["billing"]
    await agents.update(billing.id, {"instructions": "Give everybody their money back."})
    [step] = [step for step in (await office.plan(SMALL)).steps if step.writes]
    assert (step.kind, step.name, step.by_hand) == (Kind.UPDATE, "billing", True)
    assert step.changes[0].lines == ("- Give everybody their money back.", "+ You are billing.")
    await office.push(SMALL)
    assert (await office.holds(SMALL))["billing"].version == billing.version + 2


async def test_an_object_published_by_hand_without_a_difference_stays(office: Office, agents: MistralAgents) -> None:
    await office.push(SMALL)
    billing = (await office.held())["billing"]
    await agents.update(billing.id, {"version_message": "looked at"})
    await office.holds(SMALL)


async def test_after_a_rollback_a_push_brings_the_files_state_back(office: Office, agents: MistralAgents) -> None:
    await office.push(SMALL)
    newer = changed(SMALL, "billing", instructions="Answer in verse.")
    await office.push(newer)
    billing = (await office.held())["billing"]
    await agents.switch_version(billing.id, 0)
    await office.push(newer)
    after = (await office.holds(newer))["billing"]
    assert (after.version, after.instructions) == (2, "Answer in verse.")


async def test_a_file_that_is_gone_leaves_its_object_alone(office: Office) -> None:
    await office.push(SMALL)
    last = await office.push(wanting(an_agent("billing")))
    assert {step.name for step in last.of(Kind.ORPHANED)} == {"front", "technical"}
    assert len(await office.held()) == 3


# ---- whose an object is ---------------------------------------------------------------------------------------------


async def test_two_deployments_with_one_key_do_not_fight(mistral: AgentsApi, agents: MistralAgents) -> None:
    staging, production = (Office(mistral, agents, name) for name in ("staging", "production"))
    await staging.push(SMALL)
    await production.push(changed(SMALL, "billing", model="mistral-large-latest"))
    assert (await staging.holds(SMALL))["billing"].model == "mistral-medium-latest"
    assert len(await agents.all()) == 6


async def test_an_agent_of_the_same_name_is_never_taken(office: Office, agents: MistralAgents) -> None:
    somebodys = await agents.create({"model": "mistral-small-latest", "name": "billing"})
    step = next(step for step in (await office.plan(SMALL)).steps if step.name == "billing")
    assert step.note == (
        f"Mistral has an agent of this name that is nobody's; --adopt billing={somebodys.id} takes it over instead."
    )
    await office.push(SMALL)
    assert (await office.holds(SMALL))["billing"].id != somebodys.id
    assert (await agents.get(somebodys.id)).model == "mistral-small-latest"


@pytest.mark.parametrize("said_in", ["file", "option"])
async def test_an_agent_is_adopted_by_its_id(said_in: str, office: Office, agents: MistralAgents) -> None:
    """What others put into its metadata stays."""
    existing = await agents.create({"model": "mistral-small-latest", "name": "Bills", "metadata": {"team": "money"}})
    wanted = changed(SMALL, "billing", agent_id=existing.id) if said_in == "file" else SMALL
    await office.push(wanted, {"billing": existing.id} if said_in == "option" else None)
    assert [step.kind for step in office.told if step.name == "billing"] == [Kind.ADOPT]
    billing = (await office.holds(wanted))["billing"]
    assert (billing.id, billing.name, billing.metadata["team"]) == (existing.id, "billing", "money")


async def test_an_object_of_another_deployment_is_refused(mistral: AgentsApi, agents: MistralAgents) -> None:
    staging, production = (Office(mistral, agents, name) for name in ("staging", "production"))
    await staging.push(SMALL)
    theirs = (await staging.held())["billing"].id
    production.writes()
    with pytest.raises(NotPushed) as refused:
        await production.push(SMALL, {"billing": theirs})
    assert refused.value.args == (
        f'billing: {theirs} belongs to the deployment "staging"; this one is "production" (DEPLOYMENT).',
    )
    assert production.writes() == []


async def test_adoptions_that_make_no_sense_are_refused_before_anything_is_written(office: Office) -> None:
    await office.push(SMALL)
    held = await office.held()
    office.writes()
    cases: list[tuple[Mapping[str, str], str]] = [
        ({"nobody": "ag_1"}, "nobody is not an agent that runs as an object, so it can adopt none."),
        ({"billing": "ag_none"}, "billing: there is no agent ag_none at Mistral that this key may see."),
        (
            {"billing": held["front"].id},
            f"billing: {held['front'].id} is the object of the agent front, which has a file of its own.",
        ),
    ]
    for adoptions, sentence in cases:
        with pytest.raises(NotPushed) as refused:
            await office.push(SMALL, adoptions)
        assert sentence in refused.value.args
    assert office.writes() == []


async def test_who_has_an_object_adopts_no_second_one(office: Office, agents: MistralAgents) -> None:
    await office.push(SMALL)
    other = await agents.create({"model": "mistral-small-latest", "name": "Bills"})
    with pytest.raises(NotPushed, match=r"it is ag_.* already; `threadwind agents retire billing --force` first"):
        await office.push(SMALL, {"billing": other.id})


async def test_an_agent_that_was_renamed_keeps_its_object_by_the_id_in_its_file(office: Office) -> None:
    await office.push(wanting(an_agent("bills")))
    object_id = (await office.held())["bills"].id
    renamed = wanting(an_agent("billing", agent_id=object_id))
    await office.push(renamed)
    assert (await office.holds(renamed))["billing"].id == object_id


# ---- at once, and dying ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.03])
async def test_two_pushes_at_once_end_the_same(seconds: float, office: Office, mistral: AgentsApi) -> None:
    """They make everything twice at first; the older object of each agent stays."""
    town = a_town(12)
    mistral.fault("agents.create", "delay", times=12, seconds=seconds)
    other = Office(mistral, office.agents)
    await asyncio.gather(office.push(town), other.push(town))
    await office.holds(town)


async def test_what_two_pushes_left_twice_is_settled_by_the_next(office: Office, agents: MistralAgents) -> None:
    """The older object stays, and those that handed over to the other one hand over to it."""
    await office.push(SMALL)
    older = (await office.held())["billing"]
    newer = await agents.create({"model": "mistral-small-latest", "name": "billing", "metadata": dict(older.metadata)})
    front = next(one for one in await agents.all() if one.name == "front")
    await agents.update(front.id, {"handoffs": [newer.id]})
    await office.push(SMALL)
    assert (await office.holds(SMALL))["billing"].id == older.id


class Died(BaseException):
    """As a process dies: nothing after it runs."""


class Mortal(MistralAgents):
    """Dies at its `at`-th write, before it is sent or before its answer is heard."""

    def __init__(self, http: httpx2.AsyncClient, *, at: int, after: bool) -> None:
        super().__init__(http)
        self.at, self.after = at, after

    async def create(self, settings: Mapping[str, Any]) -> Stored:
        self._step(sent=False)
        made = await super().create(settings)
        self._step(sent=True)
        return made

    async def update(self, agent_id: str, changes: Mapping[str, Any]) -> Stored:
        self._step(sent=False)
        made = await super().update(agent_id, changes)
        self._step(sent=True)
        return made

    def _step(self, *, sent: bool) -> None:
        self.at -= 0 if sent else 1
        if self.at == 0 and sent == self.after:
            raise Died


EDITED = wanting(
    an_agent("front", "technical", "billing", instructions="New front."),
    an_agent("technical", "billing", instructions="New technical."),
    an_agent("billing", "front", instructions="New billing."),
)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("there", [[], SMALL], ids=["new", "edited"])
async def test_a_push_that_died_at_any_write_is_healed_by_the_next(
    after: bool, there: list[Wanted], office: Office, http: httpx2.AsyncClient, mistral: AgentsApi
) -> None:
    wanted = EDITED if there else SMALL
    for at in range(1, 20):
        mistral.roster.clear()
        await office.push(there)
        try:
            mortal = Mortal(http, at=at, after=after)
            await Reconciler(mortal, deployment="default").push(wanted, tell=lambda step: None)
        except Died:
            await office.push(wanted)
            await office.holds(wanted)
        else:
            break
    assert at > 3


@pytest.mark.parametrize("kind", ["lost", "status"])
async def test_an_answer_that_is_lost_is_looked_up_within_the_same_push(
    kind: str, office: Office, mistral: AgentsApi
) -> None:
    """Written or not: what is there afterwards says it. 504: the gateway gave up."""
    for skip in range(4):
        mistral.roster.clear()
        mistral.fault("agents.create" if skip < 3 else "agents.update", kind, skip=skip % 3, status=504)
        await office.push(SMALL)
        await office.holds(SMALL)
        mistral.faults.clear()


async def test_a_list_that_lags_behind_makes_nothing_twice(office: Office, http: httpx2.AsyncClient) -> None:
    """What was answered to this push counts, until the list has it, too."""

    listed: list[list[Stored]] = []

    class Late(MistralAgents):
        async def all(self, *, metadata: str | None = None) -> list[Stored]:
            listed.append(await super().all(metadata=metadata))
            return listed[max(0, len(listed) - 3)]

    told: list[Step] = []
    await Reconciler(Late(http), deployment="default").push(SMALL, tell=told.append)
    assert [step.kind for step in told] == [Kind.CREATE, Kind.CREATE, Kind.CREATE, Kind.UPDATE]
    await office.holds(SMALL)


async def test_a_busy_mistral_is_waited_for(office: Office, mistral: AgentsApi) -> None:
    mistral.fault("agents.*", "status", status=429, retry_after=0.01, skip=1, times=3)
    await office.push(SMALL)
    await office.holds(SMALL)


async def test_what_mistral_refuses_is_told_with_the_agents_name(office: Office) -> None:
    for fields, words in (
        ({"model": "gpt-5"}, "billing: Mistral refuses it (404): Invalid model: gpt-5"),
        ({"completion_args": {"temperature": 7}}, "billing: Mistral refuses it (422): "),
    ):
        with pytest.raises(NotPushed) as refused:
            await office.push(changed(SMALL, "billing", **fields))
        assert refused.value.args[0].startswith(words)


async def test_a_key_without_access_ends_the_push(office: Office, mistral: AgentsApi) -> None:
    mistral.fault("agents.create", "status", status=401)
    with pytest.raises(KeyRejected):
        await office.push(SMALL)
