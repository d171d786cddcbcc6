"""Tools of real servers over streamable HTTP and SSE: sessions lost, statuses refused, answers that never come."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from structlog.testing import capture_logs

from bot.catalog.servers import Server
from bot.vault import Vault
from playground.services.odd import raw
from playground.services.odd.app import running
from playground.services.odd.server import a_bench, build
from playground.services.odd.switches import Switches
from playground.serving import serve
from tests.workers.tools.conftest import Desk, a_desk, an_agent, lines, over_http
from workers.tools.names import READ_MORE
from workers.tools.rests import Rests


async def test_two_servers_with_the_same_tool_do_not_collide() -> None:
    async with (
        serve(build("left").streamable_http_app()) as left,
        serve(build("right").streamable_http_app()) as right,
        a_desk(over_http(left, "left"), over_http(right, "right")) as desk,
    ):
        assert (await desk.call("left__who")).text == "left"
        assert (await desk.call("right__who")).text == "right"
        names = [spec.name for spec in await desk.tools.offered(desk.agent)]
        assert len(names) == len(set(names))


async def test_all_pages_are_listed_and_old_schemas_made_new() -> None:
    bench = a_bench(sets=("progress", "schemas"), switches=Switches(page_size=1))
    async with running(bench) as odd, a_desk(over_http(odd.url)) as desk:
        offered = {spec.tool: spec for spec in await desk.tools.offered(desk.agent)}

    assert list(offered) == [
        "work",
        "steps",
        "work_in_silence",
        "chatter",
        "liar",
        "old_fashioned",
    ]  # a task is not called
    assert offered["old_fashioned"].parameters == {
        "type": "object",
        "properties": {"amount": {"type": "number", "exclusiveMinimum": 0}},
    }


async def test_one_bad_tool_does_not_take_the_others_down() -> None:
    tools = [
        {"name": "no_type", "inputSchema": {"properties": {"a": {"type": "string"}}}},
        {"name": "text_only", "inputSchema": {"type": "string"}},
        "not even an object",
        {"name": "odd_extras", "inputSchema": {"type": "object"}, "annotations": [], "outputSchema": {"type": "array"}},
        {"name": "endless", "inputSchema": {"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}}},
        {"name": "good", "inputSchema": {"type": "object"}},
    ]
    app = raw.build(tools, {"content": [{"type": "text", "text": "fine"}]})
    async with serve(app) as url, a_desk(over_http(url)) as desk:
        with capture_logs() as logs:
            offered = [spec.tool for spec in await desk.tools.offered(desk.agent)]
        outcome = await desk.call("odd__good")

    assert offered == ["no_type", "odd_extras", "endless", "good"]
    assert [entry["tool"] for entry in logs if entry["event"] == "tool.left_out"] == ["text_only", "None"]
    assert outcome.text == "fine"


async def test_a_server_of_the_older_protocol_is_asked_for_the_newer_one_only_once() -> None:
    heard: list[str] = []
    app = raw.build([], {"content": []}, heard)
    async with serve(app) as url, a_desk(over_http(url)) as desk:
        await desk.tools.offered(desk.agent)
        desk.servers["odd"] = over_http(url, trusted=True)  # a change opens a new connection
        await desk.tools.offered(desk.agent)

    assert heard.count("initialize") == 2
    assert heard.count("server/discover") == 1


async def test_an_answer_that_does_not_say_whether_it_is_complete_is_taken_as_such() -> None:
    heard: list[str] = []
    content = [{"type": "text", "text": "fine"}]
    app = raw.build([{"name": "t", "inputSchema": {"type": "object"}}], {"content": content}, heard, modern=True)
    async with serve(app) as url, a_desk(over_http(url)) as desk:
        assert (await desk.call("odd__t")).text == "fine"

    assert "initialize" not in heard


async def test_an_unreadable_answer_counts_as_run() -> None:
    app = raw.build([{"name": "t", "inputSchema": {"type": "object"}}], {"content": "not a list"})
    async with serve(app) as url, a_desk(over_http(url)) as desk:
        outcome = await desk.call("odd__t")

    assert outcome.failed
    assert outcome.ran == "yes"


async def test_an_answer_that_breaks_the_tools_own_schema_counts_as_run() -> None:
    async with running(a_bench(sets=["schemas"])) as odd, a_desk(over_http(odd.url)) as desk:
        outcome = await desk.call("odd__liar")

    assert outcome.failed
    assert outcome.ran == "yes"
    assert "breaks its own rules" in outcome.text
    assert odd.runs == {"liar": 1}


@pytest.mark.parametrize("protocol", ["auto", "legacy"])
async def test_a_server_that_was_restarted_is_found_again_and_the_call_runs_once(
    tmp_path: Path, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the older protocol the new server does not know our session, and says so before it runs anything."""
    monkeypatch.setattr("playground.serving.SHUTDOWN_SECONDS", 0.1)  # the older protocol holds a stream open
    journal = tmp_path / "journal"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Server(name="odd", transport="http", url=f"http://127.0.0.1:{port}/mcp", protocol=protocol)  # type: ignore[arg-type]  # parametrized
    async with a_desk(server) as desk:
        async with serve(build().streamable_http_app(), port=port):
            assert (await desk.call("odd__who")).text == "odd_jobs"
        while_away = await desk.call("odd__who")
        async with serve(build().streamable_http_app(), port=port):
            back = await desk.call("odd__count", json.dumps({"journal": str(journal)}))

    assert while_away.ran == "no"
    assert "cannot be reached (ConnectError)" in while_away.text
    assert back.text == "counted"
    assert len(lines(journal)) == 1


