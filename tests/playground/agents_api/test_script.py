"""The script brain and the control API: what tests and benchmarks say, in process and from elsewhere."""

from __future__ import annotations

import httpx2

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.steps import CallFunction, Say
from tests.playground.agents_api.talk import START, Json, append, events, result, said, start, types


async def test_an_empty_script_echoes_the_last_user_message(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    opened = await start(http, "one")
    assert said(opened) == "answer to: one"
    api.script.answer_with(lambda question: f"{len(question.entries)} entries")
    assert said((await append(http, opened["conversation_id"], "two")).json()) == "3 entries"


async def test_what_is_queued_comes_first_in_its_order_and_for_its_conversation(
    http: httpx2.AsyncClient, api: AgentsApi
) -> None:
    a, b = [(await start(http))["conversation_id"] for _ in range(2)]
    api.script.will_say("for b", conversation_id=b)
    api.script.will_say("first")
    api.script.will_say("second")
    assert [said((await append(http, one, "x")).json()) for one in (a, b, a, b)] == [
        "first",
        "for b",
        "second",
        "answer to: x",
    ]
    assert api.script.left() == 0


async def test_a_rule_is_used_any_number_of_times(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    api.script.when("use the tool", CallFunction(name="f", arguments={"q": "{user}"}))
    api.script.when("use the tool", Say(text="got {results}"), results=True)
    for _ in range(3):
        opened = await start(http, "please use the tool")
        call = opened["outputs"][0]
        assert call["arguments"] == '{"q": "please use the tool"}'
        answer = await append(http, opened["conversation_id"], [result(call["tool_call_id"], "42")])
        assert said(answer.json()) == "got 42"


async def test_a_rule_can_be_limited(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    api.script.when("x", Say(text="once"), times=1)
    assert [said(await start(http, "x")) for _ in range(2)] == ["once", "answer to: x"]


async def test_a_scripted_cut_comes_after_so_many_events(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    api.script.will_cut(after_events=3)
    try:
        await events(http)
        cut = False
    except httpx2.RemoteProtocolError:
        cut = True
    assert cut


async def test_another_process_can_steer_and_look(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    plan: Json = {"steps": [{"do": "say", "text": "planned"}]}
    rule: Json = {"contains": "call", "steps": [{"do": "call", "name": "f", "arguments": {"a": 1}}]}
    assert (await http.post("/_control/script", json={"plan": [plan], "when": [rule]})).status_code == 204
    assert said(await start(http, "x", metadata={"k": "v"})) == "planned"
    assert (await start(http, "call it"))["outputs"][0]["name"] == "f"

    seen = (await http.get("/_control/requests?name=conversations.start")).json()
    assert [one["body"]["inputs"] for one in seen] == ["x", "call it"]
    assert [one["status"] for one in seen] == [200, 200]
    assert seen == [
        one for one in (await http.get("/_control/requests")).json() if one["name"] == "conversations.start"
    ]
    assert (await http.get(f"/_control/requests?after={seen[0]['number']}")).json() == seen[1:]
    assert [one.name for one in api.requests()] == ["conversations.start"] * 2

    fault = {"request": "conversations.start", "kind": "status", "status": 503}
    assert (await http.post("/_control/faults", json=[fault])).status_code == 204
    refused = await http.post(START, json={"model": "mistral-small-latest", "inputs": "x"})
    assert refused.status_code == 503
    assert (await http.get("/_control/faults")).json() == {"seen": {"conversations.start": 3}}

    switched = await http.patch("/_control/switches", json={"lock_seconds": 2, "brain": "rules"})
    assert (switched.json()["lock_seconds"], switched.json()["brain"]) == (2, "rules")
    assert (await http.get("/_control/state")).json() == {"conversations": 2, "answers_left": 0, "held": 0}
    await http.post("/_control/reset")
    assert (await http.get("/_control/state")).json() == {"conversations": 0, "answers_left": 0, "held": 0}
    assert (await http.get("/_control/switches")).json()["brain"] == "script"
    assert (await http.get("/_control/requests")).json() == []


async def test_an_order_that_does_not_fit_changes_nothing(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    before = api.switches.model_copy()
    for method, path, body in [
        ("PATCH", "switches", {"lock_seconds": -1, "brain": "rules"}),
        ("PATCH", "switches", {"nonsense": 1}),
        ("PATCH", "switches", {"brain": "model"}),
        ("POST", "script", {"plan": [{"steps": [{"do": "dance"}]}]}),
        ("POST", "faults", {"request": "*", "kind": "earthquake"}),
    ]:
        refused = await http.request(method, f"/_control/{path}", json=body)
        assert refused.status_code == 422, path
        assert refused.json()["error"]
    assert api.switches == before


async def test_a_stream_can_be_held_and_released_from_elsewhere(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    await http.post("/_control/script", json={"hold": 1})
    async with http.stream("POST", START, json={"model": "mistral-small-latest", "inputs": "x", "stream": True}) as one:
        heard: list[Json] = []
        async for event in httpx2.EventSource(one):
            heard.append(event.json())  # type: ignore[arg-type]  # an event's data is an object
            if len(heard) == 2:
                await http.post("/_control/script", json={"release": True})
    assert types(heard)[-1] == "conversation.response.done"
