"""The SDK watches handoffs: run by the service, or given back to the caller, who goes on in one of two ways."""

from __future__ import annotations

from typing import Any

import pytest
from mistralai.client import Mistral, models
from mistralai.client.errors import HTTPValidationError, SDKError

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.steps import CallFunction, HandOff, Say
from tests.playground.agents_api.talk import MODEL

Team = tuple[models.Agent, models.Agent, models.Agent]


@pytest.fixture
async def team(sdk: Mistral) -> Team:
    """front → technical → billing → front: circles are legal, so the last handoff needs an update."""
    agents = sdk.beta.agents
    front = await agents.create_async(model=MODEL, name="front", description="Greets.")
    billing = await agents.create_async(model=MODEL, name="billing", description="Bills.", handoffs=[front.id])
    technical = await agents.create_async(model=MODEL, name="technical", description="Fixes.", handoffs=[billing.id])
    front = await agents.update_async(agent_id=front.id, handoffs=[technical.id])
    return front, technical, billing


def shown(outputs: Any) -> list[str]:
    """Who said what and who passed on to whom, one word an entry."""
    return [
        f"{entry.previous_agent_name}>{entry.next_agent_name}"
        if isinstance(entry, models.AgentHandoffEntry)
        else f"{entry.type} {entry.agent_id}"
        for entry in outputs
    ]


async def test_the_service_passes_on_along_a_chain(sdk: Mistral, api: AgentsApi, team: Team) -> None:
    front, technical, billing = team
    assert front.handoffs == [technical.id]
    api.script.will(Say(text="I ask."), HandOff(to="technical"), HandOff(to="billing"), Say(text="Paid."))

    answer = await sdk.beta.conversations.start_async(agent_id=front.id, inputs="my bill?", handoff_execution="server")

    assert shown(answer.outputs) == [
        f"message.output {front.id}",
        "front>technical",
        "technical>billing",
        f"message.output {billing.id}",
    ]
    again = await sdk.beta.conversations.append_async(conversation_id=answer.conversation_id, inputs="and?")
    assert shown(again.outputs) == [f"message.output {billing.id}"]


async def test_a_function_of_an_agent_that_took_over_is_answered_in_the_same_conversation(
    sdk: Mistral, api: AgentsApi, team: Team
) -> None:
    front, technical, _ = team
    api.script.will(HandOff(to="technical"), CallFunction(name="ping", arguments={}, tool_call_id="one"))
    talk = sdk.beta.conversations
    answer = await talk.start_async(agent_id=front.id, inputs="is it up?")
    call = answer.outputs[-1]
    assert isinstance(call, models.FunctionCallEntry)
    assert call.agent_id == technical.id

    result: Any = [models.FunctionResultEntry(tool_call_id="one", result="pong")]
    after = await talk.append_async(conversation_id=answer.conversation_id, inputs=result)

    assert shown(after.outputs) == [f"message.output {technical.id}"]


async def test_a_handoff_given_back_is_the_last_entry_and_is_resumed_in_place(
    sdk: Mistral, api: AgentsApi, team: Team
) -> None:
    front, technical, _ = team
    api.script.will(Say(text="Technical knows."), HandOff(to="technical"), Say(text="never said"))
    talk = sdk.beta.conversations
    answer = await talk.start_async(agent_id=front.id, inputs="help", handoff_execution="client")
    assert shown(answer.outputs) == [f"message.output {front.id}", "front>technical"]

    nothing: Any = []
    after = await talk.append_async(conversation_id=answer.conversation_id, inputs=nothing, handoff_execution="client")

    assert shown(after.outputs) == [f"message.output {technical.id}"]


async def test_a_handoff_given_back_is_taken_over_in_a_new_conversation(
    sdk: Mistral, api: AgentsApi, team: Team
) -> None:
    front, technical, _ = team
    api.script.will(HandOff(to="technical"))
    talk = sdk.beta.conversations
    async with await talk.start_stream_async(agent_id=front.id, inputs="help", handoff_execution="client") as stream:
        events = [event async for event in stream]
    assert [event.event for event in events] == [
        "conversation.response.started",
        "agent.handoff.started",
        "agent.handoff.done",
        "conversation.response.done",
    ]
    assert isinstance(events[0].data, models.ResponseStartedEvent)
    history = await talk.get_history_async(conversation_id=events[0].data.conversation_id)
    assert [entry.type for entry in history.entries] == ["message.input", "agent.handoff"]

    replayed: Any = history.entries
    after = await talk.start_async(agent_id=technical.id, inputs=replayed)

    assert after.conversation_id != history.conversation_id
    assert shown(after.outputs) == [f"message.output {technical.id}"]


async def test_a_start_names_a_version_or_an_alias_of_its_agent(sdk: Mistral, api: AgentsApi) -> None:
    agents, talk = sdk.beta.agents, sdk.beta.conversations
    made = await agents.create_async(model=MODEL, name="one", instructions="a")
    await agents.update_async(agent_id=made.id, model="mistral-large-latest")
    await agents.create_version_alias_async(agent_id=made.id, alias="prod", version=0)

    models_used = []
    for version in (None, 0, "prod"):
        answer = await talk.start_async(agent_id=made.id, agent_version=version, inputs="hello")
        (message,) = answer.outputs
        assert isinstance(message, models.MessageOutputEntry)
        models_used.append(message.model)
        kept = await talk.get_async(conversation_id=answer.conversation_id)
        assert isinstance(kept, models.AgentConversation)
        assert kept.agent_version == version
    assert models_used == ["mistral-large-latest", MODEL, MODEL]
    with pytest.raises(SDKError, match="not found"):
        await talk.start_async(agent_id=made.id, agent_version="never", inputs="hello")


async def test_agent_and_model_exclude_each_other(sdk: Mistral, team: Team) -> None:
    with pytest.raises(HTTPValidationError, match="Exactly one of 'agent_id' and 'model'"):
        await sdk.beta.conversations.start_async(agent_id=team[0].id, model=MODEL, inputs="x")


async def test_what_is_not_stored_cannot_be_continued_but_replayed(sdk: Mistral, api: AgentsApi) -> None:
    talk = sdk.beta.conversations
    answer = await talk.start_async(model=MODEL, inputs="hello", store=False)
    with pytest.raises(SDKError, match="not found"):
        await talk.append_async(conversation_id=answer.conversation_id, inputs="again")
    assert await talk.list_async() == []

    replay: Any = [models.MessageInputEntry(role="user", content="hello"), *answer.outputs,
                   models.MessageInputEntry(role="user", content="again")]  # fmt: skip
    after = await talk.start_async(model=MODEL, inputs=replay, store=False)
    assert [entry.content for entry in after.outputs if isinstance(entry, models.MessageOutputEntry)] == [
        "answer to: again"
    ]
