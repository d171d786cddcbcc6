"""The tools that the service runs itself, and the connectors: what they give, in which shapes, and who must say yes."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from mistralai.client import Mistral, models

from playground.agents_api.app import AgentsApi
from playground.agents_api.connectors import png
from tests.playground.agents_api.talk import MODEL, START, Json, append, events, history, start, types

SEARCH: Json = {"type": "web_search"}
PREMIUM: Json = {"type": "web_search_premium"}
CODE: Json = {"type": "code_interpreter"}
IMAGE: Json = {"type": "image_generation"}


def gmail(**configuration: Any) -> Json:
    return {"type": "connector", "connector_id": "gmail", "tool_configuration": configuration or None}


@pytest.fixture(autouse=True)
def rules(api: AgentsApi) -> None:
    api.switch(brain="rules", processing_seconds=0)


def executions(body: Json) -> list[tuple[str, Any]]:
    return [(one["name"], json.loads(one["arguments"])) for one in body["outputs"] if one["type"] == "tool.execution"]


def chunks(body: Json) -> list[Json]:
    content = body["outputs"][-1]["content"]
    return content if isinstance(content, list) else [{"type": "text", "text": content}]


def told(body: Json) -> str:
    return "".join(chunk.get("text", "") for chunk in chunks(body))


def pending(body: Json) -> list[Json]:
    return [one for one in body["outputs"] if one.get("confirmation_status") == "pending"]


async def test_a_search_answers_with_a_reference_right_after_each_claim(http: httpx2.AsyncClient) -> None:
    body = await start(http, "search the web for night trains in Europe", tools=[SEARCH])
    assert executions(body) == [("web_search", {"query": "night trains in Europe"})]
    heading, claim, reference = chunks(body)[0], chunks(body)[0]["text"], chunks(body)[1]
    assert heading["type"] == "text"
    assert claim.endswith("six months before departure.")
    assert reference == {
        "type": "tool_reference",
        "tool": "web_search",
        "title": "Night trains in Europe: the map for 2026",
        "url": "https://travel.example.org/night-trains",
        "description": "2026-04-08",
    }
    assert body["usage"]["connectors"] == {"web_search": 1}


async def test_the_premium_search_holds_the_news(http: httpx2.AsyncClient) -> None:
    body = await start(http, "latest news about electricity prices", tools=[PREMIUM])
    assert executions(body)[0][0] == "news_search"
    assert chunks(body)[1]["url"] == "https://agency.example.org/2026/11/power"
    assert chunks(body)[1]["tool"] == "web_search_premium"
    assert body["usage"]["connectors"] == {"web_search_premium": 1}
    plain = await start(http, "latest news about electricity prices", tools=[SEARCH])
    assert executions(plain)[0][0] == "web_search"


async def test_what_the_web_does_not_hold_is_said(http: httpx2.AsyncClient) -> None:
    body = await start(http, "search the web for quokka breeding", tools=[SEARCH])
    assert "found nothing" in told(body)
    assert [chunk["type"] for chunk in chunks(body)] == ["text"]


async def test_recorded_code_comes_with_its_output_and_its_plot(http: httpx2.AsyncClient, sdk: Mistral) -> None:
    body = await start(http, "plot the sales by quarter", tools=[CODE])
    info = body["outputs"][0]["info"]
    assert info.keys() == {"code", "code_output"}
    assert json.loads(body["outputs"][0]["arguments"]) == {"code": info["code"]}
    assert info["code_output"] == "228\n"
    assert "![Image](__emitted_0.png)" in told(body)
    file = chunks(body)[-1]
    assert (file["tool"], file["file_name"], file["file_type"]) == ("code_interpreter", "plot_0.png", "png")
    content = await (await sdk.files.download_async(file_id=file["file_id"])).aread()
    assert png.size(content) == (480, 320)


@pytest.mark.parametrize(
    ("words", "code", "output"),
    [
        ("calculate 17 * 23", "print(17 * 23)", "391\n"),
        ("calcule (3 + 4) / 2", "print((3 + 4) / 2)", "3.5\n"),
        ("what is 2^10?", "print(2**10)", "1024\n"),
        ("run code: import os; os.remove('x')", "import os; os.remove('x')", "The playground never runs code."),
        ("run code: print(__import__('os'))", "print(__import__('os'))", "The playground never runs code."),
        ("calculate 9**9**9", "print(9**9**9)", "The playground never runs code."),
        ("calculate 1 / 0", "print(1 / 0)", "The playground never runs code."),
    ],
)
async def test_sums_are_worked_out_and_code_is_never_run(
    http: httpx2.AsyncClient, words: str, code: str, output: str
) -> None:
    body = await start(http, words, tools=[CODE])
    assert body["outputs"][0]["info"]["code"] == code
    assert body["outputs"][0]["info"]["code_output"].startswith(output)


async def test_a_picture_is_drawn_the_same_for_the_same_words(http: httpx2.AsyncClient, sdk: Mistral) -> None:
    drawn = []
    for words in ("draw a red boat at sunset", "draw a red boat at sunset", "draw a blue boat at sunset"):
        file = chunks(await start(http, words, tools=[IMAGE]))[-1]
        assert (file["tool"], file["file_name"], file["file_type"]) == ("image_generation", "image_generated_0", "png")
        drawn.append(await (await sdk.files.download_async(file_id=file["file_id"])).aread())
    assert drawn[0] == drawn[1] != drawn[2]
    made = (await sdk.files.list_async(source=["mistral"])).data
    assert [one.filename for one in made] == ["image_generated_0"] * 3


async def test_a_library_is_searched_in_its_processed_documents(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    library = (await http.post("/v1/libraries", json={"name": "Handbook"})).json()["id"]
    content = b"# Holidays\n\nEverybody has 28 days of holidays a year.\n\n# Expenses\n\nPaid within ten days."
    await http.post(f"/v1/libraries/{library}/documents", files={"file": ("handbook.md", content)})
    tool: Json = {"type": "document_library", "library_ids": [library]}

    body = await start(http, "what does the handbook say about holidays?", tools=[tool])
    assert executions(body) == [("document_library", {"query": "holidays"})]
    assert "Holidays: Everybody has 28 days" in told(body)
    assert chunks(body)[1] == {
        "type": "tool_reference",
        "tool": "document_library",
        "title": "handbook.md",
        "url": None,
        "description": None,
    }
    api.switch(processing_seconds=600)
    later = b"Holidays of guests: none."
    await http.post(f"/v1/libraries/{library}/documents", files={"file": ("guests.md", later)})
    assert "guests" not in told(await start(http, "what does the handbook say about holidays?", tools=[tool]))


async def test_the_events_of_a_tool_come_in_their_order(http: httpx2.AsyncClient) -> None:
    heard = await events(http, inputs="plot the sales by quarter", tools=[CODE])
    kinds = list(dict.fromkeys(types(heard)))
    assert kinds == [
        "conversation.response.started",
        "tool.execution.started",
        "tool.execution.delta",
        "tool.execution.done",
        "message.output.delta",
        "conversation.response.done",
    ]
    running, asked, done = heard[1:4]
    assert (running["name"], running["arguments"], running["output_index"]) == ("code_interpreter", "", 0)
    assert json.loads(asked["arguments"])["code"] == done["info"]["code"]
    assert heard[-2]["content"]["type"] == "tool_file"
    assert heard[-1]["usage"]["connectors"] == {"code_interpreter": 1}


async def test_the_sdk_streams_a_search(sdk: Mistral) -> None:
    words = "search the web for Albert Einstein"
    tools = [models.WebSearchTool()]
    async with await sdk.beta.conversations.start_stream_async(model=MODEL, inputs=words, tools=tools) as stream:
        heard = [event.data async for event in stream]
    deltas = [one for one in heard if isinstance(one, models.MessageOutputEvent)]
    references = [one.content for one in deltas if isinstance(one.content, models.ToolReferenceChunk)]
    assert [one.url for one in references] == ["https://people.example.org/einstein"]
    assert [one.content_index for one in deltas][-1] == 1


async def test_a_connector_that_reads_is_run_and_one_that_needs_a_yes_waits(http: httpx2.AsyncClient) -> None:
    tools = [gmail(requires_confirmation=["gmail_send"])]
    body = await start(http, "search my mail for invoices and send a mail to bo@example.org: paid", tools=tools)
    assert executions(body) == [("gmail_search", {"query": "invoices"})]
    [call] = pending(body)
    wanted = {"to": "bo@example.org", "subject": "paid", "body": "paid"}
    assert (call["name"], json.loads(call["arguments"])) == ("gmail_send", wanted)
    assert body["usage"]["connectors"] == {"gmail_search": 1}


@pytest.mark.parametrize(
    ("decision", "status", "words"),
    [("allow", "allowed", "would now have done this"), ("deny", "denied", "you said no")],
)
async def test_a_decided_call_is_told(http: httpx2.AsyncClient, decision: str, status: str, words: str) -> None:
    tools = [gmail(requires_confirmation=["gmail_send"])]
    body = await start(http, "send a mail to bo@example.org: paid", tools=tools)
    conversation = body["conversation_id"]
    confirmation = {"tool_call_id": pending(body)[0]["tool_call_id"], "confirmation": decision}
    answer = (await http.post(f"{START}/{conversation}", json={"tool_confirmations": [confirmation]})).json()
    assert words in told(answer)
    ran = [("gmail_send", {"to": "bo@example.org", "subject": "paid", "body": "paid"})] if decision == "allow" else []
    assert executions(answer) == ran
    kept = [one["confirmation_status"] for one in await history(http, conversation) if one["type"] == "function.call"]
    assert kept == [status]


async def test_pending_calls_are_decided_one_by_one_and_then_all_are_told(http: httpx2.AsyncClient) -> None:
    tools = [gmail(requires_confirmation=["gmail_search", "gmail_send"])]
    body = await start(http, "search my mail for invoices and send a mail to bo@example.org: paid", tools=tools)
    first, second = pending(body)

    async def decide(call: Json, decision: str) -> Json:
        sent = {"tool_confirmations": [{"tool_call_id": call["tool_call_id"], "confirmation": decision}]}
        answer: Json = (await http.post(f"{START}/{body['conversation_id']}", json=sent)).json()
        return answer

    assert [one["type"] for one in (await decide(first, "allow"))["outputs"]] == ["tool.execution"]
    last = await decide(second, "deny")
    assert "Invoice 2026-118" in told(last)
    assert "`gmail_send`: you said no" in told(last)


async def test_a_configuration_leaves_tools_out(http: httpx2.AsyncClient) -> None:
    words = "search my mail for invoices and send a mail to bo@example.org: paid"
    only = await start(http, words, tools=[gmail(include=["gmail_search"])])
    assert [name for name, _ in executions(only)] == ["gmail_search"]
    without = await start(http, words, tools=[gmail(exclude=["gmail_search"])])
    assert [name for name, _ in executions(without)] == ["gmail_send"]
    silent = await start(http, "search the web for sleep", tools=[{**SEARCH, "tool_configuration": {"include": []}}])
    assert executions(silent) == []


async def test_a_built_in_tool_can_need_a_yes_too(http: httpx2.AsyncClient) -> None:
    tools = [{**PREMIUM, "tool_configuration": {"requires_confirmation": ["news_search"]}}]
    assert [one["name"] for one in pending(await start(http, "latest news about snow", tools=tools))] == ["news_search"]
    assert executions(await start(http, "search the web for sleep", tools=tools)) == [
        ("web_search", {"query": "sleep"})
    ]


async def test_usage_adds_up_over_the_requests_of_a_conversation(http: httpx2.AsyncClient) -> None:
    first = await start(http, "search the web for sleep", tools=[SEARCH, CODE])
    second = (await append(http, first["conversation_id"], "calculate 2 + 2")).json()
    for body in (first, second):
        usage = body["usage"]
        parts = usage["prompt_tokens"] + usage["completion_tokens"] + usage["connector_tokens"]
        assert usage["total_tokens"] == parts
    assert second["usage"]["connectors"] == {"code_interpreter": 1}
    assert second["usage"]["prompt_tokens"] > first["usage"]["total_tokens"]


@pytest.mark.filterwarnings(r"ignore:warning. \*\* DEPRECATED:DeprecationWarning")  # the SDK's own use of its method
async def test_the_sdk_looks_at_connectors_and_calls_a_tool(sdk: Mistral) -> None:
    connectors = sdk.beta.connectors
    page: Any = await connectors.list_async(page_size=2)
    assert [one.name for one in page.items] == ["gmail", "google_calendar"]
    assert page.pagination.next_cursor == "2"
    rest: Any = await connectors.list_async(cursor="2")
    assert [one.name for one in rest.items] == ["notion", "linear"]
    one: Any = await connectors.get_async(connector_id_or_name="gmail")
    same: Any = await connectors.get_async(connector_id_or_name=one.id)
    assert same.name == "gmail"
    tools: Any = await connectors.list_tools_async(connector_id_or_name="gmail")
    assert [tool.name for tool in tools] == ["gmail_search", "gmail_send"]
    called = await connectors.call_tool_async(
        connector_id_or_name="gmail", tool_name="gmail_search", arguments={"query": "invoice"}
    )
    assert "1,240.00 EUR" in str(called.content[0])


async def test_a_connector_or_tool_that_is_not_known_is_refused(http: httpx2.AsyncClient) -> None:
    unknown = {"type": "connector", "connector_id": "nothing"}
    refused = await http.post(START, json={"model": MODEL, "inputs": "x", "tools": [unknown]})
    assert (refused.status_code, "Connector with id nothing not found" in refused.text) == (404, True)
    assert (await http.get("/v1/connectors/nothing")).status_code == 404
    assert (await http.post("/v1/connectors/gmail/tools/nothing/call", json={})).status_code == 404
    assert (await http.post("/v1/connectors/gmail/tools/gmail_search/call", json={})).status_code == 422
