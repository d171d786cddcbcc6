"""The product's own processes, started as an operator's supervisor would: one that falls is started again at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

TAIL = 40  # lines of each log that a failure shows
END_SECONDS = 20.0
MOST_LIVES = 400  # a process that cannot start must not be started for ever


@dataclass(slots=True)
class Life:
    pid: int
    began: float
    ended: float | None = None
    code: int | None = None


class Kept:
    """`python -m module` under `name`, kept alive until `end` or `leave`; `fell` hears of each end."""

    def __init__(
        self, name: str, module: str, folder: Path, environment: Mapping[str, str], fell: Callable[[int], None]
    ) -> None:
        self.name = name
        self.module = module
        self.environment = dict(environment)
        self.log_path = folder / f"{name}.log"
        self.lives: list[Life] = []
        self._folder = folder
        self._fell = fell
        self._ending = False
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that lives now."""
        return self.lives[-1].pid if self.lives and self.lives[-1].ended is None else None

    def start(self) -> None:
        self._keeper = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while not self._ending and len(self.lives) < MOST_LIVES:
            with self.log_path.open("ab") as log:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", self.module),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self._folder,
                    env={
                        "PATH": os.environ.get("PATH", ""),
                        "PYTHONPATH": os.pathsep.join(sys.path),
                        **self.environment,
                    },
                    start_new_session=True,
                )
            life = Life(process.pid, time.time())
            self.lives.append(life)
            try:
                life.code = await process.wait()
            except asyncio.CancelledError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
                raise
            finally:
                life.ended = time.time()
                self._fell(life.pid)

    def send(self, what: signal.Signals) -> int | None:
        """Send a signal to the process that lives now; its id."""
        pid = self.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, what)
        return pid

    async def leave(self, *, within: float = END_SECONDS) -> int | None:
        """SIGTERM, and not started again: its exit status."""
        self._ending = True
        self.send(signal.SIGTERM)
        if self._keeper is not None:
            async with asyncio.timeout(within):
                await asyncio.shield(self._keeper)
        return self.lives[-1].code

    async def end(self) -> None:
        """SIGKILL, whatever state it is in."""
        self._ending = True
        if self._keeper is not None and not self._keeper.done():
            self._keeper.cancel()
            await asyncio.wait({self._keeper})

    def tail(self, lines: int = TAIL) -> list[str]:
        if not self.log_path.exists():
            return []
        with self.log_path.open(errors="replace") as log:
            return [line.rstrip("\n") for line in deque(log, maxlen=lines)]

    def lines_with(self, *words: str) -> list[str]:
        with self.log_path.open(errors="replace") as log:
            return [line.strip() for line in log if any(word in line for word in words)]
