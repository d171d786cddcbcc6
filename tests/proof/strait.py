"""The way from one process to Redis: it knows our scripts by name, and can end the process at one of them.

Where no request marks a step of a turn, a script does: `claim`, each `note` of the journal, `finish`, and the bot's
`accept`. A rule hits before the script runs, or after it ran and before its answer is heard. What `accept` stored is
listed in the order in which it was stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import hiredis

from bot.threads import leases, mailbox, turns
from playground.faults import Faults, kill
from tests.proof.asking import Aim
from tests.proof.owners import Owners

TEXTS = {
    "accept": mailbox._ACCEPT,
    "claim": turns._CLAIM,
    "note": turns._NOTE,
    "finish": turns._FINISH,
    "give_back": turns._GIVE_BACK,
    "take_over": leases._TAKE_OVER,
    "beat": leases._BEAT,
}
NOTED = ("accept", "claim", "finish", "give_back")  # whose answers say what a thread has come to
NOTHING = (b"*-1\r\n", b"$-1\r\n", b"_\r\n")  # Redis's "no"
NAMES = {hashlib.sha1(text.encode()).hexdigest().encode(): name for name, text in TEXTS.items()}  # noqa: S324  # Redis's own
CHUNK = 1 << 16


@dataclass
class Seen:
    """What all straits saw: the rules for scripts, and the ids of mail in the order in which it was stored."""

    aim: Aim
    rules: Faults = field(default_factory=Faults)
    owners: Owners = field(default_factory=Owners)
    stored: list[str] = field(default_factory=list)
    in_order: asyncio.Lock = field(default_factory=asyncio.Lock)


class Strait:
    """For one process, whose id `pid` tells; `ran` counts the scripts it asked for."""

    def __init__(self, store_port: Callable[[], int], pid: Callable[[], int | None], seen: Seen) -> None:
        self.port = 0
        self.ran: Counter[str] = Counter()
        self._store_port = store_port
        self._pid = pid
        self._seen = seen
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        await self.open()
        try:
            yield
        finally:
            await self.shut()

    async def open(self) -> None:
        """Take connections, always on the same port."""
        self._server = await asyncio.start_server(self._come, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Break all connections and refuse new ones, as a store that is away does."""
        if self._server is not None:
            self._server.close()
            self._server = None
        while self._open:
            for task in self._open:
                task.cancel()
            await asyncio.wait(self._open)

    def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection is open to us from here on, also if its task is ended before its first step."""
        if self._server is None:  # it was on its way when we shut
            writer.transport.abort()
            return
        task = asyncio.create_task(self._pass(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        task.add_done_callback(lambda _: writer.transport.abort())  # `close` waits for a peer that may never read

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there: asyncio.StreamWriter | None = None
        try:
            back, there = await asyncio.open_connection("127.0.0.1", self._store_port())
            passing = Passing(self, self._seen, self._pid, writer, there)
            out = asyncio.create_task(passing.out(reader))
            home = asyncio.create_task(passing.home(back))
            try:
                await asyncio.wait({out, home}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for half in (out, home):
                    half.cancel()
                await asyncio.wait({out, home})
        except (OSError, asyncio.CancelledError):
            pass  # the store is away, or the test is over: the process sees a broken connection
        finally:
            if there is not None:
                there.transport.abort()


class Passing:
    """One connection, both ways. redis-py sends one command or pipeline at a time and waits for its answer."""

    def __init__(
        self,
        strait: Strait,
        seen: Seen,
        pid: Callable[[], int | None],
        near: asyncio.StreamWriter,
        far: asyncio.StreamWriter,
    ) -> None:
        self._strait, self._seen, self._pid = strait, seen, pid
        self._near, self._far = near, far
        self._commands = hiredis.Reader()
        self._answer: asyncio.Future[bytes] | None = None

    async def out(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if not await self._command(data):
                    return

    async def home(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if self._answer is not None and not self._answer.done():
                    self._answer.set_result(data)
                else:
                    self._near.write(data)
                    await self._near.drain()

    async def _command(self, data: bytes) -> bool:
        """Pass `data` on; whether the connection goes on."""
        self._commands.feed(data)
        name, arguments = "", []
        while isinstance(command := self._commands.gets(), list):
            if command[0].upper() == b"EVALSHA" and (found := NAMES.get(command[1])):
                name, arguments = found, command[3 + int(command[2]) :]
        if not name:
            return await self._on(data)
        self._strait.ran[name] += 1
        self._seen.aim.note(self._pid(), "redis", name)
        rules = [self._seen.aim.aimed(rule, name, self._pid()) for rule in self._seen.rules.hit(name)]
        kills = [rule for rule in rules if rule.kind == "kill"]
        if any(rule.when == "before" for rule in kills):
            kill(kills[0])
            return False
        if not kills and name not in NOTED:
            return await self._on(data)
        async with self._seen.in_order:
            self._answer = asyncio.get_running_loop().create_future()
            await self._on(data)
            answer = await self._answer
            self._answer = None
            self._note(name, arguments, answer)
        if kills:
            kill(kills[0])
            if kills[0].signal == "KILL":
                return False
        self._near.write(answer)
        await self._near.drain()
        return True

    def _note(self, name: str, arguments: list[bytes], answer: bytes) -> None:
        owners, pid = self._seen.owners, self._pid()
        if name == "accept":
            if b"stored" in answer:
                self._seen.stored.append(json.loads(arguments[1])["id"])
        elif answer not in NOTHING and not answer.startswith(b"-"):
            if name == "claim" and pid is not None:
                owners.claimed(arguments[1].decode(), pid)
            elif name == "give_back":
                owners.given_back(arguments[1].decode())
            elif name == "finish" and answer.startswith(b":"):
                owners.released(arguments[2].decode())

    async def _on(self, data: bytes) -> bool:
        self._far.write(data)
        await self._far.drain()
        return True
