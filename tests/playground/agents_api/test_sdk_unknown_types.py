"""What the SDK makes of types from the future: an event it passes on, an entry or a chunk costs the whole answer.

Our own reading of the same is in `tests/workers/conversations/test_sdk_as_judge.py`: kept, never a crash.
"""

from __future__ import annotations

from typing import Any

import pytest
from mistralai.client import Mistral, models
from mistralai.client.errors import ResponseValidationError
from mistralai.extra.run.context import RunContext
from pydantic import ValidationError

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.steps import AddChunk, CutStream, Say, SendUnknown
from tests.playground.agents_api.talk import MODEL

NAP = SendUnknown(event={"type": "agent.nap"}, entry={"type": "agent.nap", "minutes": 5})
SMELL = AddChunk(chunk={"type": "smell", "of": "coffee"})


async def test_an_unknown_event_is_passed_on_raw(sdk: Mistral, api: AgentsApi) -> None:
    api.script.will(Say(text="a"), SendUnknown(event={"type": "agent.nap.started", "minutes": 5}), Say(text="b"))
    async with await sdk.beta.conversations.start_stream_async(model=MODEL, inputs="hello") as stream:
        heard = [event.data async for event in stream]
    (unknown,) = [data for data in heard if isinstance(data, models.UnknownConversationEventsData)]
    assert unknown.raw["minutes"] == 5
    assert isinstance(heard[-1], models.ResponseDoneEvent)


@pytest.mark.parametrize("step", [NAP, SMELL], ids=["entry", "chunk"])
async def test_an_unknown_entry_or_chunk_costs_the_whole_answer(
    sdk: Mistral, api: AgentsApi, step: SendUnknown | AddChunk
) -> None:
    api.script.will(Say(text="Nap time."), step)
    with pytest.raises(ResponseValidationError):
        await sdk.beta.conversations.start_async(model=MODEL, inputs="hello")

    (kept,) = await sdk.beta.conversations.list_async()
    with pytest.raises(ResponseValidationError):
        await sdk.beta.conversations.get_history_async(conversation_id=kept.id)


async def test_an_unknown_event_ends_nothing_in_a_run_either(runner: Mistral, api: AgentsApi) -> None:
    api.script.will(SendUnknown(event={"type": "agent.nap.started"}), Say(text="awake"))
    async with RunContext(model=MODEL) as run:
        stream = await runner.beta.conversations.run_stream_async(run_ctx=run, inputs="hello")
        heard = [event async for event in stream]
    assert heard[-1].output_as_text == "awake"  # type: ignore[union-attr]


async def test_a_stream_that_ends_without_done_counts_as_complete(runner: Mistral, api: AgentsApi) -> None:
    """The run ends in a result with half an answer, as if all were well; for us it is `CutShort`."""
    api.script.will(Say(text="half of it", pieces=1), CutStream(clean=True))
    async with RunContext(model=MODEL) as run:
        stream = await runner.beta.conversations.run_stream_async(run_ctx=run, inputs="hello")
        heard = [event async for event in stream]
    assert "conversation.response.done" not in [getattr(event, "event", "") for event in heard]
    assert heard[-1].output_as_text == "half of it"  # type: ignore[union-attr]


async def test_an_error_in_a_stream_is_an_event_like_others(runner: Mistral, api: AgentsApi) -> None:
    api.script.will_error("it failed", after="half of it")
    async with RunContext(model=MODEL) as run:
        stream = await runner.beta.conversations.run_stream_async(run_ctx=run, inputs="hello")
        heard = [event async for event in stream]
    assert "conversation.response.error" in [getattr(event, "event", "") for event in heard]
    assert heard[-1].output_as_text == "half of it"  # type: ignore[union-attr]


async def test_a_tool_of_an_unknown_type_never_leaves_the_sdk(sdk: Mistral, api: AgentsApi) -> None:
    telepathy: Any = [{"type": "telepathy"}]
    with pytest.raises(ValidationError, match="telepathy"):
        await sdk.beta.agents.create_async(model=MODEL, name="one", tools=telepathy)
    assert api.requests() == []
