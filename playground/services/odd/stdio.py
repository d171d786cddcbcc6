"""The server over stdio, and how its process behaves: late, deaf, surrounded by children that outlive it."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import Any, cast

import anyio
from mcp.server import NotificationOptions
from mcp.server.stdio import stdio_server

from playground.faults import Faults
from playground.services.odd import children
from playground.services.odd.bench import Bench
from playground.services.odd.wire import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How the process behaves.

    start_seconds: how long it takes to come up.
    deaf: it ignores SIGTERM and does not end when its input does; its children are deaf as well.
    children: so many processes that hold its stdout open and that it does not end.
    rubbish, noise: so many lines before each answer on stdout, on stderr.
    """

    start_seconds: float = 0
    deaf: bool = False
    children: int = 0
    rubbish: int = 0
    noise: int = 0


async def serve(bench: Bench, faults: Faults, manners: Manners) -> None:
    """Serve until the input ends, or for ever."""
    if manners.deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    await anyio.sleep(manners.start_seconds)
    incoming, outgoing = _the_wire_alone()
    for _ in range(manners.children):
        await children.started(bench, stubborn=manners.deaf, holding=outgoing)
    with os.fdopen(incoming, encoding="utf-8") as lines_in, os.fdopen(outgoing, "w", encoding="utf-8") as lines_out:
        async with anyio.create_task_group() as tasks:
            wire = Wire(
                incoming=anyio.wrap_file(lines_in),
                outgoing=anyio.wrap_file(lines_out),
                tasks=tasks,
                faults=faults,
                rubbish=manners.rubbish,
                noise=manners.noise,
            )
            await _speak(bench, wire)
            tasks.cancel_scope.cancel()
        if manners.deaf:
            await anyio.sleep_forever()


async def _speak(bench: Bench, wire: Wire) -> None:
    files = cast("anyio.AsyncFile[Any]", wire)  # of which the SDK uses no more than a wire has
    server = bench.mcp._lowlevel_server  # the SDK's own way to run over stdio takes no files
    options = server.create_initialization_options(NotificationOptions(tools_changed=True))
    async with stdio_server(files, files) as (reading, writing):
        await server.run(reading, writing, options)


def _the_wire_alone() -> tuple[int, int]:
    """The process's input and output, moved to where neither a print nor a child meets them."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return incoming, outgoing
