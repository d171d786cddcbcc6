"""The demo's release phase: a command that runs to its end before the worker starts, as a platform runs it.

What it says is passed on. Where it fails, its own words say why, and the demo goes on: agents that run without an
object need nothing of it.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping, Sequence

from playground.demo.process import Say, how, send_signal, spawned

LIMIT_SECONDS = 60.0  # about one on an idle machine
DONE = 0  # the exit status


class Release:
    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, done: str, undone: str, say: Say
    ) -> None:
        """`done` and `undone` are what it tells when the command did, or did not, do its work."""
        self.name, self.says, self.failed = name, done, False
        self._done, self._undone = done, undone
        self._command, self._environment, self._say = command, environment, say
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Runs the command to its end."""
        self._process = await spawned(self._command, self._environment)
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                out, _ = await self._process.communicate()
            for line in out.decode(errors="replace").splitlines():
                self._say(self.name, line)
            status = self._process.returncode
            self.failed = status != DONE
            self.says = self._done if not self.failed else f"{self._undone} (it {how(status or 0)})"
        except TimeoutError:
            self.failed = True
            self.says = f"{self._undone} (not within {LIMIT_SECONDS:.0f} s)"
        finally:
            self.kill()

    async def ended(self) -> str:
        """It is over already; nothing is to be started again."""
        await asyncio.Event().wait()
        raise AssertionError("nobody sets this event")

    async def stop(self) -> None:
        self.kill()

    def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            send_signal(self._process, signal.SIGKILL)
