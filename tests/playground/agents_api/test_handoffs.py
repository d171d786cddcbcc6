"""Handoffs by the rules: who gets a question, on the server and on the client, in chains and in circles."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.handing_over import HANDOFFS_MAX
from tests.playground.agents_api.talk import MODEL, START, Json, append, events, history

BOTH = "my app crashes and I was charged twice"


async def agent(http: httpx2.AsyncClient, name: str, description: str = "", **fields: Any) -> str:
    body = {"model": MODEL, "name": name, "description": description, **fields}
    answer = await http.post("/v1/agents", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


@pytest.fixture(autouse=True)
def rules(api: AgentsApi) -> None:
    api.switch(brain="rules")


@pytest.fixture
async def desk(http: httpx2.AsyncClient) -> dict[str, str]:
    """front → technical, billing; technical → billing, front."""
    billing = await agent(http, "billing", "Invoices, refunds and charges.")
    technical = await agent(http, "technical", "Errors, crashes and login problems.", handoffs=[billing])
    front = await agent(http, "front", "Passes billing and technical questions on.", handoffs=[technical, billing])
    back = await http.patch(f"/v1/agents/{technical}", json={"handoffs": [billing, front]})
    assert back.status_code == 200
    return {"front": front, "technical": technical, "billing": billing}


async def ask(http: httpx2.AsyncClient, agent_id: str, words: Any, **fields: Any) -> Json:
    answer = await http.post(START, json={"agent_id": agent_id, "inputs": words, **fields})
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


def way(body: Json) -> list[str]:
    return [one["next_agent_name"] for one in body["outputs"] if one["type"] == "agent.handoff"]


def speakers(body: Json, desk: dict[str, str]) -> list[str]:
    names = {id_: name for name, id_ in desk.items()}
    return [names[one["agent_id"]] for one in body["outputs"] if one["type"] == "message.output"]


@pytest.mark.parametrize(
    ("words", "to"),
    [
        ("I was charged twice", ["billing"]),
        ("please refund my last invoice", ["billing"]),
        ("I get an error when I log in to the app", ["technical"]),
        ("ma facture est fausse", ["billing"]),
        ("l'application est en panne depuis ce matin", ["technical"]),
        (BOTH, ["technical", "billing"]),
        ("I was charged twice and my app crashes", ["billing"]),
        ("can I talk to billing?", ["billing"]),
        ("hello", []),
        ("who spoke here?", []),
    ],
)
async def test_words_find_the_agent(http: httpx2.AsyncClient, desk: dict[str, str], words: str, to: list[str]) -> None:
    body = await ask(http, desk["front"], words)
    assert way(body) == to
    assert speakers(body, desk) == (to or ["front"])


async def test_a_chain_is_one_response_in_which_each_agent_speaks(
    http: httpx2.AsyncClient, desk: dict[str, str]
) -> None:
    body = await ask(http, desk["front"], BOTH)
    kinds = [one["type"] for one in body["outputs"]]
    assert kinds == ["agent.handoff", "message.output", "agent.handoff", "message.output"]
    heard = await events(http, agent_id=desk["front"], inputs=BOTH, path=START, model=None)
    assert [one["next_agent_name"] for one in heard if one["type"] == "agent.handoff.done"] == ["technical", "billing"]
    assert [one["output_index"] for one in heard if one["type"] == "agent.handoff.started"] == [0, 2]


async def test_who_spoke_last_answers_next_and_a_new_topic_moves_on(
    http: httpx2.AsyncClient, desk: dict[str, str]
) -> None:
    first = await ask(http, desk["front"], "the app crashes at every start")
    thanks = (await append(http, first["conversation_id"], "thanks")).json()
    assert (way(first), speakers(thanks, desk)) == (["technical"], ["technical"])
    money = (await append(http, first["conversation_id"], "and I want a refund")).json()
    assert (way(money), speakers(money, desk)) == (["billing"], ["billing"])


@pytest.mark.parametrize("form", [{}, {"inputs": []}])
async def test_a_client_resumes_in_place_with_the_next_agent(
    http: httpx2.AsyncClient, desk: dict[str, str], form: Json
) -> None:
    body = await ask(http, desk["front"], BOTH, handoff_execution="client")
    assert [one["type"] for one in body["outputs"]] == ["agent.handoff"]
    path = f"{START}/{body['conversation_id']}"
    second = (await http.post(path, json={**form, "handoff_execution": "client"})).json()
    assert [one["type"] for one in second["outputs"]] == ["message.output", "agent.handoff"]
    third = (await http.post(path, json={**form, "handoff_execution": "client"})).json()
    assert ([one["type"] for one in third["outputs"]], speakers(third, desk)) == (["message.output"], ["billing"])
    assert (await http.post(path, json=form)).status_code == 400


async def test_a_client_takes_over_with_the_replayed_entries(http: httpx2.AsyncClient, desk: dict[str, str]) -> None:
    body = await ask(http, desk["front"], BOTH, handoff_execution="client")
    entries = await history(http, body["conversation_id"])
    replayed = [{key: value for key, value in entry.items() if value is not None} for entry in entries]
    taken = await ask(http, desk["technical"], replayed, handoff_execution="client")
    assert [one["type"] for one in taken["outputs"]] == ["message.output", "agent.handoff"]
    assert speakers(taken, desk) == ["technical"]


async def test_a_replayed_handoff_is_history_and_moves_nobody(http: httpx2.AsyncClient, desk: dict[str, str]) -> None:
    body = await ask(http, desk["front"], "I was charged twice")
    entries = await history(http, body["conversation_id"])
    replayed = [{key: value for key, value in entry.items() if value is not None} for entry in entries]
    taken = await ask(http, desk["front"], [*replayed, {"role": "user", "content": "thanks"}])
    again = (await append(http, taken["conversation_id"], "thanks")).json()
    assert (speakers(taken, desk), speakers(again, desk)) == (["front"], ["front"])


async def test_a_circle_ends(http: httpx2.AsyncClient) -> None:
    one = await agent(http, "left")
    two = await agent(http, "right", handoffs=[one])
    await http.patch(f"/v1/agents/{one}", json={"handoffs": [two]})
    body = await ask(http, one, "pass it around in circles")
    assert way(body) == ["right", "left"] * (HANDOFFS_MAX // 2)
    assert f"passed on {HANDOFFS_MAX} times" in body["outputs"][-1]["content"]


async def test_an_agent_with_the_tool_gets_what_needs_it(http: httpx2.AsyncClient) -> None:
    web = await agent(http, "researcher", tools=[{"type": "web_search"}])
    front = await agent(http, "front", handoffs=[web])
    body = await ask(http, front, "search the web for sleep")
    assert [one["type"] for one in body["outputs"]] == ["agent.handoff", "tool.execution", "message.output"]
    assert {one["agent_id"] for one in body["outputs"][1:]} == {web}


async def test_a_front_desk_that_can_fetch_a_person_does_so_itself(http: httpx2.AsyncClient) -> None:
    parameters = {"type": "object", "properties": {"reason": {"type": "string"}}, "required": ["reason"]}
    person = {"type": "function", "function": {"name": "hand_to_person", "parameters": parameters}}
    other = await agent(http, "people", "Talks about human resources.")
    front = await agent(http, "front", handoffs=[other], tools=[person])
    body = await ask(http, front, "I want to talk to a human")
    assert [one["type"] for one in body["outputs"]] == ["function.call"]


async def test_a_router_that_holds_web_search_breaks_when_it_hands_off(
    http: httpx2.AsyncClient, api: AgentsApi
) -> None:
    """As reported for the real service."""
    billing = await agent(http, "billing", "Invoices")
    router = await agent(http, "router", tools=[{"type": "web_search"}], handoffs=[billing])
    assert (await ask(http, router, "search the web for sleep"))["outputs"]
    failed = await http.post(START, json={"agent_id": router, "inputs": "my invoice is wrong"})
    assert (failed.status_code, failed.json()["code"]) == (500, 3000)
    assert failed.json()["message"] == "Response failed during handoff orchestration"
    api.switch(router_with_search_fails=False)
    assert way(await ask(http, router, "my invoice is wrong")) == ["billing"]


async def test_every_agent_that_reads_costs_its_prompt(http: httpx2.AsyncClient, desk: dict[str, str]) -> None:
    alone, passed = await ask(http, desk["billing"], BOTH), await ask(http, desk["front"], BOTH)
    assert passed["usage"]["prompt_tokens"] > 2 * alone["usage"]["prompt_tokens"]


async def test_a_note_that_a_handoff_is_not_allowed_is_no_question_and_is_heeded(
    http: httpx2.AsyncClient, desk: dict[str, str]
) -> None:
    words = "can I talk to billing?"
    told = "[The handoff to billing is not allowed in this thread. Answer the last message yourself.]"
    body = await ask(http, desk["front"], [{"role": "user", "content": one} for one in (words, told)])
    assert (way(body), speakers(body, desk)) == ([], ["front"])
    assert "I may not pass this on" in body["outputs"][-1]["content"]
    again = (await append(http, body["conversation_id"], words)).json()
    assert way(again) == ["billing"]
