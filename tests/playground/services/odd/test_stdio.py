"""The odd server as a process that a client starts: what it does on its wire, and how it comes up and ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from mcp import MCPError

from playground.services.odd import messages
from playground.services.odd.__main__ import main
from playground.services.odd.journal import ran
from tests.playground.processes import told
from tests.playground.services.odd.clients import ROOT, Host, accepted, over_stdio, text
from tests.playground.services.odd.warm import kept

ERAS = pytest.mark.parametrize("mode", ["auto", "legacy"])
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def warm() -> Iterator[list[str]]:
    """Starts it in a moment, for tests of what it says; how the process comes up and ends is another matter."""
    with kept() as command:
        yield command


def fault(request: str, kind: str, **rule: Any) -> tuple[str, str]:
    return "--fault", json.dumps({"request": request, "kind": kind, **rule})


@ERAS
async def test_the_tools_are_the_same_over_stdio(mode: str, tmp_path: Path) -> None:
    host = Host([accepted(name="Ada")])
    journal = tmp_path / "journal"
    async with over_stdio("--journal", str(journal), "--name", "near", host=host, mode=mode) as client:
        assert text(await client.call_tool("who", {})) == "near"
        assert text(await client.call_tool("greet", {})) == "hello Ada"
        pid = text(await client.call_tool("pid", {}))

    assert journal.read_text().splitlines() == [f"who {pid}", f"greet {pid}", f"pid {pid}"]


async def test_a_server_that_dies_in_a_call_has_counted_it(warm: list[str], tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    async with over_stdio("--journal", str(journal), started_by=warm) as client:
        with pytest.raises(MCPError, match="Connection closed"):
            await client.call_tool("crash", {})

    assert ran(journal, "crash") == 1


async def test_faults_hit_messages_on_the_wire(warm: list[str], tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    rules = [
        *fault("tools/call.who", "error", code="-32050"),
        *fault("tools/call.count", "garbage", text=messages.NOT_JSON),
        *fault("tools/call.pid", "lost"),
        *fault("tools/call.fail", "delay", seconds=0.4),
    ]
    async with over_stdio("--journal", str(journal), *rules, host=(host := Host()), started_by=warm) as client:
        late = asyncio.create_task(client.call_tool("fail", {}))
        with pytest.raises(MCPError) as refused:
            await client.call_tool("who", {})
        with pytest.raises(MCPError, match="timed out"):
            await client.call_tool("count", {}, read_timeout_seconds=0.5)
        with pytest.raises(MCPError, match="timed out"):
            await client.call_tool("pid", {}, read_timeout_seconds=0.2)
        assert (await late).is_error
        assert text(await client.call_tool("who", {})) == "odd_jobs"

    assert refused.value.code == -32050
    assert {tool: ran(journal, tool) for tool in ("who", "count", "pid", "fail")} == {
        "who": 1, "count": 1, "pid": 1, "fail": 1,
    }  # fmt: skip
    assert [type(message) for message in host.heard if isinstance(message, Exception)]


async def test_a_delayed_answer_holds_up_no_other(warm: list[str]) -> None:
    async with over_stdio(*fault("tools/call.count", "delay", seconds=100), started_by=warm) as client:
        late = asyncio.create_task(client.call_tool("count", {}))
        assert text(await client.call_tool("who", {})) == "odd_jobs"
        assert not late.done()
        late.cancel()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_server_may_be_killed_before_or_after_it_did_its_work(
    warm: list[str], tmp_path: Path, when: str
) -> None:
    journal = tmp_path / "journal"
    async with over_stdio(
        "--journal", str(journal), *fault("tools/call.count", "kill", when=when), started_by=warm
    ) as client:
        with pytest.raises(MCPError, match="Connection closed"):
            await client.call_tool("count", {})

    assert ran(journal, "count") == (when == "after")


async def test_garbage_before_a_session_began(warm: list[str]) -> None:
    rules = [*fault("initialize", "garbage", text=messages.WRONG_SCHEMA)]
    with pytest.raises(BaseExceptionGroup):
        async with over_stdio(*rules, mode="legacy", read_timeout_seconds=2, started_by=warm):
            pass


async def test_rubbish_on_its_outputs_spoils_nothing(warm: list[str]) -> None:
    host = Host()
    with tempfile.TemporaryFile("w+") as errors:
        async with over_stdio("--rubbish", "3", "--noise", "2", host=host, errors=errors, started_by=warm) as client:
            assert text(await client.call_tool("who", {})) == "odd_jobs"
        errors.seek(0)
        noise = errors.read()

    assert noise.count("have a nice day") >= 2
    assert len([message for message in host.heard if isinstance(message, Exception)]) >= 3


async def test_what_a_tool_prints_does_not_reach_the_wire(warm: list[str]) -> None:
    """A child that a tool starts has the server's outputs, and not its wire."""
    async with over_stdio(started_by=warm, host=(host := Host())) as client:
        [child] = json.loads(text(await client.call_tool("spawn", {"away": True})))
        assert psutil.Process(child).is_running()
        await client.call_tool("who", {})

    assert not [message for message in host.heard if isinstance(message, Exception)]
    end(psutil.Process(child))


