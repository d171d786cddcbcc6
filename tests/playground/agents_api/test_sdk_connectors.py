"""The SDK hears each of the service's own tools at work."""

from __future__ import annotations

from typing import Any

import pytest
from mistralai.client import Mistral, models

from playground.agents_api.app import AgentsApi
from tests.playground.agents_api.talk import MODEL

HANDBOOK = b"# Holidays\n\nEveryone has thirty days of holidays a year.\n"
CONNECTORS: list[tuple[str, Any, str, str, set[str]]] = [
    (
        "web_search", {"type": "web_search"}, "search the web for night trains in Europe",
        "web_search", {"text", "tool_reference"},
    ),
    (
        "web_search_premium", {"type": "web_search_premium"}, "latest news about electricity prices",
        "news_search", {"text", "tool_reference"},
    ),
    (
        "code_interpreter", {"type": "code_interpreter"}, "plot the sales by quarter",
        "code_interpreter", {"text", "tool_file"},
    ),
    (
        "image_generation", {"type": "image_generation"}, "draw a red boat on the sea at sunset",
        "image_generation", {"text", "tool_file"},
    ),
]  # fmt: skip


@pytest.fixture(autouse=True)
def by_rules(api: AgentsApi) -> None:
    api.switch(brain="rules")


@pytest.mark.parametrize(
    ("tool", "words", "inner", "chunks"), [row[1:] for row in CONNECTORS], ids=[row[0] for row in CONNECTORS]
)
async def test_a_built_in_tool_runs_at_the_service_and_shows_in_the_answer(
    sdk: Mistral, tool: Any, words: str, inner: str, chunks: set[str]
) -> None:
    answer = await sdk.beta.conversations.start_async(model=MODEL, inputs=words, tools=[tool])

    execution, message = answer.outputs
    assert isinstance(execution, models.ToolExecutionEntry)
    assert execution.name == inner
    assert isinstance(message, models.MessageOutputEntry)
    assert isinstance(message.content, list)
    assert {chunk.type for chunk in message.content} == chunks
    assert answer.usage.connectors == {tool["type"]: 1}
    assert isinstance(answer.usage.connector_tokens, int)


async def test_code_and_its_output_are_told_in_a_stream_too(sdk: Mistral) -> None:
    async with await sdk.beta.conversations.start_stream_async(
        model=MODEL, inputs="plot the sales by quarter", tools=[models.CodeInterpreterTool()]
    ) as stream:
        heard = [event.data async for event in stream]
    (done,) = [data for data in heard if isinstance(data, models.ToolExecutionDoneEvent)]
    assert isinstance(done.info, dict)
    assert set(done.info) == {"code", "code_output"}
    assert any(isinstance(getattr(data, "content", None), models.ToolFileChunk) for data in heard)


async def test_a_connector_that_needs_a_yes_runs_after_it(sdk: Mistral) -> None:
    talk = sdk.beta.conversations
    gmail: Any = {
        "type": "connector",
        "connector_id": "gmail",
        "tool_configuration": {"include": ["gmail_search"], "requires_confirmation": ["gmail_search"]},
    }
    asked = await talk.start_async(model=MODEL, inputs="search gmail for the invoice", tools=[gmail])
    (call,) = asked.outputs
    assert isinstance(call, models.FunctionCallEntry)
    assert call.confirmation_status == "pending"

    yes = [models.ToolCallConfirmation(tool_call_id=call.tool_call_id, confirmation="allow")]
    answer = await talk.append_async(conversation_id=asked.conversation_id, tool_confirmations=yes)

    assert [entry.type for entry in answer.outputs] == ["tool.execution", "message.output"]


async def test_an_agent_answers_from_its_library_once_the_document_is_processed(sdk: Mistral, api: AgentsApi) -> None:
    api.switch(processing_reads=2, processing_seconds=3600)
    library = await sdk.beta.libraries.create_async(name="handbook")
    agent = await sdk.beta.agents.create_async(
        model=MODEL, name="clerk", tools=[models.DocumentLibraryTool(library_ids=[library.id])]
    )
    file = models.File(file_name="handbook.md", content=HANDBOOK, content_type="text/markdown")
    document = await sdk.beta.libraries.documents.upload_async(library_id=library.id, file=file)
    question = "What does the handbook say about holidays?"
    talk = sdk.beta.conversations

    early = await talk.start_async(agent_id=agent.id, inputs=question)
    place: Any = {"library_id": library.id, "document_id": document.id}
    looks = [(await sdk.beta.libraries.documents.status_async(**place)).process_status for _ in range(3)]
    answer = await talk.start_async(agent_id=agent.id, inputs=question)

    assert [entry.type for entry in early.outputs] == ["tool.execution", "message.output"]
    assert looks == ["todo", "in_progress", "done"]
    assert cited(early) == []
    assert cited(answer) == ["handbook.md"]
    assert answer.usage.connectors == {"document_library": 1}


def cited(answer: models.ConversationResponse) -> list[str]:
    return [
        chunk.title
        for entry in answer.outputs
        if isinstance(entry, models.MessageOutputEntry) and isinstance(entry.content, list)
        for chunk in entry.content
        if isinstance(chunk, models.ToolReferenceChunk)
    ]
