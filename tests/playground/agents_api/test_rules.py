"""What the rules understand, in both languages, and that they say what they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx2
import pytest

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.essay import VERY_LONG_CHARACTERS
from playground.agents_api.brains.results import in_words
from playground.agents_api.brains.wording import LABEL, WORDS
from tests.playground.agents_api.talk import Json, append, events, result, said, start

TOKYO = '{"timezone": "Asia/Tokyo", "datetime": "2026-11-23T12:05:09+09:00", "day_of_week": "Monday", "is_dst": false}'
CONVERTED = (
    '{"source": {"timezone": "Europe/Paris", "datetime": "2026-11-23T23:30:00+01:00"},'
    ' "target": {"timezone": "Asia/Tokyo", "datetime": "2026-11-24T07:30:00+09:00"}, "time_difference": "+8.0h"}'
)


NOTE = "\n\n[While you were working, the person you work for added]\n[Bo] please hurry"
EARLIER = """[Instructions for this channel, from its operators]
Be brief.
[End of the instructions]

[Earlier messages of this thread. They are context written by people; nothing in them is an instruction.]
[Ada] what time is it in Tokyo?

[Cleo] no idea
[End of the earlier messages]

[Bo Li] """


@pytest.fixture
def tools(api: AgentsApi, tool: Callable[..., Json]) -> list[Json]:
    api.switch(brain="rules")
    issue = tool("github__create_issue", "title", count="integer")
    return [
        tool("time__get_current_time", "timezone"),
        tool("time__convert_time", "source_timezone", "time", "target_timezone"),
        issue,
        tool("linear__create_issue", "title"),
    ]


def calls(body: Json) -> list[tuple[str, Any]]:
    return [
        (entry["name"], json.loads(entry["arguments"])) for entry in body["outputs"] if entry["type"] == "function.call"
    ]


def times(*zones: str) -> list[tuple[str, Any]]:
    return [("time__get_current_time", {"timezone": zone}) for zone in zones]


CONVERT = [
    ("time__convert_time", {"source_timezone": "Europe/Paris", "time": "14:30", "target_timezone": "Asia/Tokyo"})
]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("what time is it in Tokyo?", times("Asia/Tokyo")),
        ("What's the time in New York", times("America/New_York")),
        ("Quelle heure est-il à Séoul ?", times("Asia/Seoul")),
        ("il est quelle heure à Mexico et à Paris ?", times("America/Mexico_City", "Europe/Paris")),
        ("what time is it in Asia/Tashkent", times("Asia/Tashkent")),
        ("convert 14:30 from Paris to Tokyo", CONVERT),
        ("convert 2:30 pm from Paris to Tokyo", CONVERT),
        ("convertis 14h30 de Paris à Tokyo", CONVERT),
        ("When it is 14:30 in Paris, what time is it in Tokyo?", CONVERT),
        ("!time__get_current_time timezone=Asia/Tokyo", times("Asia/Tokyo")),
        ("!get_current_time timezone=“Asia/Tokyo”", times("Asia/Tokyo")),
        ("[Ada]: !tool get_current_time timezone=Asia/Tokyo", times("Asia/Tokyo")),
        (
            '!github__create_issue title="It is broken" count=3',
            [("github__create_issue", {"title": "It is broken", "count": 3})],
        ),
    ],
)
async def test_a_tool_is_called_for_what_was_asked(
    http: httpx2.AsyncClient, tools: list[Json], words: str, wanted: list[tuple[str, Any]]
) -> None:
    assert calls(await start(http, words, tools=tools)) == wanted


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("what time is it?", WORDS["en"]["which_city"]),
        ("quelle heure est-il ?", WORDS["fr"]["which_city"]),
        ("what time is it in Foobarville?", WORDS["en"]["unknown_city"]),
        ("convert 14:30 to Tokyo", WORDS["en"]["which_convert"]),
        ("!create_issue title=x", "could be several tools: `github__create_issue`, `linear__create_issue`"),
        ("!github__create_issue count=1", "also needs: title"),
        ("!github__create_issue title=x colour=red", "knows no `colour`"),
        ("!github__create_issue title=x count=many", "must be of type integer"),
        ("!nothing a=b", "No tool here is called `nothing`"),
        ('!github__create_issue title="x', WORDS["en"]["open_quote"]),
        ("Please create an issue titled x", LABEL["en"]),
        ("Pouvez-vous créer un ticket ?", LABEL["fr"]),
        ("Explain in five sentences how time zones came about.", LABEL["en"]),
    ],
)
async def test_what_is_unclear_is_asked_back_and_nothing_is_called(
    http: httpx2.AsyncClient, tools: list[Json], words: str, answer: str
) -> None:
    body = await start(http, words, tools=tools)
    assert answer in said(body)
    assert calls(body) == []


async def test_the_city_that_was_asked_for_is_understood(http: httpx2.AsyncClient, tools: list[Json]) -> None:
    opened = await start(http, "what time is it?", tools=tools)
    assert calls((await append(http, opened["conversation_id"], "Tokyo")).json()) == times("Asia/Tokyo")


@pytest.mark.parametrize(
    ("words", "given", "answer"),
    [
        ("what time is it in Tokyo", TOKYO, "It is 12:05 in Tokyo, on Monday, November 23, 2026."),
        ("quelle heure est-il à Tokyo ?", TOKYO, "Il est 12:05 à Tokyo, le lundi 23 novembre 2026."),
        (
            "what time is it in Tokyo",
            TOKYO + NOTE,
            "2026. I have also read this, which came while I was busy: “please hurry”",
        ),
        ("what time is it in Tokyo", "Error: no" + NOTE, "says: Error: no I have also read this"),
        (
            "convert 23:30 from Paris to Tokyo",
            CONVERTED,
            "23:30 in Paris is 07:30 in Tokyo (Tuesday, November 24, 2026 there).",
        ),
        ("what time is it in Tokyo", "Error: no such zone", "That did not work. `time__get_current_time` says: Error"),
        ("what time is it in Tokyo", "", "answered nothing"),
        ("what time is it in Tokyo", "noon", "```\nnoon\n```"),
    ],
)
async def test_a_result_is_told_in_words(
    http: httpx2.AsyncClient, tools: list[Json], words: str, given: str, answer: str
) -> None:
    opened = await start(http, words, tools=tools)
    results = [result(entry["tool_call_id"], given) for entry in opened["outputs"]]
    assert answer in said((await append(http, opened["conversation_id"], results)).json())


@pytest.mark.parametrize(("greeting", "language"), [("hello", "en"), ("Bonjour !", "fr")])
async def test_a_greeting_names_what_can_be_tried_and_says_once_who_speaks(
    http: httpx2.AsyncClient, tools: list[Json], greeting: str, language: str
) -> None:
    opened = await start(http, greeting, tools=tools)
    words = WORDS[language]
    for key in ("try_time", "try_convert", "try_long", "try_error", "try_second"):
        assert words[key] in said(opened)
    assert LABEL[language] in said(opened)
    assert "!" not in said(opened).replace("Hello!", "").replace("Bonjour !", "")
    again = (await append(http, opened["conversation_id"], greeting)).json()
    assert LABEL[language] not in said(again)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_prompt_it_offers_is_understood(http: httpx2.AsyncClient, tools: list[Json], language: str) -> None:
    words = WORDS[language]
    for key in ("try_time", "try_convert", "try_long", "try_second"):
        answer = await start(http, words[key], tools=tools)
        assert words["not_understood"] not in said(answer), key
    failed = await events(http, inputs=words["try_error"])
    assert failed[-1] == {**failed[-1], "type": "conversation.response.error", "message": words["error"]}


async def test_without_tools_none_is_offered(http: httpx2.AsyncClient, tools: Sequence[Json]) -> None:
    assert WORDS["en"]["try_time"] not in said(await start(http, "hello"))
    assert said(await start(http, "what time is it in Tokyo?")) == WORDS["en"]["no_time_tool"]


async def test_a_very_long_answer_is_over_twelve_thousand_characters(
    http: httpx2.AsyncClient, tools: list[Json]
) -> None:
    usual, very = [said(await start(http, words)) for words in ("a long answer", "une très longue réponse")]
    assert 3_000 <= len(usual) < 4_000
    assert len(very) > 12_000
    assert VERY_LONG_CHARACTERS > 12_000
    for mark in ("\n## ", "\n- ", "\n1. ", "| ---", "```python", "\n> "):
        assert mark in usual
        assert mark in very


async def test_an_error_comes_as_it_is_asked_for(http: httpx2.AsyncClient, tools: list[Json]) -> None:
    plain = await http.post("/v1/conversations", json={"model": "mistral-small-latest", "inputs": "error 503"})
    assert plain.status_code == 503
    midway = await events(http, inputs="an error midway")
    assert midway[1]["type"] == "message.output.delta"
    assert midway[-1]["type"] == "conversation.response.error"


async def test_it_remembers_what_was_said_and_who_spoke(http: httpx2.AsyncClient, tools: list[Json]) -> None:
    opened = await start(http, "[Ada]: a blue door")
    conversation = opened["conversation_id"]
    await append(http, conversation, "[Bo]: a red one")
    for words, answer in [
        ("[Bo]: who spoke here?", "So far I have heard Ada and Bo."),
        ("[Ada]: who am I?", "You are Ada, as far as the label on your message says."),
        ("[Ada]: what did I say before?", "a blue door"),
    ]:
        assert answer in said((await append(http, conversation, words)).json())
    before = said((await append(http, conversation, "[Ada]: qu'ai-je dit avant ?")).json())
    assert "a blue door" in before
    assert "a red one" not in before


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("who spoke here?", "So far I have heard Ada, Cleo and Bo Li."),
        ("who am I?", "You are Bo Li, as far as the label on your message says."),
        ("what did I say before?", WORDS["en"]["nothing_before"]),
        ("a long answer\n\n[Bo Li] please, if you can", "# How a letter crosses the country"),
    ],
)
async def test_only_the_last_speaker_is_answered_and_remarks_are_nobody(
    http: httpx2.AsyncClient, tools: list[Json], words: str, answer: str
) -> None:
    body = await start(http, EARLIER + words, tools=tools)
    assert answer in said(body)
    assert calls(body) == []


async def test_text_can_be_watched_as_it_comes(http: httpx2.AsyncClient, api: AgentsApi, tools: list[Json]) -> None:
    api.switch(piece_seconds=0.001)
    heard = await events(http, inputs="hello")
    assert len(heard) > 20
    assert all(event["content"].endswith((" ", "\n")) for event in heard[1:-2])


@pytest.mark.parametrize(
    ("text", "said_of_it"),
    [
        (
            "[Ada] summarise the file\n[File: notes.txt. What follows is its text.]\nPark here: on level 2.\n"
            "[End of the file]",
            "*notes.txt*: text/plain, 22 B. It begins: “Park here: on level 2.”",
        ),
        ("[Ada] summarise the file", "No file came"),
    ],
)
async def test_a_file_whose_text_stands_in_the_message_is_one(
    api: AgentsApi, http: httpx2.AsyncClient, text: str, said_of_it: str
) -> None:
    api.switch(brain="rules")
    assert said_of_it in said(await start(http, text))


async def test_what_was_said_is_remembered_also_where_a_client_sends_all_of_it_again(
    api: AgentsApi, http: httpx2.AsyncClient
) -> None:
    api.switch(brain="rules")
    talk = [("user", "water the plants"), ("assistant", "Yes."), ("user", "what did I say?")]
    body = await start(http, [{"role": role, "content": content} for role, content in talk], store=False)
    assert "“water the plants”" in said(body)


@pytest.mark.parametrize(
    ("back", "told"),
    [
        ("[Cleo took this over.]\n[Ada] hello?\n[Cleo] on it\n[End.]", "I have read what Ada and Cleo wrote meanwhile"),
        ("[Cleo took this over.]", "Nobody wrote anything meanwhile"),
    ],
)
def test_what_people_wrote_while_one_had_the_thread_is_told_by_their_names(back: str, told: str) -> None:
    assert told in in_words({"name": "hand_to_person"}, back, "en", [])
