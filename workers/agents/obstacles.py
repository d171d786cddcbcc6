"""What stands in the way of a push: everything that would make an object other than its files mean. Rules.

A file that cannot be read, a server that was left out, a tool that is not locked: each would take something away from
an object that works. So while there is an obstacle nothing is pushed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from bot.catalog import servers
from bot.catalog.agents import Agent
from bot.catalog.catalog import DEFAULT_AGENT, Catalog
from bot.catalog.problem import Problem
from bot.catalog.servers import Server
from workers.agents.wanted import objects
from workers.tools.choice import may_use


def of_catalog(catalog: Catalog, *, mcp_config: Collection[Path], locked: Collection[str]) -> list[Problem]:
    """Of the catalogue's problems, those that touch agent objects. `locked`: the servers that stand in the lock."""
    described = objects(catalog.agents)
    return [
        problem
        for problem in catalog.problems
        if _is_of_an_agent(problem, catalog, described) or _is_of_a_server(problem, described, mcp_config, locked)
    ]


def _is_of_an_agent(problem: Problem, catalog: Catalog, described: Iterable[Agent]) -> bool:
    """Of an object's file, or of one that cannot be read, which may be an object's."""
    if problem.field == DEFAULT_AGENT or problem.file.suffix != ".md":
        return False
    read = {agent.source for agent in catalog.agents.values()}
    return problem.file not in read or problem.file in {agent.source for agent in described}


def _is_of_a_server(
    problem: Problem, described: Iterable[Agent], mcp_config: Collection[Path], locked: Collection[str]
) -> bool:
    if problem.file not in mcp_config:
        return False
    within = f"{servers.ROOT}."
    if not problem.field.startswith(within):
        return True  # of the whole file: no server was read
    name = problem.field.removeprefix(within).partition(".")[0]
    left_out = Server(name=name, transport="stdio")
    return name in locked and any(may_use(agent, left_out) for agent in described)
