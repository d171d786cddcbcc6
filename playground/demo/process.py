"""One part of the demo that is a process: started, known to be ready, its lines passed on, ended with all it started.

Each runs in a session of its own: Ctrl-C reaches only the demo, which then ends the parts in an order in which none
talks to one that is gone.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

import httpx2

READY_SECONDS = 60.0  # about two on an idle machine
STOP_SECONDS = 12.0  # longer than the worker's own grace, see `parts.py`
LOOKS_SECONDS = 0.05
LONGEST_LINE = 1 << 20  # bytes

Say = Callable[[str, str], None]  # the part's name, a line


class NotReady(Exception):
    """A part did not come up; the message is a sentence."""


class Process:
    """`ready` returns once the part can be used; it is cancelled when the process ends first."""

    failed = False  # it comes up, or `NotReady` is raised

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        says: str,
        say: Say,
        ready: Callable[[Process], Awaitable[None]],
        sockets: Sequence[socket.socket] = (),
    ) -> None:
        """`sockets` are handed to it as open files, under the same numbers."""
        self.name, self.says = name, says
        self._command, self._environment = command, environment
        self._say, self._ready, self._sockets = say, ready, sockets
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._lines: list[tuple[str, asyncio.Event]] = []

    async def start(self) -> None:
        """Raises `NotReady`."""
        self._process = await spawned(self._command, self._environment, sockets=self._sockets)
        assert self._process.stdout is not None
        self._reading = asyncio.create_task(self._read(self._process.stdout))
        ready, ended = asyncio.ensure_future(self._ready(self)), asyncio.create_task(self._process.wait())
        try:
            await asyncio.wait({ready, ended}, timeout=READY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if ready.done():
                return ready.result()
            if ended.done():
                await asyncio.wait([self._reading], timeout=1)  # its last words come before ours
                raise NotReady(f"{self.name} {how(ended.result())} before it was ready; its own words stand above.")
            raise NotReady(f"{self.name} was not ready within {READY_SECONDS:.0f} s.")
        finally:
            ready.cancel()
            ended.cancel()
            await asyncio.wait({ready, ended})

    async def ended(self) -> str:
        """Waits until the process is gone; says how it went."""
        assert self._process is not None
        return how(await self._process.wait())

    async def stop(self) -> None:
        """Ask it to end; after `STOP_SECONDS` it is killed. Nothing of its session is left."""
        if self._process is None:
            return
        try:
            self._signal(signal.SIGTERM)
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._say(self.name, f"did not end within {STOP_SECONDS:.0f} s and was killed.")
        finally:
            self.kill()
            await self._process.wait()
            if self._reading is not None:
                _, late = await asyncio.wait([self._reading], timeout=1)
                for reading in late:
                    reading.cancel()

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    async def line(self, words: str) -> None:
        """Waits until the process has said a line with these words in it."""
        heard = asyncio.Event()
        waiting = (words, heard)
        self._lines.append(waiting)
        try:
            await heard.wait()
        finally:
            self._lines.remove(waiting)

    def _signal(self, number: signal.Signals) -> None:
        """To the whole session: the process first of all, and what it started and may have left."""
        if self._process is not None:
            send_signal(self._process, number)

    async def _read(self, out: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await out.readline()
            except ValueError:  # longer than anything a part has to say; what was read of it is gone
                continue
            if not line:
                return
            text = line.decode(errors="replace").rstrip()
            for words, heard in self._lines:
                if words in text:
                    heard.set()
            if text:
                self._say(self.name, text)


async def spawned(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    stderr: int = asyncio.subprocess.STDOUT,
    sockets: Sequence[socket.socket] = (),
) -> asyncio.subprocess.Process:
    """In a session of its own, with its output to be read."""
    return await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
        start_new_session=True,
        limit=LONGEST_LINE,
        pass_fds=[one.fileno() for one in sockets],
    )


def send_signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Its whole session."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


async def answers(url: str) -> None:
    """Waits until `url` answers with 200."""
    async with httpx2.AsyncClient(trust_env=False, timeout=2) as http:
        while True:
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx2.HTTPError:
                pass
            await asyncio.sleep(LOOKS_SECONDS)


def how(status: int) -> str:
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended by itself (status {status})"
