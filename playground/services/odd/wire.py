"""The wire of a stdio server: lines in, lines out, and the faults that hit them in between.

Also what a careless server writes there: lines that are no messages, before each answer.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import anyio
from anyio.abc import TaskGroup

from playground.faults import Fault, Faults
from playground.services.odd import messages
from playground.services.odd.messages import Message

KINDS = frozenset({"error", "lost", "delay", "kill", "garbage"})  # of faults that a stdio server knows
RUBBISH = "listening for requests, have a nice day {number}\n"


@dataclass(slots=True, kw_only=True)
class Wire:
    """`incoming` and `outgoing` are the process's own; `tasks` holds the answers that are delayed.

    `rubbish`, `noise`: so many lines before each answer, on stdout and on stderr.
    """

    incoming: anyio.AsyncFile[str]
    outgoing: anyio.AsyncFile[str]
    tasks: TaskGroup
    faults: Faults
    rubbish: int = 0
    noise: int = 0
    _open: dict[int | str, tuple[Message, list[Fault]]] = field(default_factory=dict)

    async def __aiter__(self) -> AsyncIterator[str]:
        """What the client says, without the requests that are refused at once."""
        async for line in self.incoming:
            message = messages.read(line)
            hit = self.faults.hit(message.name) if message.name else []
            for fault in hit:
                if fault.kind == "kill" and fault.when == "before":
                    messages.strike(fault)
            refused = next((fault for fault in hit if fault.kind == "error"), None)
            if refused is not None and message.id is not None:
                await self._say(messages.refusal(refused, message) + "\n")
                continue
            if hit and message.id is not None:
                self._open[message.id] = message, hit
            yield line

    async def write(self, line: str) -> int:
        """What the server says; an answer may be spoilt."""
        message, hit = self._answered(messages.read(line))
        for fault in hit:
            if fault.kind == "kill":
                messages.strike(fault)
            if fault.kind == "garbage":
                line = messages.garbage(fault, message) + "\n"
        if any(fault.kind in ("lost", "kill") for fault in hit):
            return len(line)
        if seconds := sum(fault.seconds for fault in hit if fault.kind == "delay"):
            self.tasks.start_soon(self._say_later, seconds, line)
        else:
            await self._say(line)
        return len(line)

    def _answered(self, said: Message) -> tuple[Message, list[Fault]]:
        """The request that this is the answer to, with what hits it."""
        if said.id is None or said.name:
            return said, []
        return self._open.pop(said.id, (said, []))

    async def flush(self) -> None:
        await self.outgoing.flush()

    async def _say_later(self, seconds: float, line: str) -> None:
        await anyio.sleep(seconds)
        await self._say(line)

    async def _say(self, line: str) -> None:
        for number in range(self.noise):
            sys.stderr.write(RUBBISH.format(number=number))
        rubbish = "".join(RUBBISH.format(number=number) for number in range(self.rubbish))
        await self.outgoing.write(rubbish + line)
        await self.outgoing.flush()
