"""The SDK's run loop against the stand-in: functions, rounds, errors, and what a run leaves behind."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from mistralai.client import Mistral, models
from mistralai.client.errors import SDKError
from mistralai.extra.exceptions import RunException
from mistralai.extra.run.context import RunContext
from mistralai.extra.run.result import RunResult

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.steps import CallFunction, RunTool, Say
from tests.playground.agents_api.talk import MODEL


def add(a: int, b: int) -> int:
    """Add two numbers.

    Args:
        a: the one
        b: the other
    """
    return a + b


async def shout(text: str) -> str:
    """Say it louder."""
    await asyncio.sleep(0)
    return text.upper()


def stumble() -> str:
    """Never works."""
    raise ValueError("the shelf is empty")


def bodies(api: AgentsApi, name: str) -> list[Any]:
    return [seen.body for seen in api.requests(name)]


async def test_a_run_calls_functions_until_there_is_an_answer(runner: Mistral, api: AgentsApi) -> None:
    api.script.will(
        Say(text="I compute."), CallFunction(name="add", arguments={"a": 1, "b": 2}, tool_call_id="one"),
        CallFunction(name="shout", arguments={"text": "oh"}, tool_call_id="two"),
    )  # fmt: skip
    api.script.will(CallFunction(name="add", arguments={"a": 3, "b": 4}, tool_call_id="three"))
    api.script.will(Say(text="Seven, {results}."))

    async with RunContext(model=MODEL) as run:
        run.register_func(add)
        run.register_func(shout)
        result = await runner.beta.conversations.run_async(
            run_ctx=run, inputs="1 + 2, louder", instructions="Be brief."
        )

    assert [entry.type for entry in result.output_entries] == [
        "message.output", "function.call", "function.call", "function.result", "function.result",
        "function.call", "function.result", "message.output",
    ]  # fmt: skip
    assert result.output_as_text == "I compute.\nSeven, 7."
    assert run.request_count == 3
    (started,) = bodies(api, "conversations.start")
    assert [one["function"]["name"] for one in started["tools"]] == ["add", "shout"]
    assert started["tools"][0]["function"]["parameters"]["required"] == ["a", "b"]
    assert started["instructions"] == "Be brief."
    first, second = bodies(api, "conversations.append")
    assert [(one["tool_call_id"], one["result"]) for one in first["inputs"]] == [("one", "3"), ("two", "OH")]
    assert [one["result"] for one in second["inputs"]] == ["7"]


async def test_a_second_run_goes_on_in_the_same_conversation(runner: Mistral, api: AgentsApi) -> None:
    async with RunContext(model=MODEL) as run:
        first = await runner.beta.conversations.run_async(run_ctx=run, inputs="hello")
        again = await runner.beta.conversations.run_async(run_ctx=run, inputs="again")

    assert (first.output_as_text, again.output_as_text) == ("answer to: hello", "answer to: again")
    assert again.conversation_id == first.conversation_id
    assert len(bodies(api, "conversations.start")) == len(bodies(api, "conversations.append")) == 1


async def test_a_run_of_an_agent_writes_its_tools_into_the_agent_each_time(runner: Mistral, api: AgentsApi) -> None:
    """A version a run: why our agents are reconciled once, at deployment."""
    agent = await runner.beta.agents.create_async(
        model=MODEL, name="clerk", tools=[models.WebSearchTool()], completion_args={"temperature": 0.2}
    )
    api.script.will(CallFunction(name="add", arguments={"a": 1, "b": 2}))
    api.script.will(Say(text="It is {results}."))

    for said in ("It is 3.", "answer to: again"):
        async with RunContext(agent_id=agent.id) as run:
            run.register_func(add)
            asked = "1 + 2" if said.startswith("It") else "again"
            result = await runner.beta.conversations.run_async(run_ctx=run, inputs=asked)
        assert result.output_as_text == said

    kept = await runner.beta.agents.get_async(agent_id=agent.id)
    assert kept.versions == [0, 1, 2]
    assert [one.type for one in kept.tools or []] == ["web_search", "function"]
    assert isinstance(kept.completion_args, models.CompletionArgs)
    assert kept.completion_args.temperature == 0.2
    assert all("tools" not in started for started in bodies(api, "conversations.start"))


async def test_a_failing_function_ends_the_run_or_is_told_to_the_model(runner: Mistral, api: AgentsApi) -> None:
    api.script.when("fetch", CallFunction(name="stumble", arguments={}))
    async with RunContext(model=MODEL) as run:
        run.register_func(stumble)
        with pytest.raises(RunException, match="Failed to execute tool stumble"):
            await runner.beta.conversations.run_async(run_ctx=run, inputs="fetch it")

    api.script.when("fetch", Say(text="Sorry: {results}"), results=True)
    async with RunContext(model=MODEL, continue_on_fn_error=True) as run:
        run.register_func(stumble)
        result = await runner.beta.conversations.run_async(run_ctx=run, inputs="fetch it")
    assert result.output_as_text == "Sorry: Error while executing stumble: the shelf is empty"


async def test_arguments_that_are_no_json_end_the_run_even_then(runner: Mistral, api: AgentsApi) -> None:
    """`""` stands for no arguments as well; the SDK reads neither."""
    for arguments in ('{"a": 1', ""):
        api.script.will(CallFunction(name="add", arguments=arguments))
        async with RunContext(model=MODEL, continue_on_fn_error=True) as run:
            run.register_func(add)
            with pytest.raises(ValueError, match=r"Expecting|delimiter"):
                await runner.beta.conversations.run_async(run_ctx=run, inputs="add")


async def test_a_call_of_a_function_that_nobody_registered_is_not_answered(runner: Mistral, api: AgentsApi) -> None:
    """The SDK executes none and appends nothing; the stand-in refuses that, so the loop ends here."""
    api.script.will(CallFunction(name="add", arguments={"a": 1, "b": 2}), CallFunction(name="divine"))
    async with RunContext(model=MODEL) as run:
        run.register_func(add)
        with pytest.raises(SDKError, match="Not the same number of function calls and responses") as refused:
            await runner.beta.conversations.run_async(run_ctx=run, inputs="go")
    assert refused.value.status_code == 400
    assert [body["inputs"] for body in bodies(api, "conversations.append")] == [[]]


async def test_a_streamed_run_ends_in_its_result(runner: Mistral, api: AgentsApi) -> None:
    """Of what the service did itself the result keeps nothing: only messages, calls and their results."""
    api.script.will(
        RunTool(name="web_search", arguments={"query": "sums"}),
        CallFunction(name="add", arguments={"a": 1, "b": 2}, fragments=3, tool_call_id="one"),
    )
    api.script.will(Say(text="It is {results}."))

    async with RunContext(model=MODEL) as run:
        run.register_func(add)
        stream = await runner.beta.conversations.run_stream_async(run_ctx=run, inputs="1 + 2")
        heard: list[Any] = [event async for event in stream]

    result = heard.pop()
    assert isinstance(result, RunResult)
    assert result.conversation_id == run.conversation_id
    assert [entry.type for entry in result.output_entries] == ["function.call", "function.result", "message.output"]
    assert result.output_as_text == "It is 3."
    assert list(dict.fromkeys(event.event for event in heard)) == [
        "conversation.response.started",
        "tool.execution.started",
        "tool.execution.delta",
        "tool.execution.done",
        "function.call.delta",
        "conversation.response.done",
        "function.result",
        "message.output.delta",
    ]
