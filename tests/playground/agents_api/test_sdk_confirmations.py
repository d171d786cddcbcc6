"""The SDK defers calls to a person: its own functions, and connectors that the service runs after a yes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable
from typing import Any

import pytest
from mistralai.client import Mistral, models
from mistralai.client.errors import SDKError
from mistralai.extra.exceptions import DeferralReason, DeferredToolCallsException
from mistralai.extra.run.context import RunContext

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.steps import CallFunction, Say
from tests.playground.agents_api.talk import MODEL

GMAIL: Any = {
    "type": "connector",
    "connector_id": "gmail",
    "tool_configuration": {"requires_confirmation": ["gmail_send"]},
}
SEND = CallFunction(name="gmail_send", arguments={"to": "ada"}, tool_call_id="send", pending=True)


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def pay(amount: int) -> str:
    """Pay."""
    return f"paid {amount}"


def appended(api: AgentsApi) -> Any:
    return api.requests("conversations.append")[-1].body


async def deferred_by(runner: Mistral, run: RunContext, **options: Any) -> DeferredToolCallsException:
    with pytest.raises(DeferredToolCallsException) as raised:
        await runner.beta.conversations.run_async(run_ctx=run, inputs="do it", **options)
    return raised.value


async def test_a_function_that_needs_a_yes_runs_after_it_and_survives_a_restart(
    runner: Mistral, api: AgentsApi
) -> None:
    """What was done already has to be handed back by hand: all calls of a round are answered in one append."""
    api.script.will(
        CallFunction(name="add", arguments={"a": 1, "b": 2}, tool_call_id="sum"),
        CallFunction(name="pay", arguments={"amount": 5}, tool_call_id="pay"),
    )
    async with RunContext(model=MODEL) as run:
        run.register_func(add)
        run.register_func(pay, requires_confirmation=True)
        stopped = await deferred_by(runner, run)
    kept = json.dumps(stopped.to_dict())

    again = DeferredToolCallsException.from_dict(json.loads(kept))
    async with RunContext(model=MODEL, conversation_id=again.conversation_id) as run:
        run.register_func(pay, requires_confirmation=True)
        (call,) = again.deferred_calls
        assert (call.tool_name, call.reason) == ("pay", DeferralReason.CONFIRMATION_REQUIRED)
        answers: Any = [*again.executed_results, call.confirm({"amount": 4})]  # type: ignore[dict-item]
        result = await runner.beta.conversations.run_async(run_ctx=run, inputs=answers)

    assert [(one["tool_call_id"], one["result"]) for one in appended(api)["inputs"]] == [
        ("sum", "3"),
        ("pay", "paid 4"),
    ]
    assert result.output_as_text == "answer to: do it (3; paid 4)"


async def test_a_function_that_is_refused_is_answered_with_the_refusal(runner: Mistral, api: AgentsApi) -> None:
    api.script.will(CallFunction(name="pay", arguments={"amount": 5}))
    async with RunContext(model=MODEL) as run:
        run.register_func(pay, requires_confirmation=True)
        stopped = await deferred_by(runner, run)
        refusals: Any = [call.reject("Not today") for call in stopped.deferred_calls]
        result = await runner.beta.conversations.run_async(run_ctx=run, inputs=refusals)
    assert result.output_as_text == "answer to: do it (Not today)"


@pytest.mark.parametrize(
    ("yes", "status", "entries"),
    [(True, "allowed", ["tool.execution", "message.output"]), (False, "denied", ["message.output"])],
)
async def test_a_connectors_call_waits_for_a_decision(
    runner: Mistral, api: AgentsApi, yes: bool, status: str, entries: list[str]
) -> None:
    api.script.will(SEND)
    async with RunContext(model=MODEL) as run:
        stopped = await deferred_by(runner, run, tools=[GMAIL])
        (call,) = stopped.deferred_calls
        assert call.reason is DeferralReason.SERVER_SIDE_CONFIRMATION_REQUIRED
        decisions: Any = [call.confirm() if yes else call.reject()]
        result = await runner.beta.conversations.run_async(run_ctx=run, inputs=decisions)

    assert appended(api)["tool_confirmations"] == [{"tool_call_id": "send", "confirmation": "allow" if yes else "deny"}]
    assert [entry.type for entry in result.output_entries] == entries
    kept = await runner.beta.conversations.get_history_async(conversation_id=run.conversation_id or "")
    assert [entry.confirmation_status for entry in kept.entries if isinstance(entry, models.FunctionCallEntry)] == [
        status
    ]


async def test_results_and_a_decision_go_in_one_append(runner: Mistral, api: AgentsApi) -> None:
    api.script.will(CallFunction(name="add", arguments={"a": 1, "b": 2}, tool_call_id="sum"), SEND)
    async with RunContext(model=MODEL) as run:
        run.register_func(add)
        stopped = await deferred_by(runner, run, tools=[GMAIL])
        answers: Any = [*stopped.executed_results, *(call.confirm() for call in stopped.deferred_calls)]
        result = await runner.beta.conversations.run_async(run_ctx=run, inputs=answers)

    body = appended(api)
    assert [one["tool_call_id"] for one in body["inputs"]] == ["sum"]
    assert body["tool_confirmations"] == [{"tool_call_id": "send", "confirmation": "allow"}]
    assert [entry.type for entry in result.output_entries] == ["tool.execution", "message.output"]


async def test_a_streamed_run_forgets_that_a_call_waits(runner: Mistral, api: AgentsApi) -> None:
    """The events say `pending`; the SDK's rebuilt entry does not, and counts as a call of an unknown function.

    The stand-in refuses what it appends then. (We keep the status: `tests/workers/conversations/test_folding.py`.)
    """
    api.script.will(SEND)
    heard: list[Any] = []

    async def hear(stream: AsyncIterable[Any]) -> None:
        async for event in stream:
            heard.append(event)  # noqa: PERF401  # kept when the next one raises

    async with RunContext(model=MODEL) as run:
        stream = await runner.beta.conversations.run_stream_async(run_ctx=run, inputs="do it", tools=[GMAIL])
        with pytest.raises(SDKError, match="Expected last role User or Tool"):
            await hear(stream)
    assert {event.data.confirmation_status for event in heard if event.event == "function.call.delta"} == {"pending"}
    assert appended(api)["inputs"] == []


async def test_a_person_may_say_something_after_all_is_decided(sdk: Mistral, api: AgentsApi) -> None:
    api.script.will(SEND)
    talk = sdk.beta.conversations
    opened = await talk.start_async(model=MODEL, inputs="do it", tools=[GMAIL])
    decided = [models.ToolCallConfirmation(tool_call_id="send", confirmation="deny")]
    api.script.will(Say(text="As you wish."))
    await talk.append_async(conversation_id=opened.conversation_id, tool_confirmations=decided)
    last = await talk.append_async(conversation_id=opened.conversation_id, inputs="thanks")
    assert [entry.content for entry in last.outputs if isinstance(entry, models.MessageOutputEntry)] == [
        "answer to: thanks"
    ]
