"""Nothing of a stdio server is left, not even children that went away, however the server or the worker ends."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from bot.catalog.servers import Server
from tests.workers.tools.conftest import REPOSITORY, Desk, a_desk, a_script, odd_jobs, wait_until
from workers.tools import keeper
from workers.tools.pool import CLOSE

KEEPER = [sys.executable, "-IS", keeper.__file__]
LEAVES_IN = CLOSE.total_seconds() + 20  # a busy machine is no failure
KINDS = [
    {"stubborn": False, "away": False},
    {"stubborn": True, "away": False},
    {"stubborn": False, "away": True},
    {"stubborn": True, "away": True},
]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with a_desk(odd_jobs()) as desk:
        yield desk


def with_manners(server: Server, *manners: str) -> Server:
    return replace(server, args=(*server.args, *manners))


async def spawned(desk: Desk) -> set[int]:
    """The server's process, and a child of it of every kind."""
    found = {int((await desk.call("odd__pid")).text)}
    for kind in KINDS:
        found |= set(json.loads((await desk.call("odd__spawn", json.dumps(kind))).text))
    return found


def descendants(pid: int | None = None) -> set[int]:
    return {process.pid for process in psutil.Process(pid).children(recursive=True)}


async def are_gone(processes: Iterable[int]) -> None:
    await wait_until(lambda: not any(map(runs, processes)), LEAVES_IN)


def runs(pid: int) -> bool:
    """What has ended and that nobody has asked about is no longer running."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def test_a_server_that_ends_as_it_should_leaves_no_children(desk: Desk) -> None:
    left = await spawned(desk)
    assert len(left) == 1 + len(KINDS)

    await desk.sessions.aclose()

    assert not any(map(runs, left))


async def test_a_server_that_is_killed_leaves_no_children(desk: Desk) -> None:
    left = await spawned(desk)
    with capture_logs() as logs:
        os.kill(int((await desk.call("odd__pid")).text), signal.SIGKILL)
        await wait_until(lambda: any(entry["event"] == "tool.connection_lost" for entry in logs))

    await are_gone(left)


@pytest.mark.parametrize("manners", [("--children", "1"), ("--deaf", "--children", "1")])
async def test_children_that_hold_the_servers_output_do_not_hold_up_the_end(manners: tuple[str, ...]) -> None:
    """Python's own way to wait for a process also waits for whoever has its pipes."""
    before = descendants()
    async with a_desk(with_manners(odd_jobs(), *manners)) as desk:
        assert not (await desk.call("odd__pid")).failed
        left = descendants() - before
        assert len(left) == 3  # the keeper, the server, its child
        async with asyncio.timeout(LEAVES_IN):
            await desk.sessions.aclose()

    assert not any(map(runs, left))


async def test_a_server_that_was_too_slow_is_not_left_though_everything_is_closed_meanwhile(tmp_path: Path) -> None:
    """The SDK is busy with its end when the connection is told to close: the one must not break off the other."""
    before, told = descendants(), tmp_path / "its input has ended"
    deaf = (
        "import pathlib, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); sys.stdin.read(); "
        f"pathlib.Path({str(told)!r}).touch(); time.sleep(600)"
    )
    async with a_desk(a_script("deaf", deaf, protocol="legacy"), connect=timedelta(seconds=1)) as desk:
        assert "did not answer within 1 seconds" in (await desk.call("deaf__tool")).text
        left = descendants() - before
        await wait_until(told.exists)
        async with asyncio.timeout(LEAVES_IN):
            await desk.sessions.aclose()

    assert left
    assert not any(map(runs, left))


async def test_nothing_is_left_when_the_worker_itself_is_killed(tmp_path: Path) -> None:
    told = tmp_path / "told"
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, str(told), cwd=REPOSITORY)
    await wait_until(told.exists, 60)
    left = set(json.loads(told.read_text()))
    assert all(map(runs, left))

    worker.kill()
    await worker.wait()

    await are_gone(left)


WORKER = """
import asyncio, json, os, sys
from datetime import timedelta
from tests.workers.tools.conftest import a_desk, odd_jobs
from tests.workers.tools.test_keeper import spawned, with_manners
from workers.tools import listing

listing.LONGEST_WAIT = timedelta(minutes=1)  # as in the tests themselves

async def main():
    async with a_desk(with_manners(odd_jobs(), "--deaf")) as desk:
        text = json.dumps(sorted(await spawned(desk)))
        with open(sys.argv[1] + ".new", "w") as file:
            file.write(text)
        os.rename(sys.argv[1] + ".new", sys.argv[1])
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_worker_that_is_told_to_end_leaves_nothing_of_its_servers(redis_url: str, tmp_path: Path) -> None:
    """The whole worker, which connects to its servers as it starts: here to one that is deaf, as its child is."""
    server = with_manners(odd_jobs(), "--deaf", "--children", "1")
    entry = {"command": sys.executable, "args": server.args, "cwd": str(server.cwd)}
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"odd": entry}}))
    nowhere = "http://127.0.0.1:9"
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "REDIS_URL": redis_url,
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "s",
        "SLACK_MODE": "http",
        "SLACK_API_URL": f"{nowhere}/api/",
        "MISTRAL_API_KEY": "k",
        "MISTRAL_API_URL": nowhere,
        "MCP_CONFIG": "mcp.json",
    }
    with (tmp_path / "log").open("wb") as log:
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "workers"), cwd=tmp_path, env=environment, stdout=log, stderr=log
        )
    try:
        await wait_until(lambda: len(descendants(worker.pid)) == 3, 60)
        left = descendants(worker.pid)
        worker.terminate()
        async with asyncio.timeout(LEAVES_IN):
            assert await worker.wait() == 0, (tmp_path / "log").read_text()
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()

    assert not any(map(runs, left))


async def test_a_server_that_cannot_be_started_says_why_in_the_log(tmp_path: Path) -> None:
    script = tmp_path / "server"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    with capture_logs() as logs:
        async with a_desk(Server(name="odd", transport="stdio", command=str(script))) as desk:
            outcome = await desk.call("odd__pid")

    assert outcome.ran == "no"
    [failed] = [entry for entry in logs if entry["event"] == "tool.connect_failed"]
    assert failed["stderr"] == f"{script} cannot be started: No such file or directory"


@pytest.mark.parametrize(("code", "seen"), [("exit(3)", 3), ("import os; os.kill(os.getpid(), 9)", 137)])
def test_it_ends_as_the_server_ended(code: str, seen: int) -> None:
    command = [*KEEPER, str(os.getpid()), sys.executable, "-c", code]
    assert subprocess.run(command, check=False, timeout=60).returncode == seen


def test_the_server_meets_the_signals_as_it_would_without_it() -> None:
    """Python ignores some, and what is ignored is inherited."""
    assert signals_met(*KEEPER, str(os.getpid())) == signals_met()


def signals_met(*before: str) -> dict[str, int]:
    """Which signals wait, are blocked, ignored and caught, bit by bit; those past 31 are the C library's own."""
    command = [*before, "/bin/cat", "/proc/self/status"]
    status = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    found = re.findall(r"^(Sig(?:Pnd|Blk|Ign|Cgt)):\s+(\w+)$", status, re.MULTILINE)
    assert len(found) == 4
    return {name: int(bits, 16) & 0x7FFFFFFF for name, bits in found}
