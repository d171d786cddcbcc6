"""What each scenario of the suite wants to see done. One function a kind of scenario; `ACTIONS` lists them all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.conformance.desk import ASKER, Desk

Action = Callable[[Desk], Awaitable[None]]


async def listing(desk: Desk) -> None:
    await desk.offered()


async def adding(desk: Desk) -> None:
    await desk.call("add_numbers", {"a": 5, "b": 3})


async def everything(desk: Desk) -> None:
    """Call whatever is offered, with a text for each field."""
    for spec in await desk.offered():
        await desk.call(spec.tool, dict.fromkeys(spec.parameters["properties"], "here"))


async def first_tool(desk: Desk) -> None:
    [spec, *_] = await desk.offered()
    await desk.call(spec.tool)


async def adding_unlisted(desk: Desk) -> None:
    """The scenario's server lists no tool and answers a call all the same."""
    await desk.offered()
    await desk.sessions.call(desk.server, ASKER, "add_numbers", {"a": 5, "b": 3})


async def told(desk: Desk) -> None:
    """The calls that the suite dictates."""
    for call in desk.context["toolCalls"]:
        await desk.call(call["name"], call["arguments"])


async def echoing(desk: Desk) -> None:
    """Send a tool's schema back as it came, before it is cleaned for a model."""
    listed = await desk.sessions.tools(desk.server, ASKER)
    [schema] = [tool.input_schema for tool in listed if tool.name == "json_schema_2020_12_tool"]
    await desk.call("json_schema_echo", {"schema": schema})


def calling(*tools: str) -> Action:
    async def each(desk: Desk) -> None:
        for tool in tools:
            await desk.call(tool)

    return each


ACTIONS: dict[str, Action] = {
    "initialize": listing,
    "tools_call": adding,
    "elicitation-sep1034-client-defaults": calling("test_client_elicitation_defaults"),
    "sse-retry": calling("test_reconnection"),
    "request-metadata": adding_unlisted,
    "sep-2322-client-request-state": calling(
        "test_mrtr_echo_state", "test_mrtr_unrelated", "test_mrtr_no_state", "test_mrtr_no_result_type"
    ),
    "http-standard-headers": everything,
    "http-custom-headers": told,
    "http-invalid-tool-headers": everything,
    "json-schema-ref-no-deref": listing,
    "json-schema-2020-12-preservation": echoing,
}
