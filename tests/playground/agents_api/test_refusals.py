"""Who and what is refused, and in which of the seven shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from playground.agents_api.app import KEY, AgentsApi
from tests.playground.agents_api.talk import MODEL, START, Json, append, start

MISSING_CONVERSATION = f"{START}/conv_0"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", f"Basic {KEY}", KEY])
async def test_a_request_without_a_good_key_is_refused(url: str, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    async with httpx2.AsyncClient(base_url=url, headers=headers) as client:
        refused = await client.get(START)
    assert (refused.status_code, refused.json()) == (401, {"detail": "Unauthorized"})


async def test_a_conversation_is_seen_only_by_the_key_that_made_it(http: httpx2.AsyncClient, url: str) -> None:
    conversation = (await start(http))["conversation_id"]
    async with httpx2.AsyncClient(base_url=url, headers={"authorization": "Bearer playground-other"}) as other:
        assert (await other.get(f"{START}/{conversation}")).status_code == 404
        assert (await other.get(START)).json() == []


BODIES: list[tuple[Json, int, str]] = [
    ({"model": MODEL}, 422, "Field required"),
    ({"inputs": "x"}, 422, "Exactly one of"),
    ({"inputs": "x", "model": MODEL, "agent_id": "ag_1"}, 422, "Exactly one of"),
    ({"inputs": "x", "agent_id": "ag_1"}, 404, "Agent with id ag_1 not found"),
    ({"inputs": "x", "agent_id": "ag_1", "tools": []}, 422, "can't contain the following fields tools"),
    (
        {"inputs": "x", "model": MODEL, "handoff_execution": "server"},
        422,
        "Conversation with a 'model' can't contain the following fields handoff_execution",
    ),
    ({"inputs": "x", "model": MODEL, "debug": True}, 422, "Extra inputs are not permitted"),
    ({"inputs": [{"role": "user", "content": "x", "who": 1}], "model": MODEL}, 422, "Extra inputs are not permitted"),
    ({"inputs": [{"role": "system", "content": "x"}], "model": MODEL}, 422, "Input should be 'user' or 'assistant'"),
    ({"inputs": [{"type": "nap"}], "model": MODEL}, 422, "nap"),
    ({"inputs": [{"type": "function.result", "tool_call_id": "1", "result": {}}], "model": MODEL}, 422, "valid string"),
    ({"inputs": [], "model": MODEL}, 400, "Expected last role"),
    ({"inputs": "x", "model": "gpt"}, 404, "Invalid model: gpt"),
    ({"inputs": "x", "model": MODEL, "completion_args": {"temperature": 1.1}}, 422, "less than or equal to 1"),
    ({"inputs": "x", "model": MODEL, "completion_args": {"tool_choice": "f"}}, 422, "Input should be 'auto'"),
    ({"inputs": "x", "model": MODEL, "tools": [{"type": "web_search"}] * 129}, 422, "at most 128"),
    ({"inputs": "x", "model": MODEL, "tools": [{"type": "web_search"}] * 2}, 422, "more than once"),
    ({"inputs": "x", "model": MODEL, "tools": [{"type": "connector", "connector_id": "g"}] * 2}, 422, "more than once"),
    ({"inputs": "x", "model": MODEL, "tools": [{"type": "document_library", "library_ids": []}]}, 422, "at least 1"),
    (
        {"inputs": "x", "model": "devstral-medium-latest", "tools": [{"type": "web_search"}]},
        400,
        "Model devstral-medium-latest currently does not support builtin connectors",
    ),
    (
        {
            "inputs": "x",
            "model": MODEL,
            "tools": [{"type": "web_search"}],
            "completion_args": {"tool_choice": "required"},
        },
        400,
        "'tool_choice' set to 'required' and using built in connectors",
    ),
    (
        {
            "inputs": "x",
            "model": MODEL,
            "tools": [{"type": "web_search", "tool_configuration": {"include": ["a"], "exclude": ["b"]}}],
        },
        400,
        "not both",
    ),
]


@pytest.mark.parametrize(("body", "status", "words"), BODIES)
async def test_a_start_that_does_not_fit_is_refused(
    http: httpx2.AsyncClient, body: Json, status: int, words: str
) -> None:
    refused = await http.post(START, json=body)
    assert refused.status_code == status, refused.text
    assert words in refused.text
    assert (await http.get(START)).json() == []


async def test_a_tool_with_a_name_or_schema_that_models_refuse_is_refused(
    http: httpx2.AsyncClient, tool: Callable[..., Json]
) -> None:
    odd_name, old_schema = tool("time.now"), tool("f", "a")
    old_schema["function"]["parameters"]["properties"]["a"] = {"type": "number", "exclusiveMinimum": True}
    for bad, words in [(odd_name, "Function name was time.now"), (old_schema, "Invalid tool schema")]:
        refused = await http.post(START, json={"model": MODEL, "inputs": "x", "tools": [bad]})
        assert (refused.status_code, words in refused.text) == (400, True)


async def test_an_append_accepts_no_tools(http: httpx2.AsyncClient) -> None:
    """Tools, instructions and model are fixed when a conversation starts."""
    conversation = (await start(http))["conversation_id"]
    for field in ("tools", "instructions", "model", "metadata"):
        refused = await append(http, conversation, "x", **{field: None})
        assert refused.status_code == 422
        wrapped: Any = refused.json()["message"]
        assert wrapped["detail"] == [
            {"loc": ["body", field], "msg": "Extra inputs are not permitted", "type": "extra_forbidden"}
        ]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'"x"'])
async def test_a_body_that_is_no_json_object_is_refused(http: httpx2.AsyncClient, body: bytes) -> None:
    assert (await http.post(START, content=body)).status_code == 422


@pytest.mark.parametrize("query", ["page=-1", "page_size=0", "page_size=x", "metadata=x", "metadata=[]"])
async def test_a_query_that_does_not_fit_is_refused(http: httpx2.AsyncClient, query: str) -> None:
    assert (await http.get(f"{START}?{query}")).status_code == 422


async def test_an_unknown_route_is_answered_by_the_gateway(http: httpx2.AsyncClient) -> None:
    refused = await http.get("/v1/nothing")
    assert (refused.status_code, refused.json()["message"]) == (404, "no Route matched with those values")
    assert (await http.put(START)).status_code == 405


async def test_what_is_not_there_is_404(http: httpx2.AsyncClient) -> None:
    for suffix in ("", "/history", "/messages"):
        assert (await http.get(MISSING_CONVERSATION + suffix)).status_code == 404
    assert (await http.post(MISSING_CONVERSATION, json={"inputs": "x"})).status_code == 404
    assert (await http.delete(MISSING_CONVERSATION)).status_code == 404


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (
            429,
            {
                "object": "error",
                "message": "Requests rate limit exceeded",
                "type": "rate_limited",
                "param": None,
                "code": "1300",
                "raw_status_code": 429,
            },
        ),
        (
            500,
            {
                "object": "Error",
                "message": "Response failed during handoff orchestration",
                "type": "invalid_request_error",
                "code": 3000,
            },
        ),
        (401, {"detail": "Unauthorized"}),
        (403, {"error": {"message": "Content blocked by guardrail", "status": 403}, "guardrails": {"results": {}}}),
    ],
)
async def test_a_fault_answers_in_the_shape_of_its_status(
    http: httpx2.AsyncClient, api: AgentsApi, status: int, body: Json
) -> None:
    api.fault("conversations.*", "status", status=status, retry_after=3)
    refused = await http.post(START, json={"model": MODEL, "inputs": "x"})
    assert (refused.status_code, refused.json(), refused.headers["retry-after"]) == (status, body, "3")
    assert len(api.store) == 0
    await start(http)


async def test_a_gateway_fault_is_html(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    api.fault("conversations.history", "status", status=502)
    conversation = (await start(http))["conversation_id"]
    refused = await http.get(f"{START}/{conversation}/history")
    assert (refused.status_code, refused.headers["content-type"]) == (502, "text/html")


async def test_an_agents_handoffs_need_agents_and_at_least_one(http: httpx2.AsyncClient) -> None:
    for handoffs, status in [([], 422), (["ag_0"], 404), (None, 200)]:
        answer = await http.post("/v1/agents", json={"model": MODEL, "name": "a", "handoffs": handoffs})
        assert answer.status_code == status
    agent = answer.json()["id"]
    assert (await http.put(f"/v1/agents/{agent}/aliases?alias=No&version=0")).status_code == 422
    assert (await http.put(f"/v1/agents/{agent}/aliases?alias=ok&version=7")).status_code == 404
    assert (await http.patch(f"/v1/agents/{agent}", json={"handoffs": []})).status_code == 422


def body_with(**fields: Any) -> Json:
    return {"model": MODEL, "inputs": "x", **fields}


@pytest.mark.parametrize("model", ["codestral-latest", "devstral-medium-latest", "ministral-8b-latest"])
async def test_models_without_connectors_may_have_functions(
    http: httpx2.AsyncClient, tool: Callable[..., Json], model: str
) -> None:
    assert (await http.post(START, json=body_with(model=model, tools=[tool("f", "a")]))).status_code == 200
    for built_in in ({"type": "code_interpreter"}, {"type": "connector", "connector_id": "gmail"}):
        refused = await http.post(START, json=body_with(model=model, tools=[built_in]))
        assert (refused.status_code, refused.json()["code"]) == (400, 3004)
        agent = await http.post("/v1/agents", json={"model": model, "name": "a", "tools": [built_in]})
        assert (agent.status_code, agent.json()["code"]) == (400, 3004)


@pytest.mark.parametrize("status", [400, 404])
async def test_a_retired_model_is_refused_also_in_a_conversation_that_began_before(
    http: httpx2.AsyncClient, api: AgentsApi, status: int
) -> None:
    conversation = (await start(http))["conversation_id"]
    api.switch(retired_models=[MODEL], retired_status=status)
    assert MODEL not in [one["id"] for one in (await http.get("/v1/models")).json()["data"]]
    for answer in (await http.post(START, json=body_with()), await append(http, conversation, "again")):
        assert (answer.status_code, answer.json()["type"]) == (status, "invalid_model")
        assert answer.json()["message"] == f"Invalid model: {MODEL}"


async def test_a_model_that_will_be_removed_says_so_in_a_header(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    name = "x-model-deprecation-timestamp"
    assert name not in (await http.post(START, json=body_with())).headers
    api.switch(deprecated_models={MODEL: "2027-01-31T00:00:00Z"})
    listed = {one["id"]: one["deprecation"] for one in (await http.get("/v1/models")).json()["data"]}
    assert listed == {**dict.fromkeys(listed), MODEL: "2027-01-31T00:00:00Z"}
    assert (await http.post(START, json=body_with())).headers[name] == "2027-01-31T00:00:00Z"
    async with http.stream("POST", START, json=body_with(stream=True)) as stream:
        assert stream.headers[name] == "2027-01-31T00:00:00Z"


async def test_an_empty_list_of_tools_is_refused_only_when_told_to(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    agent = {"model": MODEL, "name": "a", "tools": []}
    assert (await http.post(START, json=body_with(tools=[]))).status_code == 200
    api.switch(refuses_empty_tools=True)
    assert (await http.post(START, json=body_with(tools=[]))).status_code == 400
    assert (await http.post("/v1/agents", json=agent)).status_code == 400
    assert (await http.post(START, json=body_with())).status_code == 200


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("bare", {"message": "Requests rate limit exceeded"}),
        (
            "3505",
            {
                "object": "error",
                "message": "Service tier capacity exceeded for this model.",
                "type": "service_tier_capacity_exceeded",
                "param": None,
                "code": "3505",
                "raw_status_code": 429,
            },
        ),
    ],
)
async def test_a_limit_is_told_in_each_form_that_was_seen(
    http: httpx2.AsyncClient, api: AgentsApi, code: str, body: Json
) -> None:
    api.fault("conversations.start", "error", status=429, code=code, retry_after=7)
    refused = await http.post(START, json=body_with())
    assert (refused.status_code, refused.json()) == (429, body)


async def test_a_restart_needs_an_append_a_known_entry_and_a_known_version(http: httpx2.AsyncClient) -> None:
    agent = (await http.post("/v1/agents", json={"model": MODEL, "name": "a"})).json()["id"]
    begun = (await http.post(START, json={"agent_id": agent, "inputs": "x"})).json()
    path = f"{START}/{begun['conversation_id']}/restart"
    entry = {"from_entry_id": begun["outputs"][0]["id"], "inputs": "other"}
    assert (await http.post(path, json=entry)).status_code == 400
    await append(http, begun["conversation_id"], "again")
    await http.patch(f"/v1/agents/{agent}", json={"instructions": "b"})
    for version, status in [(0, 200), (1, 200), (9, 404), ("prod", 404)]:
        assert (await http.post(path, json={**entry, "agent_version": version})).status_code == status
    assert (await http.post(path, json={**entry, "from_entry_id": "msg_0"})).status_code == 404
    assert (await http.post(path, json={"inputs": "other"})).status_code == 422
