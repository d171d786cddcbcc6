"""Stand-ins as processes of their own, as the demo and the fault runs start them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playground.demo.process import answers
from playground.store import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0  # on a busy machine
STOP_SECONDS = 20.0


@dataclass
class Running:
    process: asyncio.subprocess.Process
    url: str

    @property
    def pid(self) -> int:
        return self.process.pid

    async def ended(self) -> tuple[int, str]:
        """Wait for its end; the status and what it said on stderr."""
        async with asyncio.timeout(START_SECONDS):
            _, said = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, said.decode()


@asynccontextmanager
async def a_process(module: str, *options: str, ready: str | None = None) -> AsyncIterator[Running]:
    """`python -m module --port …` in this checkout, once the path `ready` answers; ended when the block is left."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, "--port", str(port), *options), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    running = Running(process, f"http://127.0.0.1:{port}")
    try:
        if ready is not None:
            async with asyncio.timeout(START_SECONDS):
                await answers(running.url + ready)
        yield running
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise
