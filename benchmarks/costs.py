"""Where the worker's time of a turn goes: the same turns with the worker under cProfile.

The profiler makes small functions look dearer than they are, so shares are what is read here, never milliseconds.
Time under a function's own name is its own; a C function's time counts for the package that called it.

`python -m benchmarks costs`; `python -m benchmarks.costs FILE` is the profiled worker.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import sysconfig
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.world import REPOSITORY, World, side

TURNS = 600
AT_ONCE = 4
LINES = 25

Function = tuple[str, int, str]
_PACKAGES = Path(sysconfig.get_paths()["purelib"])
_STDLIB = Path(sysconfig.get_paths()["stdlib"])


async def measure(world: World) -> str:
    """The report, as text."""
    path = world.folder / "worker.prof"
    worker = ["benchmarks.costs", str(path)]
    async with side(
        "profiled", worker, world.store, world.slack, world.slack.url, world.mistral.url, world.folder, database=3
    ) as profiled:
        await profiled.ask_many(TURNS, at_once=AT_ONCE)
        await profiled.rest()
    return report(pstats.Stats(str(path)))


def report(stats: pstats.Stats) -> str:
    own: dict[str, float] = defaultdict(float)
    whole: dict[str, float] = {}
    found: dict[Function, Any] = stats.stats  # type: ignore[attr-defined]  # public in all but the stubs
    for function, (_, _, seconds_own, cumulative, callers) in found.items():
        if function[0].startswith("~") or function[0].startswith("<"):
            for caller, (_, _, part, _) in callers.items():
                own[_room(caller)] += part
        else:
            own[_room(function)] += seconds_own
        if function[0].startswith(str(REPOSITORY)):
            place = Path(function[0]).relative_to(REPOSITORY)
            whole[f"{place}:{function[1]} {function[2]}"] = cumulative
    busy = sum(share for room, share in own.items() if room != WAITING)
    lines = ["", "The worker's time by room and package (own time, waiting left out):"]
    for room, seconds in sorted(own.items(), key=lambda item: -item[1])[:LINES]:
        if room != WAITING and seconds / busy > 0.005:
            lines.append(f"  {seconds / busy:6.1%}  {room}")
    lines.append("The dearest functions of ours, with all that they call and waited for in steps:")
    for name, seconds in sorted(whole.items(), key=lambda item: -item[1])[:LINES]:
        lines.append(f"  {seconds / busy:6.1%}  {name}")
    return "\n".join(lines)


WAITING = "waiting"


def _room(function: Function) -> str:
    path = Path(function[0])
    if path.name == "selectors.py":
        return WAITING
    if path.is_relative_to(_PACKAGES):
        return path.relative_to(_PACKAGES).parts[0]
    if path.is_relative_to(REPOSITORY):
        parts = path.relative_to(REPOSITORY).parts
        return "/".join(parts[:2])
    if path.is_relative_to(_STDLIB):
        return f"stdlib {path.relative_to(_STDLIB).parts[0]}"
    return "the interpreter"


def main(path: str) -> None:
    """A worker that notes its time from its start, imports left out, until SIGTERM."""
    from bot import logs
    from bot.start import read_settings
    from workers import main as worker_main

    settings = read_settings()
    logs.set_up(settings)
    worker = worker_main.worker(settings)
    profile = cProfile.Profile()
    try:
        profile.runcall(worker.run)
    finally:
        profile.dump_stats(path)


if __name__ == "__main__":
    main(sys.argv[1])
