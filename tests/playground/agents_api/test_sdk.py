"""The official SDK drives the stand-in: its models accept every answer, entry, chunk and event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mistralai.client import Mistral, models
from mistralai.client.errors import HTTPValidationError, SDKError

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.steps import (
    AddChunk,
    AnyStep,
    CallFunction,
    FailInStream,
    HandOff,
    RunTool,
    Say,
    SendUnknown,
)
from tests.playground.agents_api.talk import MODEL, Json

CHUNKS: list[Json] = [
    {"type": "tool_reference", "tool": "web_search", "title": "Winners", "url": "https://example.org/w"},
    {"type": "image_url", "image_url": {"url": "https://example.org/i.png", "detail": "low"}},
    {"type": "document_url", "document_url": "https://example.org/d.pdf", "document_name": "d"},
    {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}], "closed": True},
    {"type": "tool_file", "tool": "image_generation", "file_id": "f1", "file_name": "i_0", "file_type": "png"},
]
EVERYTHING: list[AnyStep] = [
    Say(text="I ask a colleague."),
    HandOff(to="search"),
    RunTool(name="web_search", arguments={"query": "euro 2024"}, info={"n": 1}, tokens=7112),
    Say(text="Spain won"),
    *[AddChunk(chunk=chunk) for chunk in CHUNKS],
    Say(text="."),
    CallFunction(name="get_weather", arguments={"city": "Paris"}, fragments=3),
    CallFunction(name="mail", arguments={"limit": 1}, pending=True),
]


@pytest.fixture
async def team(sdk: Mistral, tool: Callable[..., Json]) -> tuple[models.Agent, models.Agent]:
    search = await sdk.beta.agents.create_async(model=MODEL, name="search", tools=[models.WebSearchTool()])
    function: Any = tool("get_weather", "city")
    triage = await sdk.beta.agents.create_async(model=MODEL, name="triage", handoffs=[search.id], tools=[function])
    return triage, search


async def test_the_sdk_starts_continues_reads_and_deletes_a_conversation(sdk: Mistral, api: AgentsApi) -> None:
    talk = sdk.beta.conversations
    started = await talk.start_async(model=MODEL, inputs="hello", metadata={"slack": "T1/C1"}, instructions="Be brief.")
    again = await talk.append_async(conversation_id=started.conversation_id, inputs="again")

    assert again.conversation_id == started.conversation_id
    assert [message.content for message in again.outputs if isinstance(message, models.MessageOutputEntry)] == [
        "answer to: again"
    ]
    kept = await talk.get_history_async(conversation_id=started.conversation_id)
    assert [entry.type for entry in kept.entries] == ["message.input", "message.output"] * 2
    messages = await talk.get_messages_async(conversation_id=started.conversation_id)
    assert len(messages.messages) == 4
    seen = await talk.get_async(conversation_id=started.conversation_id)
    assert isinstance(seen, models.ModelConversation)
    assert seen.instructions == "Be brief."
    assert [one.id for one in await talk.list_async(metadata={"slack": "T1/C1"})] == [started.conversation_id]
    assert await talk.list_async(metadata={"slack": "elsewhere"}) == []
    await talk.delete_async(conversation_id=started.conversation_id)
    with pytest.raises(SDKError, match="not found"):
        await talk.get_async(conversation_id=started.conversation_id)


async def test_the_sdk_branches_only_what_was_appended_to(sdk: Mistral) -> None:
    talk = sdk.beta.conversations
    started = await talk.start_async(model=MODEL, inputs="first")
    first = (await talk.get_history_async(conversation_id=started.conversation_id)).entries[1]
    assert isinstance(first.id, str)
    with pytest.raises(SDKError, match="appended to at least once"):
        await talk.restart_async(conversation_id=started.conversation_id, from_entry_id=first.id, inputs="b")
    await talk.append_async(conversation_id=started.conversation_id, inputs="second")

    branch = await talk.restart_async(conversation_id=started.conversation_id, from_entry_id=first.id, inputs="other")

    assert branch.conversation_id != started.conversation_id
    kept = await talk.get_history_async(conversation_id=branch.conversation_id)
    assert [entry.content for entry in kept.entries if isinstance(entry, models.MessageInputEntry)] == [
        "first",
        "other",
    ]


async def test_the_sdk_reads_every_entry_and_chunk(
    sdk: Mistral, api: AgentsApi, team: tuple[models.Agent, models.Agent]
) -> None:
    triage, search = team
    api.script.will(*EVERYTHING)

    answer = await sdk.beta.conversations.start_async(agent_id=triage.id, inputs="who won?")

    assert [entry.type for entry in answer.outputs] == [
        "message.output",
        "agent.handoff",
        "tool.execution",
        "message.output",
        "function.call",
        "function.call",
    ]
    message = answer.outputs[3]
    assert isinstance(message, models.MessageOutputEntry)
    assert message.agent_id == search.id
    assert isinstance(message.content, list)
    assert [chunk.type for chunk in message.content] == ["text", *[chunk["type"] for chunk in CHUNKS], "text"]
    assert answer.usage.connectors == {"web_search": 1}
    assert answer.usage.connector_tokens == 7112
    kept = await sdk.beta.conversations.get_history_async(conversation_id=answer.conversation_id)
    assert len(kept.entries) == 7


async def test_the_sdk_reads_every_event(sdk: Mistral, api: AgentsApi, team: tuple[models.Agent, models.Agent]) -> None:
    api.script.will(*EVERYTHING, SendUnknown(event={"type": "agent.nap.started"}), FailInStream(message="oh", code=3))

    async with await sdk.beta.conversations.start_stream_async(agent_id=team[0].id, inputs="who won?") as stream:
        heard = [event async for event in stream]

    names = [event.event for event in heard]
    known = {
        "conversation.response.started",
        "message.output.delta",
        "agent.handoff.started",
        "agent.handoff.done",
        "tool.execution.started",
        "tool.execution.delta",
        "tool.execution.done",
        "function.call.delta",
        "conversation.response.error",
    }
    assert set(names) == known | {"agent.nap.started"}
    assert names[0] == "conversation.response.started"
    assert [event.event for event in heard if isinstance(event.data, models.UnknownConversationEventsData)] == [
        "agent.nap.started"
    ]
    calls = [event.data for event in heard if isinstance(event.data, models.FunctionCallEvent)]
    assert "".join(call.arguments for call in calls if call.name == "get_weather") == '{"city": "Paris"}'
    assert len(calls) > 3
    assert {call.confirmation_status for call in calls if call.name == "mail"} == {"pending"}


async def test_the_sdk_answers_calls_and_confirmations_in_a_stream(sdk: Mistral, api: AgentsApi) -> None:
    api.script.will(
        CallFunction(name="f", tool_call_id="one"), CallFunction(name="mail", tool_call_id="two", pending=True)
    )
    talk = sdk.beta.conversations
    opened = await talk.start_async(model=MODEL, inputs="do it")

    results: list[Any] = [models.FunctionResultEntry(tool_call_id="one", result="1")]
    async with await talk.append_stream_async(
        conversation_id=opened.conversation_id,
        inputs=results,
        tool_confirmations=[models.ToolCallConfirmation(tool_call_id="two", confirmation="allow")],
    ) as stream:
        names = [event.event async for event in stream]

    assert names[:4] == [
        "conversation.response.started",
        "tool.execution.started",
        "tool.execution.delta",
        "tool.execution.done",
    ]
    assert names[-1] == "conversation.response.done"
    kept = await talk.get_history_async(conversation_id=opened.conversation_id)
    assert [entry.confirmation_status for entry in kept.entries if isinstance(entry, models.FunctionCallEntry)][
        1
    ] == "allowed"


async def test_the_sdk_manages_agents_versions_and_aliases(sdk: Mistral) -> None:
    agents = sdk.beta.agents
    made = await agents.create_async(
        model=MODEL, name="one", instructions="a", completion_args={"temperature": 0.2}, metadata={"owner": "bot"}
    )
    assert (made.version, made.versions) == (0, [0])
    changed = await agents.update_async(agent_id=made.id, instructions="b", deployment_chat=True)
    assert (changed.version, changed.versions, changed.name, changed.instructions) == (1, [0, 1], "one", "b")
    assert changed.deployment_chat
    back = await agents.update_version_async(agent_id=made.id, version=0)
    assert (back.version, back.instructions) == (0, "a")

    alias = await agents.create_version_alias_async(agent_id=made.id, alias="prod", version=1)
    assert (alias.alias, alias.version) == ("prod", 1)
    assert (await agents.get_async(agent_id=made.id, agent_version="prod")).instructions == "b"
    assert (await agents.get_async(agent_id=made.id)).instructions == "a"
    assert (await agents.get_version_async(agent_id=made.id, version="1")).version == 1
    assert [one.alias for one in await agents.list_version_aliases_async(agent_id=made.id)] == ["prod"]
    await agents.delete_version_alias_async(agent_id=made.id, alias="prod")
    assert [one.version for one in await agents.list_versions_async(agent_id=made.id)] == [1, 0]

    for number in range(4):
        await agents.create_async(model=MODEL, name=f"more {number}")
    page: Any = await agents.list_pages_async(page_size=2)
    names = []
    while page is not None:
        names += [agent.name for agent in page.result.data]
        page = await page.next()
    assert names == ["more 3", "more 2", "more 1", "more 0", "one"]
    owned: Any = await agents.list_pages_async(metadata={"owner": "bot"})
    assert [agent.name for agent in owned.result.data] == ["one"]
    with pytest.warns(DeprecationWarning, match="list_pages"):
        assert [agent.name for agent in await agents.list_async(search="MORE 3")] == ["more 3"]
    await agents.delete_async(agent_id=made.id)
    with pytest.raises(SDKError, match="not found"):
        await agents.get_async(agent_id=made.id)


async def test_the_sdk_understands_a_refused_body(sdk: Mistral) -> None:
    with pytest.raises((HTTPValidationError, SDKError)) as refused:
        await sdk.beta.conversations.start_async(model=MODEL, inputs="x", handoff_execution="client")
    assert "can't contain the following fields handoff_execution" in refused.value.body
    assert refused.value.status_code == 422


async def test_the_sdk_lists_models(sdk: Mistral) -> None:
    listed: Any = await sdk.models.list_async()
    assert MODEL in [model.id for model in listed.data]
