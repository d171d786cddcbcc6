"""Structured output by the rules: what fits the schema, and what breaks it when that is asked for."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import jsonschema
import pytest
from mistralai.client import Mistral
from mistralai.extra import response_format_from_pydantic_model
from pydantic import BaseModel

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.structured import Source, instance
from tests.playground.agents_api.talk import MODEL, START, Json, append, said, start

TRIP: Json = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "nights": {"type": "integer", "minimum": 1},
        "kind": {"enum": ["hotel", "flat"]},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "guest": {"$ref": "#/$defs/guest"},
        "urgent": {"type": "boolean"},
        "note": {"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 10}]},
    },
    "required": ["city", "nights", "guest"],
    "additionalProperties": False,
    "$defs": {
        "guest": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "email": {"type": "string", "format": "email"}},
            "required": ["name", "email"],
        }
    },
}


def formatted(schema: Json) -> Json:
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}}


@pytest.fixture(autouse=True)
def rules(api: AgentsApi) -> None:
    api.switch(brain="rules")


async def test_an_answer_fits_its_schema_and_is_made_of_the_words(http: httpx2.AsyncClient) -> None:
    words = "An urgent flat in Rome for 3 nights for Bo Li, bo@example.org"
    body = await start(http, words, completion_args=formatted(TRIP))
    made = json.loads(said(body))
    jsonschema.validate(made, TRIP)
    assert (made["city"], made["nights"], made["kind"], made["urgent"]) == ("Rome", 3, "flat", True)
    assert made["guest"] == {"name": "Bo Li", "email": "bo@example.org"}
    assert said(await start(http, words, completion_args=formatted(TRIP))) == said(body)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 30},
        {"type": "number", "minimum": 10, "maximum": 20},
        {"type": "integer", "exclusiveMinimum": 100},
        {"type": "array", "items": {"type": "integer"}, "minItems": 4},
        {"type": "array", "items": {"type": "object", "properties": {"a": {"const": 7}}, "required": ["a"]}},
        {"type": ["null", "string"]},
        {"oneOf": [{"type": "integer"}, {"type": "string"}]},
        {"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"type": "string", "format": "date"}}}]},
        {"$ref": "#/$defs/n", "$defs": {"n": {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}}}},
        {},
    ],
)
def test_every_kind_of_schema_gets_something_that_fits(schema: Json) -> None:
    for words in ("", "12 apples on 2026-11-23 for Ada", "douze pommes"):
        jsonschema.validate(instance(schema, Source(words, "said", "en")), schema)


async def test_a_broken_answer_comes_once_and_with_always_each_time(http: httpx2.AsyncClient) -> None:
    def fits(body: Json) -> bool:
        return "city" in json.loads(said(body))

    asked = formatted(TRIP)
    broken = await start(http, "Rome, broken schema", completion_args=asked)
    assert not fits(broken)
    assert fits(
        (await append(http, broken["conversation_id"], "city is missing, once more", completion_args=asked)).json()
    )
    stubborn = await start(http, "Rome, schéma cassé toujours", completion_args=asked)
    again = await append(http, stubborn["conversation_id"], "once more", completion_args=asked)
    assert (fits(stubborn), fits(again.json())) == (False, False)


async def test_a_json_object_holds_the_answer(http: httpx2.AsyncClient) -> None:
    body = await start(http, "thanks", completion_args={"response_format": {"type": "json_object"}})
    assert json.loads(said(body))["answer"] == "You are welcome."


async def test_tools_are_used_before_the_answer_is_written(http: httpx2.AsyncClient) -> None:
    schema = {"type": "object", "properties": {"summary": {"type": "string"}}, "required": ["summary"]}
    body = await start(
        http, "search the web for sleep", tools=[{"type": "web_search"}], completion_args=formatted(schema)
    )
    assert [one["type"] for one in body["outputs"]] == ["tool.execution", "message.output"]
    assert "seven to nine hours" in json.loads(body["outputs"][1]["content"])["summary"]


async def test_the_sdk_asks_for_a_model_of_an_agent(sdk: Mistral) -> None:
    class Ticket(BaseModel):
        title: str
        urgency: str
        tags: list[str]

    arguments: Any = {"response_format": response_format_from_pydantic_model(Ticket)}
    agent = await sdk.beta.agents.create_async(model=MODEL, name="tickets", completion_args=arguments)
    answer: Any = await sdk.beta.conversations.start_async(agent_id=agent.id, inputs="The export is broken, urgent!")
    ticket = Ticket.model_validate_json(answer.outputs[0].content)
    assert (ticket.title, ticket.urgency) == ("The export is broken, urgent!", "high")


@pytest.mark.parametrize(
    "response_format",
    [
        {"type": "json_schema"},
        {"type": "json_schema", "json_schema": {"schema": {}}},
        {"type": "json_schema", "json_schema": {"name": "x"}},
        {"type": "json_schema", "json_schema": {"name": "x", "schema_definition": {}}},
        {"type": "json_object", "json_schema": {"name": "x", "schema": {}}},
        {"type": "xml"},
    ],
)
async def test_a_format_that_does_not_fit_is_refused(http: httpx2.AsyncClient, response_format: Json) -> None:
    body = {"model": MODEL, "inputs": "x", "completion_args": {"response_format": response_format}}
    assert (await http.post(START, json=body)).status_code == 422
