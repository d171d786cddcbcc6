"""The plain words, English and French, that make the rules use each thing the service offers."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx2
import pytest

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.wording import WORDS
from playground.agents_api.connectors import painting
from tests.playground.agents_api.pdf import pdf
from tests.playground.agents_api.talk import Json, result, said, start
from tests.playground.agents_api.talk import append as appended

PERSON: Json = {
    "type": "function",
    "function": {
        "name": "support__hand_to_person",
        "parameters": {
            "type": "object",
            "properties": {"reason": {"type": "string"}, "urgency": {"enum": ["low", "normal", "high"]}},
            "required": ["reason", "urgency"],
        },
    },
}
CONNECTORS = ("gmail", "google_calendar", "notion", "linear")


@pytest.fixture
async def tools(api: AgentsApi, http: httpx2.AsyncClient) -> list[Json]:
    api.switch(brain="rules", processing_seconds=0)
    library = (await http.post("/v1/libraries", json={"name": "Handbook"})).json()["id"]
    text = "# Holidays\n\nHolidays: 28 days a year.\n\n# Congés\n\nLes congés : 28 jours par an.".encode()
    await http.post(f"/v1/libraries/{library}/documents", files={"file": ("handbook.md", text)})
    return [
        {"type": "web_search_premium"},
        {"type": "code_interpreter"},
        {"type": "image_generation"},
        {"type": "document_library", "library_ids": [library]},
        *({"type": "connector", "connector_id": name} for name in CONNECTORS),
        PERSON,
    ]


def used(body: Json) -> list[tuple[str, str]]:
    """Each tool with its first argument."""
    return [
        (one["name"], str(next(iter(json.loads(one["arguments"]).values()), "")))
        for one in body["outputs"]
        if one["type"] in ("tool.execution", "function.call")
    ]


@pytest.mark.parametrize(
    ("words", "name", "argument"),
    [
        ("search the web for night trains", "web_search", "night trains"),
        ("Search the internet about solar panels!", "web_search", "solar panels"),
        ("look for sourdough on the web", "web_search", "sourdough"),
        ("who won euro 2024? look it up", "web_search", "who won euro 2024"),
        ("cherche sur le web les trains de nuit", "web_search", "les trains de nuit"),
        ("cherche la tour Eiffel sur internet", "web_search", "la tour Eiffel"),
        ("latest news about snow", "news_search", "snow"),
        ("what is the news on markets?", "news_search", "markets"),
        ("les dernières nouvelles sur la lune", "news_search", "la lune"),
        ("calculate 17 * 23", "code_interpreter", "print(17 * 23)"),
        ("combien font 12,5 × 2 ?", "code_interpreter", "print(12.5 * 2)"),
        ("run code: print('hi')", "code_interpreter", "print('hi')"),
        ("draw a red boat at sunset", "image_generation", "a red boat at sunset"),
        ("Dessine-moi un chat noir", "image_generation", "un chat noir"),
        ("make me a picture of a house", "image_generation", "a house"),
        ("what does the handbook say about holidays?", "document_library", "holidays"),
        ("que dit le manuel sur les congés ?", "document_library", "les congés"),
        ("call Gmail", "gmail_search", ""),
        ("search my mail for invoices", "gmail_search", "invoices"),
        ("cherche facture dans mes courriels", "gmail_search", "facture"),
        ("send a mail to bo@example.org: late", "gmail_send", "bo@example.org"),
        ("envoie un mail à bo@example.org : en retard", "gmail_send", "bo@example.org"),
        ("what meetings are in my calendar?", "calendar_list_events", ""),
        ("find the onboarding checklist in Notion", "notion_search", "onboarding checklist"),
        ("create a Linear issue: the export breaks", "linear_create_issue", "the export breaks"),
        ("I want to talk to a human", "support__hand_to_person", "I want to talk to a human"),
        ("je veux parler à quelqu'un", "support__hand_to_person", "je veux parler à quelqu'un"),
    ],
)
async def test_words_use_a_tool(
    http: httpx2.AsyncClient, tools: list[Json], words: str, name: str, argument: str
) -> None:
    assert used(await start(http, words, tools=tools)) == [(name, argument)]


@pytest.mark.parametrize(
    ("words", "beginning"),
    [
        ("run code that lists the primes", "primes = "),
        ("exécute du code qui liste les nombres premiers", "primes = "),
        ("calculate the compound interest", "capital = "),
        ("calcule la moyenne du csv", "import csv"),
        ("compute the Fibonacci numbers", "a, b = 0, 1"),
        ("plot a sine", "import numpy"),
        ("trace une courbe", "import numpy"),
        ("plot the sales by quarter", "import matplotlib"),
        ("trace les ventes par trimestre", "import matplotlib"),
    ],
)
async def test_words_find_a_recorded_run(
    http: httpx2.AsyncClient, tools: list[Json], words: str, beginning: str
) -> None:
    [(name, code)] = used(await start(http, words, tools=tools))
    assert (name, code[: len(beginning)]) == ("code_interpreter", beginning)


@pytest.mark.parametrize(("greeting", "language"), [("hello", "en"), ("bonjour", "fr")])
async def test_the_help_names_what_the_tools_make_possible_and_it_is_understood(
    http: httpx2.AsyncClient, tools: list[Json], greeting: str, language: str
) -> None:
    words = WORDS[language]
    listed = said(await start(http, greeting, tools=tools))
    bare = said(await start(http, greeting))
    for key in ("try_search", "try_news", "try_code", "try_plot", "try_draw", "try_library", "try_human"):
        assert words[key] in listed
        assert words[key] not in bare
        assert len(used(await start(http, words[key].partition(" (")[0], tools=tools))) == 1, key
    for title in ("Gmail", "Google Calendar", "Notion", "Linear"):
        prompt = words["try_remote"].format(title=title)
        assert prompt in listed
        assert len(used(await start(http, prompt, tools=tools))) == 1


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("search the web for sleep", "it would need `web_search`"),
        ("calcule 1 + 1", "il faudrait `code_interpreter`"),
        ("draw a cat", "it would need `image_generation`"),
        ("what does the handbook say about holidays?", "it would need `document_library`"),
        ("I want to talk to a human", WORDS["en"]["no_human_tool"]),
        ("what is in the picture?", WORDS["en"]["no_file"]),
        ("call Gmail", WORDS["en"]["not_understood"]),
    ],
)
async def test_without_the_tool_that_is_said(http: httpx2.AsyncClient, api: AgentsApi, words: str, answer: str) -> None:
    api.switch(brain="rules")
    body = await start(http, words)
    assert answer in said(body)
    assert used(body) == []


@pytest.mark.parametrize(
    ("words", "urgency"),
    [("I want to talk to a human", "normal"), ("a human please, it is urgent", "high")],
)
async def test_a_person_is_fetched_with_reason_and_urgency(
    http: httpx2.AsyncClient, tools: list[Json], words: str, urgency: str
) -> None:
    body = await start(http, words, tools=tools)
    [call] = [one for one in body["outputs"] if one["type"] == "function.call"]
    assert json.loads(call["arguments"]) == {"reason": words, "urgency": urgency}
    answer = await appended(http, body["conversation_id"], [result(call["tool_call_id"], "[Ada] I have it.")])
    assert "Ada" in said(answer.json())


@pytest.mark.parametrize("words", ["think about the moon", "Réfléchis à la lune", "think hard: who are you?"])
async def test_thoughts_come_before_the_answer(http: httpx2.AsyncClient, tools: list[Json], words: str) -> None:
    body = await start(http, words, tools=tools)
    thought, text = body["outputs"][-1]["content"]
    assert (thought["type"], thought["closed"], text["type"]) == ("thinking", True, "text")
    assert words in thought["thinking"][0]["text"]
    assert body["usage"]["completion_tokens"] > len(text["text"]) // 4 + 20


async def test_much_reasoning_is_seen_and_may_leave_no_room_for_an_answer(
    http: httpx2.AsyncClient, tools: list[Json]
) -> None:
    body = await start(http, "thanks", tools=tools, completion_args={"reasoning_effort": "high"})
    assert [chunk["type"] for chunk in body["outputs"][0]["content"]] == ["thinking", "text"]
    cut = await start(http, "thanks", tools=tools, completion_args={"reasoning_effort": "high", "max_tokens": 5})
    assert [chunk["type"] for chunk in cut["outputs"][0]["content"]] == ["thinking"]
    assert cut["usage"]["completion_tokens"] >= 5
    little = await start(http, "thanks", tools=tools, completion_args={"reasoning_effort": "low"})
    assert said(little) == "You are welcome."


def inline(content: bytes, mimetype: str) -> str:
    return f"data:{mimetype};base64,{base64.b64encode(content).decode()}"


PICTURE: Json = {"type": "image_url", "image_url": {"url": inline(painting.picture("a cat"), "image/png")}}


@pytest.mark.parametrize(
    ("words", "chunk", "answer"),
    [
        ("what is in the picture?", PICTURE, "a picture (image/png, 3.1 kB, 480 × 320 pixels)"),
        ("que montre l'image ?", PICTURE, "une image (image/png, 3.1 kB, 480 × 320 pixels)"),
        ("have a look", {**PICTURE, "image_url": PICTURE["image_url"]["url"]}, "a picture (image/png"),
        (
            "what is in the file?",
            {
                "type": "document_url",
                "document_url": inline(b"Once upon a time", "text/plain"),
                "document_name": "s.txt",
            },
            "*s.txt*: text/plain, 16 B. It begins: “Once upon a time”",
        ),
        (
            "what does the PDF say?",
            {"type": "document_url", "document_url": inline(pdf("Invoice 7"), "application/pdf")},
            "application/pdf, 612 B, pages: 1. It begins: “Invoice 7”",
        ),
        (
            "read this file",
            {"type": "document_url", "document_url": inline(b"PK", "application/zip")},
            "I cannot read this kind",
        ),
        (
            "read this file",
            {"type": "document_url", "document_url": "https://example.org/a.pdf"},
            "*a.pdf*: it lies at another address, which I do not open.",
        ),
    ],
)
async def test_a_file_is_named_with_its_kind_size_and_first_words(
    http: httpx2.AsyncClient, tools: list[Json], words: str, chunk: Json, answer: str
) -> None:
    content = [{"type": "text", "text": words}, chunk]
    body = await start(http, [{"role": "user", "content": content}], tools=tools)
    assert answer in said(body).replace(f"{len(pdf('Invoice 7'))} B", "612 B")


async def test_an_uploaded_file_is_read_by_its_link_and_by_its_id(http: httpx2.AsyncClient, tools: list[Json]) -> None:
    sent = {"file": ("story.txt", b"Once upon a time")}
    file = (await http.post("/v1/files", files=sent, data={"purpose": "ocr"})).json()
    link = (await http.get(f"/v1/files/{file['id']}/url")).json()["url"]
    for chunk in (
        {"type": "document_url", "document_url": link},
        {"type": "tool_file", "tool": "code_interpreter", "file_id": file["id"]},
    ):
        content: Any = [{"type": "text", "text": "what is in the file?"}, chunk]
        body = await start(http, [{"role": "user", "content": content}], tools=tools)
        assert "*story.txt*: text/plain, 16 B. It begins: “Once upon a time”" in said(body)


async def test_a_request_is_taken_apart_as_json(http: httpx2.AsyncClient, tools: list[Json]) -> None:
    text = said(await start(http, "a train from Paris to Rome as JSON", tools=tools))
    told = json.loads(text.removeprefix("```json").removesuffix("```"))
    assert (told["places"], told["language"]) == (["Paris", "Rome"], "en")
