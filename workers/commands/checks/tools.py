"""Whether the MCP servers that agents use start and list their tools; no tool is called. Imports the MCP library."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.catalog.agents import Agent
from bot.catalog.catalog import Catalog
from bot.catalog.policy import WILDCARDS
from bot.catalog.servers import Server
from workers.commands.checks.finding import Finding, failed, ok, warning
from workers.tools.choice import may_use, uses
from workers.tools.errors import ToolError
from workers.tools.names import SEPARATOR
from workers.tools.sessions import ToolSessions

CHECK = "Tool server"
LIMIT = timedelta(seconds=25)  # a silent server costs the library's probe 10 s before it tries the older handshake
MEND = "See its entry in mcp.json: start its command by hand, or look at its address and credentials."


async def check(catalog: Catalog) -> list[Finding]:
    """Start each server that some agent may use, side by side."""
    agents = list(catalog.agents.values())
    wanted = [server for server in catalog.servers.values() if any(may_use(agent, server) for agent in agents)]
    sessions = ToolSessions(timeout=LIMIT, connect=LIMIT)
    try:
        groups = await asyncio.gather(*(_one(sessions, server, agents) for server in wanted))
    finally:
        await sessions.aclose()
    return [finding for group in groups for finding in group] or [ok(CHECK, "no agent uses one.")]


async def _one(sessions: ToolSessions, server: Server, agents: list[Agent]) -> list[Finding]:
    name = f"{CHECK} {server.name}"
    try:
        async with asyncio.timeout(LIMIT.total_seconds()):
            offered = [tool.name for tool in await sessions.tools(server, None)]
    except ToolError as exc:
        return [failed(name, str(exc), MEND)]
    except TimeoutError:
        return [failed(name, f"it listed no tools within {LIMIT.total_seconds():g} seconds.", MEND)]
    unknown = [
        warning(name, f"{agent.name} names {tool}, which it does not offer.", f"Change `tools` in {agent.source}.")
        for agent in agents
        for tool in _missing(agent, server, offered)
    ]
    tools = "1 tool" if len(offered) == 1 else f"{len(offered)} tools"
    return [ok(name, f"starts and offers {tools}."), *unknown]


def _missing(agent: Agent, server: Server, offered: Iterable[str]) -> list[str]:
    """Tools of the server that the agent names one by one and would not get."""
    named = [
        tool
        for tool in agent.tools
        if tool.startswith(f"{server.name}{SEPARATOR}") and not any(sign in tool for sign in WILDCARDS)
    ]
    return [tool for tool in named if not any(uses(replace(agent, tools=(tool,)), server, one) for one in offered)]
