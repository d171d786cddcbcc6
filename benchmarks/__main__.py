"""`python -m benchmarks [PART ...]`: every figure that the project promises, in one table; `make bench` runs them all.

Parts: idle turns threads open standin followups accept tools people, and costs, which profiles the worker; it is run
without being asked when a figure of the turns is missed. Ends with 1 when a goal is missed.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Coroutine
from typing import Any

import uvloop

from benchmarks import (
    accept,
    costs,
    follow_ups,
    idle,
    open_turns,
    standin,
    threads,
    tool_calls,
    tool_people,
    turns,
    world,
)
from benchmarks.figures import Figure, table

PARTS = ("idle", "turns", "threads", "open", "standin", "followups", "accept", "tools", "people", "costs")
BY_DEFAULT = PARTS[:-1]
MISSED = 1  # the exit status
BUSY = 0.5  # the load average of the last minute


async def run(parts: list[str]) -> list[Figure]:
    figures: list[Figure] = []
    if set(parts) - {"accept", "tools", "people"}:
        async with world.opened() as opened:
            for part in parts:
                figures += await _part(part, opened)
    if "accept" in parts:
        figures += await _told("accept", _accept())
    if "tools" in parts:
        figures += await _told("tools", tool_calls.measure())
    if "people" in parts:
        figures += await _told("people", tool_people.measure())
    return figures


async def _part(part: str, opened: world.World) -> list[Figure]:
    match part:
        case "idle":
            return await _told(part, idle.measure(opened))
        case "turns":
            found = await _told(part, turns.measure(opened))
            if not all(figure.met for figure in found):
                print(await costs.measure(opened), flush=True)
            return [*found, *idle.memory_figures(opened, f"after {turns.TOTAL:,} turns")]
        case "threads":
            return await _told(part, threads.measure(opened))
        case "open":
            return await _told(part, open_turns.measure(opened))
        case "standin":
            return await _told(part, standin.measure(opened))
        case "followups":
            return await _told(part, follow_ups.measure(opened))
        case "costs":
            print(await costs.measure(opened), flush=True)
    return []


async def _told(part: str, measuring: Coroutine[Any, Any, list[Figure]]) -> list[Figure]:
    began = time.perf_counter()
    found = await measuring
    print(f"  {part}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return found


async def _accept() -> list[Figure]:
    found = await accept.measure()
    return [
        Figure(what="accepting an event, CPU against the floor's", measured=found.ratio, unit="×", goal=1.6),
        Figure(what="accepting an event, CPU", measured=found.bot_us, unit="µs", floor=found.floor_us),
        Figure(
            what=f"accepting {accept.RATE} events a second, p99",
            measured=found.bot_p99_ms,
            unit="ms",
            goal=10,
            floor=found.floor_p99_ms,
        ),
    ]


def main(parts: list[str]) -> int:
    if unknown := set(parts) - set(PARTS):
        print(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    print(
        f"Measured on {os.cpu_count()} cores, Python {platform.python_version()}: store, Agents API, bots and workers "
        "are processes of their own\nthat share them, and the figures are those of this moment's machine; the floor "
        "is measured beside them.",
        flush=True,
    )
    if (load := os.getloadavg()[0]) > BUSY:
        print(f"Others work on this machine just now (load {load:.1f}): read the ratios, not the milliseconds.")
    figures = uvloop.run(run(parts or list(BY_DEFAULT)))
    print("\n" + table(figures))
    return MISSED if not all(figure.met for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
