"""Servers that cannot be started, never answer or keep failing: plain sentences, and nobody else waits for them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.catalog.servers import Server
from playground.services.odd.server import build
from playground.serving import serve
from tests.workers.tools.conftest import ADA, a_desk, a_script, lines, odd_jobs, over_http, wait_until
from tests.world import REPOSITORY
from workers.tools import listing

SILENT = "import sys; sys.stdin.read()"
# The odd server, once a file is there.
LATE = """
import os, runpy, time
while not os.path.exists({path!r}):
    time.sleep(0.01)
runpy.run_module("playground.services.odd", run_name="__main__")
"""


async def test_a_command_that_does_not_exist_is_named() -> None:
    missing = Server(name="lost", transport="stdio", command="no-such-command-here")
    async with a_desk(missing) as desk:
        assert await desk.tools.offered(desk.agent) == ()
        outcome = await desk.call("lost__anything")

    assert outcome.ran == "no"
    assert 'there is no command "no-such-command-here"' in outcome.text
    assert desk.tools.missing(desk.agent)["lost"] in outcome.text


async def test_what_a_failing_server_wrote_goes_to_the_log_without_its_secrets() -> None:
    code = "import os, sys; print('cannot use', os.environ['TOKEN'], file=sys.stderr); sys.exit(1)"
    with capture_logs() as logs:
        async with a_desk(a_script("broken", code, env={"TOKEN": "hunter2-secret"})) as desk:
            outcome = await desk.call("broken__anything")

    assert outcome.ran == "no"
    assert "stopped while it was starting" in outcome.text
    [entry] = [entry for entry in logs if entry["event"] == "tool.connect_failed"]
    assert entry["stderr"] == "cannot use [hidden]"
    assert "hunter2" not in str(logs)


async def test_a_server_that_never_answers_harms_only_its_own_calls() -> None:
    silent = a_script("silent", SILENT, protocol="legacy")
    async with serve(build().streamable_http_app()) as url, a_desk(silent, over_http(url)) as desk:
        stuck = asyncio.create_task(desk.call("silent__tool"))
        started = time.monotonic()
        outcome = await desk.call("odd__who")
        took = time.monotonic() - started

        assert outcome.text == "odd_jobs"
        assert took < 2
        assert not stuck.done()
        stuck.cancel()


async def test_a_slow_start_ends_in_a_sentence() -> None:
    async with a_desk(a_script("silent", SILENT), connect=timedelta(seconds=0.3)) as desk:
        outcome = await desk.call("silent__tool")

    assert outcome.ran == "no"
    assert 'The tool server "silent" did not answer within 0.3 seconds of connecting.' in outcome.text


async def test_a_server_may_take_longer_to_start_than_a_call_of_it() -> None:
    async with a_desk(odd_jobs(timeout=timedelta(seconds=0.2), protocol="legacy")) as desk:
        assert await desk.tools.offered(desk.agent), desk.tools.missing(desk.agent)


async def test_a_server_that_was_too_slow_to_start_is_asked_for_its_tools_as_soon_as_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "now"
    late = replace(a_script("odd", LATE.format(path=str(path))), cwd=REPOSITORY)
    async with a_desk(late) as desk:
        with monkeypatch.context() as patch:
            patch.setattr(listing, "LONGEST_WAIT", timedelta(seconds=0.2))
            assert await desk.tools.offered(desk.agent) == ()
        path.touch()
        async with asyncio.timeout(60):
            while not await desk.tools.offered(desk.agent):  # noqa: ASYNC110  # its connection opens beside us
                await asyncio.sleep(0.01)


async def test_a_call_past_its_time_is_of_unknown_outcome_and_the_server_goes_on(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    async with a_desk(odd_jobs(timeout=timedelta(seconds=0.5))) as desk:
        pid = await desk.call("odd__pid")
        outcome = await desk.call("odd__hang", f'{{"journal": "{journal}"}}')

        assert outcome.failed
        assert outcome.ran == "unknown"
        assert "within 0.5 seconds" in outcome.text
        assert lines(journal) == [pid.text]
        assert await desk.call("odd__pid") == pid


async def test_a_server_that_keeps_failing_rests_and_is_tried_again_later() -> None:
    clock = [1000.0]
    async with a_desk(Server(name="lost", transport="stdio", command="no-such-command"), now=lambda: clock[0]) as desk:
        server = desk.servers["lost"]
        said = []
        for _ in range(5):
            try:
                await desk.sessions.call(server, ADA, "tool", {})
            except Exception as exc:
                said.append(str(exc))
        clock[0] += 10
        try:
            await desk.sessions.call(server, ADA, "tool", {})
        except Exception as exc:
            said.append(str(exc))

    assert ["no command" in text for text in said] == [True, True, True, False, False, True]
    assert "failed several times in a row and is left alone for another 2 seconds" in said[3]


async def test_a_full_server_makes_the_next_call_wait_and_then_say_so(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    async with (
        serve(build().streamable_http_app()) as url,
        a_desk(over_http(url, timeout=timedelta(seconds=1)), calls_at_once=1) as desk,
    ):
        await desk.tools.offered(desk.agent)
        long = asyncio.create_task(desk.call("odd__hang", f'{{"journal": "{journal}"}}'))
        await wait_until(lambda: lines(journal))
        patient = over_http(url, timeout=timedelta(seconds=20))  # or its time may run out in the same moment
        desk.servers[patient.name] = patient
        waiting = asyncio.create_task(desk.call("odd__who"))
        first, _ = await asyncio.wait({long, waiting}, return_when=asyncio.FIRST_COMPLETED)

        assert first == {long}
        assert (await long).ran == "unknown"
        assert (await waiting).text == "odd_jobs"