@pytest.mark.parametrize(
    ("status", "ran", "said"),
    [
        (401, "no", "refuses our credentials (HTTP 401)"),
        (403, "no", "refuses our credentials (HTTP 403)"),
        (429, "no", "Try again after 7 seconds"),
        (502, "unknown", "failed during"),
    ],
)
async def test_a_refused_status_is_explained(status: int, ran: str, said: str) -> None:
    async with running() as odd, a_desk(over_http(odd.url)) as desk:
        await desk.tools.offered(desk.agent)
        odd.fault("tools/call.who", "status", status=status, retry_after=7 if status == 429 else None)
        outcome = await desk.call("odd__who")

        assert outcome.ran == ran
        assert said in outcome.text
        assert odd.runs == {}
        assert (await desk.call("odd__who")).text == "odd_jobs"


async def test_an_answer_lost_on_the_way_is_of_unknown_outcome_and_never_repeated() -> None:
    async with running(json_response=True) as odd, a_desk(over_http(odd.url)) as desk:
        await desk.tools.offered(desk.agent)
        odd.fault("tools/call.count", "lost")
        lost = await desk.call("odd__count")

        assert lost.ran == "unknown"
        assert odd.runs == {"count": 1}
        assert (await desk.call("odd__who")).text == "odd_jobs"


async def test_one_hanging_call_leaves_the_others_of_its_server_alone(tmp_path: Path) -> None:
    arguments = json.dumps({"journal": str(tmp_path / "journal")})
    async with (
        serve(build().streamable_http_app()) as url,
        a_desk(over_http(url, timeout=timedelta(seconds=1))) as desk,
    ):
        hanging = [asyncio.create_task(desk.call("odd__hang", arguments)) for _ in range(3)]
        assert (await desk.call("odd__who")).text == "odd_jobs"
        assert {outcome.ran for outcome in await asyncio.gather(*hanging)} == {"unknown"}


async def test_a_changed_mcp_json_leads_to_the_new_server() -> None:
    async with AsyncExitStack() as stack:
        old = await stack.enter_async_context(serve(build("old").streamable_http_app()))
        new = await stack.enter_async_context(serve(build("new").streamable_http_app()))
        desk: Desk = await stack.enter_async_context(a_desk(over_http(old)))
        assert (await desk.call("odd__who")).text == "old"
        desk.servers["odd"] = over_http(new)
        assert (await desk.call("odd__who")).text == "new"


async def test_a_result_of_two_megabytes_arrives_and_is_cut() -> None:
    async with serve(build().streamable_http_app()) as url, a_desk(over_http(url)) as desk:
        outcome = await desk.call("odd__big", '{"characters": 2000000}')

    assert "the answer has 2,000,000 characters" in outcome.text


async def test_a_store_that_fails_costs_the_rest_of_a_long_answer_and_not_the_answer() -> None:
    """The call has run; an error in place of its answer would have it made again."""
    nobody = Redis(port=1, retry=Retry(NoBackoff(), 0))
    async with running() as odd, a_desk(over_http(odd.url), rests=Rests(nobody, Vault([]))) as desk:
        desk.agent = an_agent("*", READ_MORE)
        with capture_logs() as logs:
            outcome = await desk.call("odd__big", '{"characters": 6000}')

    assert (outcome.failed, outcome.ran) == (False, "yes")
    assert "only the first 5,000 are shown" in outcome.text
    assert odd.runs == {"big": 1}
    assert [entry["cause"] for entry in logs if entry["event"] == "tool.rest_not_kept"] == ["ConnectionError"]


async def test_the_older_sse_transport_works_too() -> None:
    async with serve(build().sse_app()) as url, AsyncExitStack() as stack:
        desk: Desk = await stack.enter_async_context(a_desk(Server(name="odd", transport="sse", url=f"{url}/sse")))
        outcome = await desk.call("odd__who")

    assert outcome.text == "odd_jobs"
