"""Tools of real stdio servers: warm across turns, deaf to cancelled callers, replaced when dead, gone at the end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.catalog.policy import Policy
from bot.catalog.servers import Server
from tests.workers.tools.conftest import Desk, a_desk, a_script, an_agent, lines, odd_jobs, wait_until

# One event loop and one set of servers for the module: starting a Python server takes most of a second.
pytestmark = pytest.mark.asyncio(loop_scope="module")

TIME = Server(name="time", transport="stdio", command="mcp-server-time", trusted=True)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk() -> AsyncIterator[Desk]:
    async with a_desk(TIME, odd_jobs(env={"GREETING": "hello"})) as desk:
        await desk.tools.warm_up()
        yield desk


def ours() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


async def test_the_time_in_tokyo_is_the_real_time(desk: Desk) -> None:
    outcome = await desk.call("time__get_current_time", '{"timezone": "Asia/Tokyo"}')

    told = datetime.fromisoformat(json.loads(outcome.text)["datetime"])
    assert outcome.ran == "yes"
    assert not outcome.failed
    assert told.utcoffset() == ZoneInfo("Asia/Tokyo").utcoffset(datetime.now())  # noqa: DTZ005  # any day will do
    assert abs(told - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_hint_counts_only_where_the_server_is_trusted(desk: Desk) -> None:
    offered = {spec.name: spec for spec in await desk.tools.offered(desk.agent)}

    assert offered["time__get_current_time"].policy_of(desk.agent) is Policy.AUTO
    assert offered["odd__pid"].read_only
    assert offered["odd__pid"].title == "Process id"
    assert offered["odd__pid"].policy_of(desk.agent) is Policy.ASK
    assert offered["odd__pid"].policy_of(an_agent("*", approvals={"odd__*": Policy.AUTO})) is Policy.AUTO


async def test_a_server_stays_warm_whichever_task_calls(desk: Desk) -> None:
    first = await desk.call("odd__pid")
    others = await asyncio.gather(*(asyncio.create_task(desk.call("odd__pid", principal=f"U{n}")) for n in range(5)))

    assert int(first.text) in [process.pid for process in ours()]
    assert {outcome.text for outcome in others} == {first.text}


async def test_a_cancelled_caller_does_not_take_the_connection_down(desk: Desk, tmp_path: Path) -> None:
    before = await desk.call("odd__pid")
    journal = tmp_path / "journal"
    caller = asyncio.create_task(desk.call("odd__hang", json.dumps({"journal": str(journal)})))
    await wait_until(lambda: lines(journal))

    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller

    assert await desk.call("odd__pid") == before


async def test_a_server_sees_only_what_was_configured_for_it(desk: Desk) -> None:
    seen = json.loads((await desk.call("odd__environment")).text)

    assert seen["GREETING"] == "hello"
    # What Python itself or the shell's start adds says nothing about us.
    assert set(seen) <= {"GREETING", "HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "LC_CTYPE"}


async def test_a_tools_own_error_is_told_to_the_model(desk: Desk) -> None:
    outcome = await desk.call("odd__fail")

    assert outcome.failed
    assert outcome.ran == "yes"
    assert outcome.text.startswith("Error: ")
    assert "the shelf is empty" in outcome.text


async def test_a_long_result_is_cut_and_says_so(desk: Desk) -> None:
    outcome = await desk.call("odd__big", '{"characters": 300000}')

    assert outcome.text.startswith("x" * 5000 + "\n[Cut here: the answer has 300,000 characters")
    assert len(outcome.text) < 5300


async def test_a_picture_is_described(desk: Desk) -> None:
    outcome = await desk.call("odd__picture")

    assert outcome.text.startswith("[image: image/png, about 3 kB; the people in the thread see it")
    assert [file.name for file in outcome.files] == ["picture.png"]


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("odd__pid", "{", "not valid JSON"),
        ("odd__pid", "[1]", "must be one JSON object, not a list"),
        ("odd__pid", "null", "not null"),
        ("odd__pdi", "{}", 'There is no tool "odd__pdi". Did you mean "odd__pid"?'),
        ("", "{}", "There is no tool"),
    ],
)
async def test_a_call_that_makes_no_sense_is_explained_and_not_made(
    desk: Desk, name: str, arguments: str, said: str
) -> None:
    outcome = await desk.call(name, arguments)

    assert outcome.failed
    assert outcome.ran == "no"
    assert outcome.text.startswith("Error: ")
    assert said in outcome.text


async def test_a_tool_the_agent_was_not_given_is_unknown_to_it(desk: Desk) -> None:
    clerk = an_agent("time")
    desk.agent, everything = clerk, desk.agent
    try:
        outcome = await desk.call("odd__pid")
    finally:
        desk.agent = everything

    assert outcome.ran == "no"
    assert {spec.server for spec in await desk.tools.offered(clerk)} == {"time"}


async def test_a_server_that_dies_during_a_call_is_replaced_and_the_call_not_repeated(
    desk: Desk, tmp_path: Path
) -> None:
    before = await desk.call("odd__pid")
    journal = tmp_path / "journal"

    outcome = await desk.call("odd__crash", json.dumps({"journal": str(journal)}))
    after = await desk.call("odd__pid")

    assert outcome.failed
    assert outcome.ran == "unknown"
    assert "unknown whether it ran" in outcome.text
    assert lines(journal) == [before.text]
    assert not after.failed
    assert after.text != before.text


async def test_a_server_killed_while_idle_costs_no_call(desk: Desk, tmp_path: Path) -> None:
    before = await desk.call("odd__pid")
    journal = tmp_path / "journal"

    with capture_logs() as logs:
        os.kill(int(before.text), signal.SIGKILL)
        await wait_until(lambda: any(entry["event"] == "tool.connection_lost" for entry in logs))
        outcome = await desk.call("odd__count", json.dumps({"journal": str(journal)}))

    assert outcome.text == "counted"
    assert len(lines(journal)) == 1


async def test_an_idle_server_is_let_go_and_comes_back_when_needed() -> None:
    async with a_desk(TIME, idle=timedelta(seconds=0.1)) as desk:
        before = ours()
        assert not (await desk.call("time__get_current_time", '{"timezone": "UTC"}')).failed
        await wait_until(lambda: ours() == before)
        assert not (await desk.call("time__get_current_time", '{"timezone": "UTC"}')).failed


async def test_no_process_outlives_the_sessions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not even one that ignores the end of its input and SIGTERM."""
    monkeypatch.setattr("mcp.client.stdio.PROCESS_TERMINATION_TIMEOUT", 0.2)
    monkeypatch.setattr("mcp.client.stdio.FORCE_KILL_TIMEOUT", 0.2)
    ready = tmp_path / "ready"
    code = (
        "import pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"pathlib.Path({str(ready)!r}).touch(); time.sleep(3600)"
    )
    before = ours()
    async with a_desk(a_script("stubborn", code), TIME) as desk:
        calls = [
            asyncio.create_task(desk.call("stubborn__tool")),
            asyncio.create_task(desk.call("time__get_current_time", '{"timezone": "UTC"}')),
        ]
        await wait_until(ready.exists)
        assert not (await calls[1]).failed

    assert ours() == before
    assert (await calls[0]).ran == "no"
