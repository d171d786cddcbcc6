"""Saving an agent's file reloads it, for the demo and for writing agents (setting RELOAD_AGENTS)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from watchfiles import Change, awatch

from bot.catalog.catalog import Catalogs
from bot.catalog.problem import Problem

SETTLE_MS = 200  # editors write a file in several steps; longer than those, shorter than anybody notices

log = structlog.get_logger()

OnChange = Callable[[tuple[str, ...], tuple[Problem, ...]], Awaitable[None]]


async def watch(catalogs: Catalogs, on_change: OnChange) -> None:
    """Reload when an agent's file is saved, until cancelled.

    `on_change` hears the names of the agents that are now new or different, and all problems there are; it is called
    after every reload, so a save that mends a file without changing an agent is heard too, and one that is deleted.
    """
    async for _ in awatch(*catalogs.folders, watch_filter=_is_agent_file, debounce=SETTLE_MS, step=SETTLE_MS // 4):
        before = catalogs.now.agents
        after = catalogs.reload().agents
        names = tuple(sorted(name for name, agent in after.items() if agent != before.get(name)))
        await on_change(names, catalogs.now.problems)


async def tell(names: tuple[str, ...], problems: tuple[Problem, ...]) -> None:
    """Into the log, a line for each problem. Conversations under way keep what they were opened with."""
    log.info("agents.reloaded", names=list(names))
    for problem in problems:
        log.warning("catalog.problem", problem=str(problem))


def _is_agent_file(_: Change, path: str) -> bool:
    return path.endswith(".md") and not Path(path).name.startswith(".")