# ---- how the process comes up and ends ------------------------------------------------------------------------------


async def test_a_slow_start() -> None:
    with pytest.raises((BaseExceptionGroup, TimeoutError)):
        async with asyncio.timeout(2), over_stdio("--start-seconds", "100", mode="legacy"):
            pass


BEGIN = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


@contextmanager
def a_server(*options: str) -> Iterator[subprocess.Popen[bytes]]:
    """The process with its pipes, once it answers; afterwards neither it nor a child is left."""
    command = [sys.executable, "-m", "playground.services.odd", *options]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(BEGIN).encode() + b"\n")
        assert b"serverInfo" in process.stdout.readline()
        server = psutil.Process(process.pid)
        children = server.children()
        try:
            yield process
        finally:
            for each in (server, *children):
                end(each)


def closed(process: subprocess.Popen[bytes]) -> bool:
    """Whether nobody holds the other end of its output."""
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    return process.stdout.read() == b""  # None while somebody may still write


def test_it_ends_when_its_input_ends() -> None:
    with a_server() as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE_SECONDS) == 0
        assert closed(process)


def test_it_ends_on_sigterm() -> None:
    with a_server() as process:
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == -signal.SIGTERM
        assert closed(process)


def test_a_deaf_one_ignores_both_and_leaves_deaf_children_that_hold_its_output() -> None:
    with a_server("--deaf", "--children", "2") as process:
        children = psutil.Process(process.pid).children()
        assert process.stdin is not None
        process.stdin.close()
        process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.kill()
        assert process.wait(PATIENCE_SECONDS) == -signal.SIGKILL
        for child in children:
            child.terminate()

        assert len(children) == 2
        assert all(child.is_running() for child in children)
        assert not closed(process)
        for child in children:
            end(child)
        assert closed(process)


def end(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()
    psutil.wait_procs([process], timeout=PATIENCE_SECONDS)


async def test_the_sdks_client_kills_a_deaf_one_with_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcp.client.stdio.PROCESS_TERMINATION_TIMEOUT", 0.2)
    monkeypatch.setattr("mcp.client.stdio.FORCE_KILL_TIMEOUT", 0.2)
    async with over_stdio("--deaf", "--children", "1") as client:
        pid = int(text(await client.call_tool("pid", {})))
        [child] = psutil.Process(pid).children()

    psutil.wait_procs([child], timeout=PATIENCE_SECONDS)
    assert not psutil.pid_exists(pid)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_fault_that_needs_http_is_refused_over_stdio() -> None:
    status, said = told(main, *fault("*", "status"))
    assert (status, "There is no fault of kind status over stdio" in said) == (2, True)
