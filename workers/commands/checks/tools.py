"""Whether the MCP servers that agents use start and list their tools; no tool is called. Imports the MCP library."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from bot.catalog.agents import Agent
from bot.catalog.catalog import Catalog
from bot.catalog.policy import WILDCARDS
from bot.catalog.servers import Server
from bot.vault import Vault
from workers.commands.checks.finding import Finding, failed, ok, unchecked, warning
from workers.tools import lock
from workers.tools.choice import MANY, may_use, uses
from workers.tools.definitions import Entries, difference, entries_of
from workers.tools.described import specs_of
from workers.tools.errors import ToolError
from workers.tools.lock import BadLock, Lock
from workers.tools.locking import LIMIT, WantsSignIn, as_operator, tools_of
from workers.tools.names import SEPARATOR
from workers.tools.sessions import ToolSessions
from workers.tools.specs import ToolSpec

CHECK = "Tool server"
Specs = tuple[ToolSpec, ...]
MEND = "See its entry in mcp.json: start its command by hand, or look at its address and credentials."


async def check(catalog: Catalog, lock_file: Path, *, redis_url: str, vault: Vault) -> list[Finding]:
    """Start each server that some agent may use, side by side, and compare its tools with those that were accepted."""
    try:
        accepted = lock.read(lock_file)
    except BadLock as exc:
        return [failed("Tool lock", str(exc), "Until then no tool of a server is offered.")]
    agents = list(catalog.agents.values())
    wanted = [server for server in catalog.servers.values() if any(may_use(agent, server) for agent in agents)]
    async with as_operator(redis_url, vault) as sessions:
        groups = await asyncio.gather(*(_one(sessions, server, agents, accepted) for server in wanted))
    specs = {server.name: listed for server, (_, listed) in zip(wanted, groups, strict=True)}
    many = [finding for agent in agents for finding in _many(agent, wanted, specs)]
    return [*(finding for group, _ in groups for finding in group), *many] or [ok(CHECK, "no agent uses one.")]


async def _one(
    sessions: ToolSessions, server: Server, agents: list[Agent], accepted: Lock
) -> tuple[list[Finding], Specs]:
    """What there is to say of the server, and what agents are offered of it."""
    name = f"{CHECK} {server.name}"
    try:
        listed = await tools_of(sessions, server)
    except WantsSignIn as exc:
        if server.name not in accepted.servers:
            return [failed(name, str(exc), MEND)], ()
        said = "people sign in there by themselves; whether its tools are those that were accepted cannot be asked."
        mend = f"Sign in to have it asked: threadwind tools login {server.name}"
        return [unchecked(name, said, mend)], accepted.specs(server)
    except ToolError as exc:
        return [failed(name, str(exc), MEND)], accepted.specs(server)
    except TimeoutError:
        said = f"it listed no tools within {LIMIT.total_seconds():g} seconds."
        return [failed(name, said, MEND)], accepted.specs(server)
    specs = accepted.specs(server) if server.name in accepted.servers else specs_of(server, listed)
    findings = [
        *_found(name, server, agents, [tool.name for tool in listed]),
        *_compared(name, server, accepted, entries_of(listed)),
    ]
    return findings, specs


def _found(name: str, server: Server, agents: list[Agent], offered: list[str]) -> list[Finding]:
    unknown = [
        warning(name, f"{agent.name} names {tool}, which it does not offer.", f"Change `tools` in {agent.source}.")
        for agent in agents
        for tool in _missing(agent, server, offered)
    ]
    tools = "1 tool" if len(offered) == 1 else f"{len(offered)} tools"
    return [ok(name, f"starts and offers {tools}."), *unknown]


def _compared(name: str, server: Server, accepted: Lock, listed: Entries) -> list[Finding]:
    """What the server says against what an operator accepted."""
    mend = f"Look at it, and accept it: threadwind tools lock {server.name}"
    if server.name not in accepted.servers:
        return [warning(name, "nobody accepted its tools yet, so agents are offered whatever it says.", mend)]
    change = difference(accepted.servers[server.name], listed)
    parts = {"changed": tuple(change.changed), "gone": change.removed, "new": change.added}
    said = "; ".join(f"{what}: {', '.join(names)}" for what, names in parts.items() if names)
    return [warning(name, f"it differs from what was accepted, and this is refused: {said}.", mend)] if change else []


def _many(agent: Agent, servers: Iterable[Server], specs: Mapping[str, Specs]) -> list[Finding]:
    count = sum(
        uses(agent, server, spec.tool, reads=spec.reads) for server in servers for spec in specs.get(server.name, ())
    )
    return too_many(agent, count)


def too_many(agent: Agent, count: int) -> list[Finding]:
    """A warning where an agent is offered more tools than a model chooses well among."""
    if count <= MANY:
        return []
    said = f"{agent.name} is offered {count} tools; beyond {MANY} a model chooses worse, and each request costs more."
    return [warning("Tools", said, f"Name fewer of them, or give the server a toolset, in {agent.source}.")]


def _missing(agent: Agent, server: Server, offered: Iterable[str]) -> list[str]:
    """Tools of the server that the agent names one by one and would not get."""
    named = [
        tool
        for tool in agent.tools
        if tool.startswith(f"{server.name}{SEPARATOR}") and not any(sign in tool for sign in WILDCARDS)
    ]
    return [
        tool
        for tool in named
        if not any(uses(replace(agent, tools=(tool,)), server, one, reads=True) for one in offered)
    ]
