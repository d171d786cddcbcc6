"""Connections that died without a word are found out before a call is sent over them, and at no cost to warm calls."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from playground.services.odd import raw
from playground.services.odd.app import running
from playground.serving import serve
from tests.workers.tools.conftest import a_desk, lines, odd_jobs, over_http
from workers.tools import health

A_TOOL = [{"name": "t", "inputSchema": {"type": "object"}}]
FINE = {"content": [{"type": "text", "text": "fine"}]}


@pytest.fixture
def always_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if each connection had been idle for long."""
    monkeypatch.setattr(health, "QUIET_FOR_SECONDS", 0.0)
    monkeypatch.setattr(health, "ANSWERS_WITHIN_SECONDS", 0.3)


@pytest.mark.usefixtures("always_asked")
async def test_a_process_that_hangs_is_replaced_and_the_call_runs_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcp.client.stdio.PROCESS_TERMINATION_TIMEOUT", 0.1)  # it would not end by itself
    journal = tmp_path / "journal"
    async with a_desk(odd_jobs()) as desk:
        os.kill(int((await desk.call("odd__pid")).text), signal.SIGSTOP)
        outcome = await desk.call("odd__count", json.dumps({"journal": str(journal)}))

    assert outcome.text == "counted"
    assert len(lines(journal)) == 1


@pytest.mark.usefixtures("always_asked")
async def test_a_session_that_was_cut_off_without_a_word_is_replaced_and_the_call_runs_once() -> None:
    async with running() as odd, a_desk(over_http(odd.url, protocol="legacy")) as desk:
        await desk.call("odd__who")
        odd.fault("ping", "delay", seconds=5)
        assert (await desk.call("odd__who")).text == "odd_jobs"
        assert odd.runs == {"who": 2}
        assert odd.faults.seen["initialize"] == 2


async def test_a_warm_call_asks_nothing_before_and_a_server_without_ping_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    async with serve(raw.build(A_TOOL, FINE, heard)) as url, a_desk(over_http(url, protocol="legacy")) as desk:
        await desk.call("odd__t")
        heard.clear()
        await desk.call("odd__t")
        assert heard == ["tools/call"]
        monkeypatch.setattr(health, "QUIET_FOR_SECONDS", 0.0)
        await desk.call("odd__t")
        assert heard == ["tools/call", "ping", "tools/call"]


@pytest.mark.usefixtures("always_asked")
async def test_where_each_request_stands_alone_nothing_is_asked() -> None:
    heard: list[str] = []
    async with serve(raw.build(A_TOOL, FINE, heard, modern=True)) as url, a_desk(over_http(url)) as desk:
        await desk.call("odd__t")
        heard.clear()
        await desk.call("odd__t")
    assert heard == ["tools/call"]
