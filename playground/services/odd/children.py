"""Tools that start processes and leave them behind."""

from __future__ import annotations

import json
import subprocess
import sys

import anyio.to_thread

from playground.services.odd.bench import Bench

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(3600)"
GENTLE = "import time; print(flush=True); time.sleep(3600)"


def add(bench: Bench) -> None:
    @bench.tool()
    async def spawn(count: int = 1, stubborn: bool = False, away: bool = False) -> str:
        """So many children; their process ids. `stubborn`: deaf to SIGTERM; `away`: in a session of their own."""
        return json.dumps([await started(bench, stubborn=stubborn, away=away) for _ in range(count)])


async def started(bench: Bench, *, stubborn: bool, away: bool = False, holding: int | None = None) -> int:
    """The id of a child that has come up and that nobody waits for; `holding`: a file that it keeps open."""
    return await anyio.to_thread.run_sync(
        lambda: _started(bench, stubborn, away, () if holding is None else (holding,))
    )


def _started(bench: Bench, stubborn: bool, away: bool, holding: tuple[int, ...]) -> int:
    # Not asyncio's: that kills its children when the loop ends, and these are to stay behind.
    child = subprocess.Popen(
        [sys.executable, "-c", STUBBORN if stubborn else GENTLE],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=away,
        pass_fds=holding,
    )
    bench.children.append(child)
    assert child.stdout is not None
    child.stdout.readline()
    return child.pid


def end(bench: Bench) -> None:
    """All children that were left behind, where the server is part of another process."""
    for child in bench.children:
        with child:
            child.kill()
    bench.children.clear()
