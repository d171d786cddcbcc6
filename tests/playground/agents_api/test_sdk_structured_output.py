"""The SDK asks for an answer by a pydantic model, and reads it back as one."""

from __future__ import annotations

from typing import Any

import pytest
from mistralai.client import Mistral, models
from mistralai.client.errors import HTTPValidationError
from mistralai.client.types.basemodel import BaseModel
from mistralai.extra.run.context import RunContext
from pydantic import ValidationError

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.steps import Say
from tests.playground.agents_api.talk import MODEL


class Weather(BaseModel):
    city: str
    degrees: float


SCHEMA = {
    "type": "json_schema",
    "json_schema": {
        "name": "Weather",
        "strict": True,
        "schema": {
            "title": "Weather",
            "type": "object",
            "properties": {
                "city": {"title": "City", "type": "string"},
                "degrees": {"title": "Degrees", "type": "number"},
            },
            "required": ["city", "degrees"],
            "additionalProperties": False,
        },
    },
}


async def test_a_run_of_a_model_answers_in_its_format(runner: Mistral, api: AgentsApi) -> None:
    api.script.will(Say(text='{"city": "Paris", "degrees": 21.5}'))

    async with RunContext(model=MODEL, output_format=Weather) as run:
        result = await runner.beta.conversations.run_async(
            run_ctx=run, inputs="weather in Paris?", completion_args={"temperature": 0.1}
        )

    assert result.output_as_model == Weather(city="Paris", degrees=21.5)
    (started,) = api.requests("conversations.start")
    assert started.body is not None
    assert started.body["completion_args"] == {"temperature": 0.1, "response_format": SCHEMA}


async def test_a_run_of_an_agent_writes_the_format_over_the_agents_arguments(runner: Mistral, api: AgentsApi) -> None:
    """Its temperature is gone afterwards: why we send `completion_args` with the start instead."""
    agent = await runner.beta.agents.create_async(model=MODEL, name="met", completion_args={"temperature": 0.2})
    api.script.will(Say(text='{"city": "Oslo", "degrees": -3}'))

    async with RunContext(agent_id=agent.id, output_format=Weather) as run:
        stream = await runner.beta.conversations.run_stream_async(run_ctx=run, inputs="weather in Oslo?")
        result: Any = [event async for event in stream][-1]

    assert result.output_as_model == Weather(city="Oslo", degrees=-3)
    (update,) = api.requests("agents.update")
    assert update.body is not None
    assert update.body["completion_args"] == {"response_format": SCHEMA}


async def test_an_answer_that_breaks_the_format_is_the_callers_error(runner: Mistral, api: AgentsApi) -> None:
    """The SDK does not ask again."""
    api.script.will(Say(text='{"city": "Paris"}'))
    async with RunContext(model=MODEL, output_format=Weather) as run:
        result = await runner.beta.conversations.run_async(run_ctx=run, inputs="weather?")
    with pytest.raises(ValidationError, match="degrees"):
        _ = result.output_as_model
    assert len(api.requests()) == 1


async def test_a_format_can_be_given_with_every_request(sdk: Mistral, api: AgentsApi) -> None:
    args = models.CompletionArgs(response_format=models.ResponseFormat.model_validate(SCHEMA))
    talk = sdk.beta.conversations
    started = await talk.start_async(model=MODEL, inputs="hello", completion_args=args)
    await talk.append_async(
        conversation_id=started.conversation_id,
        inputs="again",
        completion_args=models.CompletionArgs(response_format=models.ResponseFormat(type="json_object")),
    )
    appended = api.requests("conversations.append")[0].body
    assert appended is not None
    assert appended["completion_args"] == {"response_format": {"type": "json_object"}}
    with pytest.raises(HTTPValidationError) as refused:
        await talk.start_async(model=MODEL, inputs="x", completion_args={"temperature": 1.2})
    assert refused.value.status_code == 422
