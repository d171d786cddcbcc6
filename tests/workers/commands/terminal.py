"""A real terminal with `threadwind chat` in it: the command in a process of its own, or its talk in this one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.workers.commands.conftest import RUN, Threadwind
from tests.world import World, until
from workers.commands import chat
from workers.commands.talking.screen import Screen
from workers.commands.talking.stores import beside
from workers.commands.talking.workspace import Me


class Terminal:
    """`ended` waits for the end of what runs in it, and gives the status; `interrupts` is Ctrl-C."""

    def __init__(self, descriptor: int, ended: Callable[[], Awaitable[int]], interrupts: Callable[[], None]) -> None:
        self._descriptor, self._ended, self.interrupts = descriptor, ended, interrupts
        self.text = ""

    def read(self) -> None:
        try:
            self.text += os.read(self._descriptor, 65536).decode(errors="replace").replace("\r\n", "\n")
        except OSError:  # its other end was closed
            asyncio.get_running_loop().remove_reader(self._descriptor)

    async def shows(self, words: str, *, within: float = 60) -> None:
        await until(lambda: words in self.text, within=within, seen=lambda: self.text)

    async def types(self, line: str) -> None:
        """Type a line once the command waits for one; what was shown before counts no more."""
        await until(lambda: self.text.endswith(("> ", "] ")), within=60, seen=lambda: self.text)
        self.text = ""
        self.press(f"{line}\n")

    def press(self, keys: str) -> None:
        """Type at once, whatever the command is at."""
        os.write(self._descriptor, keys.encode())

    async def ends(self) -> int:
        async with asyncio.timeout(30):
            return await self._ended()

    @contextlib.contextmanager
    def looked_at(self) -> Iterator[Terminal]:
        """What is shown is read while the block runs."""
        asyncio.get_running_loop().add_reader(self._descriptor, self.read)
        try:
            yield self
        finally:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            os.close(self._descriptor)


@contextlib.asynccontextmanager
async def terminal(threadwind: Threadwind, *arguments: str, **environment: str) -> AsyncIterator[Terminal]:
    """`threadwind chat …` in a terminal of its own; ended with the block, if it has not ended before."""
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *RUN,
        "chat",
        *arguments,
        cwd=threadwind.folder,
        env=threadwind.environment({"TERM": "dumb", **environment}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    with Terminal(ours, process.wait, lambda: process.send_signal(signal.SIGINT)).looked_at() as shown:
        try:
            yield shown
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


@contextlib.asynccontextmanager
async def talk(world: World, agent: str = "assistant") -> AsyncIterator[Terminal]:
    """What the command does in a terminal once it has read its settings, in this process, which imports nothing more.

    No Ctrl-C: it would be this process's.
    """
    own = world.settings.model_copy(update={"redis_url": beside(world.settings.redis_url)})
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as keys, os.fdopen(os.dup(theirs), "w") as out, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", keys)
        screen = Screen(out, out, is_terminal=True)
        me = Me(id="U0TERMINAL", name="ada")
        talking = asyncio.create_task(chat._talk(own, agent, None, screen, me, Path("chat-files")))

        async def ended() -> int:
            return 0 if await talking else 1

        with Terminal(ours, ended, _no_interrupt).looked_at() as shown:
            try:
                yield shown
            finally:
                talking.cancel()
                await asyncio.wait([talking])


def _no_interrupt() -> NoReturn:
    raise AssertionError("Ctrl-C is pressed in a process of its own")
