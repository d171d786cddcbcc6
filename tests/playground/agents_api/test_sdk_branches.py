"""The SDK branches a conversation of an agent, plain and streamed, and looks at both ends."""

from __future__ import annotations

from typing import Any

import pytest
from mistralai.client import Mistral, models
from mistralai.client.errors import SDKError

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.steps import CallFunction
from tests.playground.agents_api.talk import MODEL

LARGE = "mistral-large-latest"


def words(entries: Any) -> list[Any]:
    return [getattr(entry, "content", entry.type) for entry in entries]


@pytest.fixture
async def talked(sdk: Mistral) -> models.ConversationHistory:
    """Two turns with an agent that has a second version by now."""
    agents, talk = sdk.beta.agents, sdk.beta.conversations
    agent = await agents.create_async(model=MODEL, name="clerk")
    opened = await talk.start_async(agent_id=agent.id, agent_version=0, inputs="first", metadata={"thread": "1"})
    await talk.append_async(conversation_id=opened.conversation_id, inputs="second")
    await agents.update_async(agent_id=agent.id, model=LARGE)
    return await talk.get_history_async(conversation_id=opened.conversation_id)


async def test_a_streamed_branch_names_its_new_conversation_first(
    sdk: Mistral, talked: models.ConversationHistory
) -> None:
    talk = sdk.beta.conversations
    async with await talk.restart_stream_async(
        conversation_id=talked.conversation_id,
        from_entry_id=talked.entries[1].id or "",
        inputs="other",
        metadata={"thread": "2"},
    ) as stream:
        heard = [event.data async for event in stream]

    assert isinstance(heard[0], models.ResponseStartedEvent)
    branch = heard[0].conversation_id
    assert branch != talked.conversation_id
    kept = await talk.get_history_async(conversation_id=branch)
    assert words(kept.entries) == ["first", "answer to: first", "other", "answer to: other"]
    old = await talk.get_history_async(conversation_id=talked.conversation_id)
    assert words(old.entries) == ["first", "answer to: first", "second", "answer to: second"]
    assert [one.id for one in await talk.list_async(metadata={"thread": "2"})] == [branch]
    assert [one.id for one in await talk.list_async(metadata={"thread": "1"})] == [talked.conversation_id]


async def test_a_branch_runs_the_agents_current_version_unless_told(
    sdk: Mistral, talked: models.ConversationHistory
) -> None:
    """Not the one that the conversation was started with: whoever wants to keep that says so."""
    talk = sdk.beta.conversations
    used = []
    for version in (None, 0, 1):
        branch = await talk.restart_async(
            conversation_id=talked.conversation_id,
            from_entry_id=talked.entries[1].id or "",
            inputs="other",
            agent_version=version,
        )
        (message,) = branch.outputs
        assert isinstance(message, models.MessageOutputEntry)
        used.append(message.model)
    assert used == [LARGE, MODEL, LARGE]


async def test_a_branch_from_an_entry_that_is_not_there_is_refused(
    sdk: Mistral, talked: models.ConversationHistory
) -> None:
    with pytest.raises(SDKError, match="Entry with id msg_0 not found") as refused:
        await sdk.beta.conversations.restart_async(
            conversation_id=talked.conversation_id, from_entry_id="msg_0", inputs="other"
        )
    assert refused.value.status_code == 404


async def test_a_branch_between_a_call_and_its_result_answers_the_call_first(sdk: Mistral, api: AgentsApi) -> None:
    talk = sdk.beta.conversations
    api.script.will(CallFunction(name="f", tool_call_id="one"))
    opened = await talk.start_async(model=MODEL, inputs="do it")
    result: Any = [models.FunctionResultEntry(tool_call_id="one", result="1")]
    await talk.append_async(conversation_id=opened.conversation_id, inputs=result)
    call = opened.outputs[-1].id or ""
    with pytest.raises(SDKError, match="Not the same number of function calls and responses"):
        await talk.restart_async(conversation_id=opened.conversation_id, from_entry_id=call, inputs="never mind")

    other: Any = [models.FunctionResultEntry(tool_call_id="one", result="2")]
    branch = await talk.restart_async(conversation_id=opened.conversation_id, from_entry_id=call, inputs=other)

    assert words(branch.outputs) == ["answer to: do it (2)"]
