"""The SDK's own MCP client brings real servers' tools into a run against the stand-in: over stdio, HTTP and SSE."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from mcp import StdioServerParameters
from mistralai.client import Mistral
from mistralai.extra.exceptions import RunException
from mistralai.extra.mcp.sse import MCPClientSSE, SSEServerParams
from mistralai.extra.mcp.stdio import MCPClientSTDIO
from mistralai.extra.mcp.streamable_http import MCPClientStreamableHTTP, StreamableHTTPServerParams
from mistralai.extra.run.context import RunContext

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.steps import CallFunction, Say
from playground.services.odd.server import build
from playground.serving import serve
from tests.playground.agents_api.talk import MODEL


def clock() -> MCPClientSTDIO:
    arguments = ["-m", "mcp_server_time", "--local-timezone", "UTC"]
    return MCPClientSTDIO(StdioServerParameters(command=sys.executable, args=arguments), name="time")


def over_http(url: str) -> MCPClientStreamableHTTP:
    return MCPClientStreamableHTTP(StreamableHTTPServerParams(url=f"{url}/mcp", trust_env=False), name="odd")


def offered(api: AgentsApi) -> list[Any]:
    body = api.requests("conversations.start")[-1].body
    assert body is not None
    tools: list[Any] = body["tools"]
    return tools


def results(api: AgentsApi) -> list[str]:
    body = api.requests("conversations.append")[-1].body
    assert body is not None
    return [entry["result"] for entry in body["inputs"]]


async def test_a_server_over_stdio_is_asked_the_time(runner: Mistral, api: AgentsApi) -> None:
    api.switch(brain="rules")
    async with RunContext(model=MODEL) as run:
        await run.register_mcp_client(mcp_client=clock())
        result = await runner.beta.conversations.run_async(run_ctx=run, inputs="what time is it in Tokyo?")

    assert [(tool["function"]["name"], tool["function"]["strict"]) for tool in offered(api)] == [
        ("get_current_time", True),
        ("convert_time", True),
    ]
    assert [entry.type for entry in result.output_entries] == ["function.call", "function.result", "message.output"]
    # The result is the JSON of a list of text chunks, not the tool's text.
    (chunk,) = json.loads(results(api)[0])
    assert chunk["type"] == "text"
    assert json.loads(chunk["text"])["timezone"] == "Asia/Tokyo"


async def test_a_server_over_http_works_in_a_streamed_run_of_an_agent(runner: Mistral, api: AgentsApi) -> None:
    agent = await runner.beta.agents.create_async(model=MODEL, name="clerk")
    api.script.will(CallFunction(name="who", arguments={}))
    api.script.will(Say(text="I am {results}."))

    async with serve(build("left").streamable_http_app()) as url, RunContext(agent_id=agent.id) as run:
        await run.register_mcp_client(mcp_client=over_http(url), tool_configuration={"include": ["who", "pid"]})
        stream = await runner.beta.conversations.run_stream_async(run_ctx=run, inputs="who are you?")
        result: Any = [event async for event in stream][-1]

    assert result.output_as_text == 'I am [{"type": "text", "text": "left"}].'
    kept: Any = (await runner.beta.agents.get_async(agent_id=agent.id)).tools
    assert [tool.function.name for tool in kept] == ["pid", "who"]


async def test_a_server_of_the_older_sse_transport_works(runner: Mistral, api: AgentsApi) -> None:
    api.script.will(CallFunction(name="who", arguments={}))
    async with serve(build("old").sse_app()) as url, RunContext(model=MODEL) as run:
        await run.register_mcp_client(mcp_client=MCPClientSSE(SSEServerParams(url=f"{url}/sse")))
        await runner.beta.conversations.run_async(run_ctx=run, inputs="who are you?")
    assert results(api) == ['[{"type": "text", "text": "old"}]']


async def test_of_two_servers_with_the_same_tool_the_last_one_wins(runner: Mistral, api: AgentsApi) -> None:
    """Silently: why our tools carry their server's name."""
    api.script.will(CallFunction(name="who", arguments={}))
    async with (
        serve(build("left").streamable_http_app()) as left,
        serve(build("right").streamable_http_app()) as right,
        RunContext(model=MODEL) as run,
    ):
        only = {"include": ["who"]}
        await run.register_mcp_clients([over_http(left), over_http(right)], tool_configurations=[only, only])
        await runner.beta.conversations.run_async(run_ctx=run, inputs="who are you?")
    assert len(offered(api)) == 1
    assert results(api) == ['[{"type": "text", "text": "right"}]']


async def test_a_tools_error_reads_as_a_result_and_a_picture_fails_the_call(runner: Mistral, api: AgentsApi) -> None:
    api.script.will(CallFunction(name="fail", arguments={}), CallFunction(name="picture", arguments={}))
    async with (
        serve(build().streamable_http_app()) as url,
        RunContext(model=MODEL, continue_on_fn_error=True) as run,
    ):
        await run.register_mcp_client(mcp_client=over_http(url), tool_configuration={"exclude": ["who"]})
        await runner.beta.conversations.run_async(run_ctx=run, inputs="try")
    assert "who" not in [tool["function"]["name"] for tool in offered(api)]
    failed, picture = results(api)
    assert "the shelf is empty" in json.loads(failed)[0]["text"]
    assert picture == "Error while executing picture: Only supporting text tool responses for now."

    api.script.will(CallFunction(name="picture", arguments={}))
    async with serve(build().streamable_http_app()) as url, RunContext(model=MODEL) as run:
        await run.register_mcp_client(mcp_client=over_http(url))
        with pytest.raises(RunException, match="Failed to execute tool picture"):
            await runner.beta.conversations.run_async(run_ctx=run, inputs="try")
