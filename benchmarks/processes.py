"""Processes that are measured: started as in earnest, watched from outside, ended with the block that opened them.

CPU is what the kernel counted for the process itself; its children (MCP servers) are not in it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

READY_SECONDS = 20
LOOK_SECONDS = 0.02
END_SECONDS = 10  # then it is killed: what it still held is of no use to anybody
LINES = 12  # of the log of a process that ended by itself


@dataclass(frozen=True)
class Process:
    name: str
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        try:
            # Nanoseconds on the CPU, where the kernel tells them; `cpu_times` counts in hundredths of a second.
            threads = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
            return sum(int(each.read_text().split()[0]) for each in threads) / 1e9
        except OSError:
            times = psutil.Process(self.pid).cpu_times()
            return float(times.user + times.system)

    def rss_mb(self) -> float:
        """Resident memory in MB of a million bytes."""
        return float(psutil.Process(self.pid).memory_info().rss) / 1e6


class Ended(RuntimeError):
    """A process that should run does not."""


@asynccontextmanager
async def running(
    name: str, arguments: list[str], *, environment: Mapping[str, str], folder: Path, port: int | None = None
) -> AsyncIterator[Process]:
    """`python -m *arguments` for as long as the block lasts; with a `port`, from when it is listened on."""
    log = folder / f"{name}.log"
    inherited = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    # MCP servers are found beside the interpreter, as `make` finds them.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *arguments,
            env={**inherited, "PATH": path, **environment},
            stdout=out,
            stderr=asyncio.subprocess.STDOUT,
        )
    try:
        if port is not None:
            await _listening(name, process, port)
        yield Process(name, process.pid)
        if process.returncode is not None:
            raise Ended(f"{name} ended with {process.returncode} while it was measured")
    except Exception as problem:
        problem.add_note(f"The end of {name}'s log:\n{_last_words(log)}")
        raise
    finally:
        await _end(process)


async def _listening(name: str, process: asyncio.subprocess.Process, port: int) -> None:
    async with asyncio.timeout(READY_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                if process.returncode is not None:
                    raise Ended(f"{name} ended with {process.returncode} before it served") from None
                await asyncio.sleep(LOOK_SECONDS)
            else:
                writer.close()
                return


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(END_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _last_words(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-LINES:])
