"""Whether the operator's files are right: agents, functions, servers, channels. Each mistake with its file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.catalog.catalog import DEFAULT_AGENT, Catalog, Problem
from bot.settings import Settings
from workers.commands.checks.finding import Finding, failed, ok
from workers.tools import registered

CHECK = "Agents"


def load(settings: Settings, environment: Mapping[str, str]) -> Catalog:
    """The catalogue as a worker reads it, with what is wrong with the functions among its problems."""
    functions, wrong = registered.load(settings)
    catalog = Catalog.load(settings, environment, functions=functions.specs)
    return replace(catalog, problems=(*wrong, *catalog.problems))


async def check(settings: Settings, catalog: Catalog) -> list[Finding]:
    if catalog.problems:
        return [_finding(problem, catalog) for problem in catalog.problems]
    servers = f"; servers: {', '.join(sorted(catalog.servers))}" if catalog.servers else ""
    return [ok(CHECK, f"{', '.join(sorted(catalog.agents))}; {settings.default_agent} answers by default{servers}.")]


def _finding(problem: Problem, catalog: Catalog) -> Finding:
    if problem.field != DEFAULT_AGENT:
        return failed(CHECK, f"{problem}.".replace("?.", "?"), "Mend the file.")
    names = ", ".join(sorted(catalog.agents))
    mend = f"Set {DEFAULT_AGENT} to one of: {names}." if names else f"Put an agent's file into {problem.file}/."
    return failed(CHECK, f"{DEFAULT_AGENT}: {problem.message}.", mend)
