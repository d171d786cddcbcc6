"""Open calls: answered all at once, alone, and before anything else; each milder reading is a switch."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.steps import CallFunction, HandOff, Say
from tests.playground.agents_api.talk import MODEL, START, Json, append, events, history, result, said, start

USER: Json = {"role": "user", "content": "and?"}
UNEVEN = "Not the same number of function calls and responses"


@pytest.fixture
async def open_calls(http: httpx2.AsyncClient, api: AgentsApi) -> str:
    """A conversation whose calls `one` and `two` wait for their results."""
    api.script.will(CallFunction(name="f", tool_call_id="one"), CallFunction(name="g", tool_call_id="two"))
    return str((await start(http))["conversation_id"])


ALL = [result("one", "1"), result("two", "2")]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([result("one", "1")], UNEVEN),
        ([*ALL, result("three", "3")], UNEVEN),
        ([*ALL, ALL[0]], UNEVEN),
        ("never mind", UNEVEN),
        ([USER, *ALL], UNEVEN),
        ([*ALL, USER], "Unexpected role 'user' after role 'tool'"),
        ([], UNEVEN),
    ],
)
async def test_what_may_not_come_while_calls_are_open(
    http: httpx2.AsyncClient, open_calls: str, inputs: Any, message: str
) -> None:
    for stream in (False, True):
        refused = await append(http, open_calls, inputs, stream=stream)
        assert (refused.status_code, refused.json()["code"], refused.json()["message"]) == (400, 3230, message)
    assert (await append(http, open_calls, ALL)).status_code == 200


async def test_all_results_in_one_append_run_the_model(http: httpx2.AsyncClient, open_calls: str) -> None:
    answer = await append(http, open_calls, ALL)
    assert said(answer.json()) == "answer to: hello (1; 2)"
    assert [entry["type"] for entry in await history(http, open_calls)] == [
        "message.input",
        *["function.call"] * 2,
        *["function.result"] * 2,
        "message.output",
    ]


async def test_a_milder_service_is_a_switch_away(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    for switch, inputs in [
        ("user_beside_results", [result("one", "1"), USER]),
        ("user_while_open", "never mind"),
    ]:
        api.script.will(CallFunction(name="f", tool_call_id="one"))
        conversation = (await start(http))["conversation_id"]
        assert (await append(http, conversation, inputs)).status_code == 400
        api.switch(**{switch: True})
        assert (await append(http, conversation, inputs)).status_code == 200
        assert (await append(http, conversation, "and now?")).status_code == 200


async def test_partial_results_are_a_switch(http: httpx2.AsyncClient, api: AgentsApi, open_calls: str) -> None:
    api.switch(partial_results=True)
    assert (await append(http, open_calls, [result("one", "1")])).status_code == 200
    assert (await append(http, open_calls, [result("two", "2")])).status_code == 200


async def test_there_is_nothing_to_answer_after_an_assistant_message(http: httpx2.AsyncClient) -> None:
    conversation = (await start(http))["conversation_id"]
    refused = await append(http, conversation, [{"role": "assistant", "content": "I said"}])
    assert (refused.status_code, refused.json()["code"]) == (400, 3230)
    again = await append(http, conversation, [{"role": "assistant", "content": "I sa", "prefix": True}])
    assert again.status_code == 200


async def test_a_replayed_history_is_held_to_the_same_rules(http: httpx2.AsyncClient) -> None:
    call = {"type": "function.call", "tool_call_id": "one", "name": "f", "arguments": {"a": 1}}
    replay: list[Any] = [USER, call, result("one", "1"), {"type": "message.output", "content": "done"}, USER]
    assert said(await start(http, replay)) == "answer to: and?"
    for broken in (replay[:2], [*replay[:2], USER], replay[:4], [*replay[:3], USER]):
        refused = await http.post(START, json={"model": MODEL, "inputs": broken})
        assert (refused.status_code, refused.json()["code"]) == (400, 3230), broken


async def test_confirmations_are_decided_one_by_one(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    api.script.will(
        CallFunction(name="mail", tool_call_id="one", pending=True),
        CallFunction(name="wipe", tool_call_id="two", pending=True),
    )
    conversation = (await start(http))["conversation_id"]
    path = f"{START}/{conversation}"
    assert (await append(http, conversation, "well?")).status_code == 400

    body = {"tool_confirmations": [{"tool_call_id": "one", "confirmation": "allow"}]}
    first = (await http.post(path, json=body)).json()
    assert [entry["type"] for entry in first["outputs"]] == ["tool.execution"]
    body = {"tool_confirmations": [{"tool_call_id": "two", "confirmation": "deny"}]}
    second = (await http.post(path, json=body)).json()
    assert [entry["type"] for entry in second["outputs"]] == ["message.output"]
    assert (await http.post(path, json=body)).status_code == 422
    decided = [entry["confirmation_status"] for entry in await history(http, conversation) if "tool_call_id" in entry]
    assert decided == ["allowed", "denied"]


async def test_the_id_can_change_on_append(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    """A client that keeps the old id misses what came after it."""
    api.switch(id_changes_on_append=True)
    first = (await start(http))["conversation_id"]
    second = (await append(http, first, "two")).json()["conversation_id"]
    heard = await events(http, f"{START}/{second}", inputs="three")
    third = heard[0]["conversation_id"]
    assert len({first, second, third}) == 3
    assert [len(await history(http, one)) for one in (first, second, third)] == [2, 4, 6]


async def test_a_conversation_that_is_not_stored_is_gone(http: httpx2.AsyncClient) -> None:
    answer = await start(http, store=False)
    assert said(answer) == "answer to: hello"
    assert (await append(http, answer["conversation_id"], "x")).status_code == 404


async def test_a_handoff_to_the_client_ends_the_turn_and_can_be_resumed(
    http: httpx2.AsyncClient, api: AgentsApi
) -> None:
    second = (await http.post("/v1/agents", json={"model": MODEL, "name": "second"})).json()["id"]
    body = {"model": MODEL, "name": "first", "handoffs": [second]}
    first = (await http.post("/v1/agents", json=body)).json()["id"]
    api.script.will(HandOff(to="second"), Say(text="never said"))
    opened = await http.post(START, json={"agent_id": first, "inputs": "go", "handoff_execution": "client"})
    assert [entry["type"] for entry in opened.json()["outputs"]] == ["agent.handoff"]

    resumed = await append(http, opened.json()["conversation_id"], [], handoff_execution="client")
    assert resumed.json()["outputs"][0]["agent_id"] == second
