"""What is done to messages on their way over HTTP: statuses, garbage, lost answers, sessions that are over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from mcp import Client, MCPError
from pydantic import ValidationError

from playground.services.odd import messages
from playground.services.odd.__main__ import main
from playground.services.odd.app import OddServer, running
from tests.playground.processes import a_process, told
from tests.playground.services.odd.clients import over_http, over_sse, text

ERAS = pytest.mark.parametrize("mode", ["auto", "legacy"])
HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
COUNT = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "count", "arguments": {}}}


@pytest.fixture
async def odd() -> AsyncIterator[OddServer]:
    async with running() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(headers=HEADERS, timeout=30) as client:
        yield client


@pytest.mark.parametrize(
    ("rule", "headers"),
    [
        ({"status": 401}, {"www-authenticate": 'Bearer error="invalid_token"'}),
        ({"status": 403}, {}),
        ({"status": 429, "retry_after": 7}, {"retry-after": "7"}),
        ({"status": 500}, {}),
        ({"status": 503, "retry_after": 0.5}, {"retry-after": "0.5"}),
    ],
)
async def test_a_status_is_answered_and_nothing_runs(
    odd: OddServer, http: httpx2.AsyncClient, rule: dict[str, Any], headers: dict[str, str]
) -> None:
    odd.fault("tools/call.count", "status", **rule)
    answer = await http.post(f"{odd.url}/mcp", json=COUNT)

    assert answer.status_code == rule["status"]
    assert headers.items() <= dict(answer.headers).items()
    assert odd.runs == {}


@ERAS
async def test_a_client_meets_a_status_once_and_goes_on(odd: OddServer, mode: str) -> None:
    async with over_http(odd.url, mode=mode) as client:
        odd.fault("tools/call.count", "status", status=500)
        with pytest.raises(MCPError):
            await client.call_tool("count", {})
        assert text(await client.call_tool("count", {})) == "counted"

    assert odd.runs == {"count": 1}
    assert odd.faults.seen["tools/call.count"] == 2


@ERAS
async def test_a_refusal_of_the_protocol(odd: OddServer, mode: str) -> None:
    async with over_http(odd.url, mode=mode) as client:
        odd.fault("tools/call.*", "error", code="-32001")
        odd.fault("tools/call.*", "error", code="broken", skip=1)
        with pytest.raises(MCPError) as numbered:
            await client.call_tool("count", {})
        with pytest.raises(MCPError) as worded:
            await client.call_tool("count", {})

    assert (numbered.value.code, worded.value.code) == (-32001, -32603)
    assert odd.runs == {}


@pytest.mark.parametrize(
    ("garbage", "raised"),
    [
        (messages.NOT_JSON, MCPError),
        (messages.NOT_AN_OBJECT, MCPError),
        (messages.NO_RESULT, MCPError),
        (messages.WRONG_SCHEMA, ValidationError),
        (messages.ANOTHER_ID, MCPError),
        ("", MCPError),
    ],
)
@ERAS
async def test_garbage_comes_after_the_tool_ran(odd: OddServer, mode: str, garbage: str, raised: type) -> None:
    async with over_http(odd.url, mode=mode) as client:
        odd.fault("tools/call.count", "garbage", text=garbage)
        with pytest.raises(raised):
            await client.call_tool("count", {}, read_timeout_seconds=1)
        assert text(await client.call_tool("who", {})) == "odd_jobs"

    assert odd.runs == {"count": 1, "who": 1}


@pytest.mark.parametrize("method", ["initialize", "server/discover", "tools/list"])
async def test_garbage_may_be_the_answer_to_anything(odd: OddServer, http: httpx2.AsyncClient, method: str) -> None:
    odd.fault(method, "garbage", text='{"id": {id}, "garbage": true}')
    answer = await http.post(f"{odd.url}/mcp", json={"jsonrpc": "2.0", "id": "abc", "method": method})
    assert answer.json() == {"id": "abc", "garbage": True}


@ERAS
async def test_an_answer_may_be_lost_after_the_tool_ran(odd: OddServer, mode: str) -> None:
    """The SDK gives up the whole connection then, or waits for ever."""
    odd.fault("tools/call.count", "lost")
    with pytest.raises((BaseExceptionGroup, MCPError)):
        async with over_http(odd.url, mode=mode) as client:
            await client.call_tool("count", {}, read_timeout_seconds=2)

    assert odd.runs == {"count": 1}


async def test_an_answer_may_be_late(odd: OddServer) -> None:
    odd.fault("tools/call.count", "delay", seconds=0.3)
    async with over_http(odd.url) as client:
        with pytest.raises(MCPError, match="timed out"):
            await client.call_tool("count", {}, read_timeout_seconds=0.05)
        assert text(await client.call_tool("who", {})) == "odd_jobs"


async def test_a_stream_may_break_in_the_middle(odd: OddServer, http: httpx2.AsyncClient) -> None:
    odd.fault("tools/call.chatter", "cut", events=2)
    call = {
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "chatter", "arguments": {"times": 5}, "_meta": {"progressToken": "p"}},
    }  # fmt: skip
    begin = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }  # fmt: skip
    session = (await http.post(f"{odd.url}/mcp", json=begin)).headers["mcp-session-id"]
    heard = await broken(http, f"{odd.url}/mcp", call, session)

    assert heard.count("notifications/progress") == 2
    assert "said 5 times" not in heard


async def broken(http: httpx2.AsyncClient, url: str, call: dict[str, Any], session: str) -> str:
    """What was heard of the answer until the connection broke."""
    heard = ""
    async with http.stream("POST", url, json=call, headers={"Mcp-Session-Id": session}) as stream:
        try:
            async for piece in stream.aiter_text():
                heard += piece
        except httpx2.RemoteProtocolError:
            return heard
    raise AssertionError("the stream came to its end")


async def test_faults_reach_the_older_transport_as_well(odd: OddServer) -> None:
    async with over_sse(odd.url, mode="legacy") as client:
        odd.fault("tools/call.count", "delay", seconds=0)
        assert text(await client.call_tool("count", {})) == "counted"
    assert odd.faults.seen["tools/call.count"] == 1


# ---- sessions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ("404", 404, "Not Found"),
        ("404_typescript", 404, "Session not found"),
        ("400", 400, "No valid session ID provided"),
    ],
)
async def test_a_session_that_is_over_is_refused_and_a_new_one_is_not(
    odd: OddServer, http: httpx2.AsyncClient, form: str, status: int, said: str
) -> None:
    async with over_http(odd.url, mode="legacy") as client:
        await client.call_tool("count", {})
        [session] = odd.open.sessions
        await http.patch(f"{odd.url}/_control/switches", json={"expired_session": form})
        assert (await http.post(f"{odd.url}/_control/expire")).json() == {"expired": 1}
        answer = await http.post(f"{odd.url}/mcp", json=COUNT, headers={"Mcp-Session-Id": session})
        with pytest.raises(MCPError):
            await client.call_tool("count", {})
        assert odd.runs == {"count": 1}
        await works(odd)

    assert (answer.status_code, said in answer.text) == (status, True)


async def works(odd: OddServer) -> None:
    async with over_http(odd.url, mode="legacy") as client:
        assert text(await client.call_tool("who", {})) == "odd_jobs"


async def test_what_is_open_is_counted(odd: OddServer, http: httpx2.AsyncClient) -> None:
    async with over_http(odd.url, mode="legacy") as client:
        await client.call_tool("who", {})
        async with asyncio.timeout(60):
            while (during := await opened(odd, http))["streams"] < 1:  # noqa: ASYNC110  # the client's task opens it
                await asyncio.sleep(0.01)

    after = await opened(odd, http)
    assert (during["sessions"], after["sessions"], after["sessions_begun"]) == (1, 0, 1)


async def opened(odd: OddServer, http: httpx2.AsyncClient) -> dict[str, int]:
    found: dict[str, int] = (await http.get(f"{odd.url}/_control/open")).json()
    return found


# ---- steering -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "order"),
    [
        ("PATCH", "switches", {"page_size": -1}),
        ("PATCH", "switches", {"pages": 1}),
        ("POST", "tools", {"adds": ["x"]}),
        ("POST", "faults", {"request": "*", "kind": "duplicate"}),
    ],
)
async def test_an_order_that_does_not_fit_changes_nothing(
    odd: OddServer, http: httpx2.AsyncClient, method: str, path: str, order: dict[str, Any]
) -> None:
    before = odd.bench.switches.model_copy()
    assert (await http.request(method, f"{odd.url}/_control/{path}", json=order)).status_code == 422
    assert odd.bench.switches == before
    assert odd.faults.rules == []


async def test_runs_are_forgotten_on_demand(odd: OddServer, http: httpx2.AsyncClient) -> None:
    async with over_http(odd.url) as client:
        await client.call_tool("count", {})
    await http.delete(f"{odd.url}/_control/runs")
    assert odd.runs == {}


async def test_it_runs_as_a_process_of_its_own(http: httpx2.AsyncClient) -> None:
    rule = '{"request": "tools/call.count", "kind": "status", "status": 418}'
    options = ("--switch", "page_size=3", "--fault", rule, "--name", "apart")
    async with a_process("playground.services.odd", *options, ready="/_control/runs") as process:
        async with over_http(process.url) as client:
            assert len((await client.list_tools()).tools) == 3
            assert text(await client.call_tool("who", {})) == "apart"
            with pytest.raises(MCPError):
                await client.call_tool("count", {})
        pid = await crashed(process.url)
        status, _ = await process.ended()

    assert pid == process.pid
    assert status == 9


async def crashed(url: str) -> int:
    """The server's process id, after its end."""
    async with over_http(url) as client:
        pid = await said_pid(client)
    with pytest.raises(BaseExceptionGroup):
        await crash(url)
    return pid


async def crash(url: str) -> None:
    async with over_http(url) as client:
        await client.call_tool("crash", {"status": 9}, read_timeout_seconds=10)


async def said_pid(client: Client) -> int:
    return int(text(await client.call_tool("pid", {})))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--sets", "jobs,nothing"), "There is no set of tools nothing"),
        (("--switch", "page_size"), "A switch is NAME=VALUE"),
        (("--switch", "page_size=-1"), "page_size"),
        (("--fault", "{}"), "A rule for a fault does not fit"),
        (("--deaf",), "of one over stdio only"),
    ],
)
def test_a_wrong_option_is_told(options: tuple[str, ...], said: str) -> None:
    status, words = told(main, "--port", "1", *options)
    assert (status, said in words) == (2, True), words
