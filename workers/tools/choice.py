"""Which tools an agent is offered: its own `tools`, within what the server's toolset and its own for it leave."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from bot.catalog.agents import Agent
from bot.catalog.servers import Server
from bot.catalog.toolset import EVERYTHING
from workers.tools.names import FOLLOW_UPS, HAND_TO_PERSON, SEPARATOR, model_name, safe_prefix

MANY = 40  # offered tools; models choose worse among more, and each costs tokens in every request
WILDCARD = re.compile(r"[*?\[]")


def may_use(agent: Agent, server: Server) -> bool:
    """Whether any pattern of the agent can match a tool of the server: only then is the server asked for its tools."""
    prefixes = (f"{server.name}{SEPARATOR}", safe_prefix(server.name))
    return any(
        pattern == server.name or any(_can_begin(pattern, prefix) for prefix in prefixes) for pattern in agent.tools
    )


def uses(agent: Agent, server: Server, tool: str, *, reads: bool = False) -> bool:
    """Whether the agent is offered this tool of the server; `reads`: it surely changes nothing."""
    toolsets = (server.toolset, agent.toolsets.get(server.name, EVERYTHING))
    if not all(toolset.holds(tool, reads=reads) for toolset in toolsets):
        return False
    names = (f"{server.name}{SEPARATOR}{tool}", model_name(server.name, tool))
    return any(pattern == server.name or any(fnmatchcase(name, pattern) for name in names) for pattern in agent.tools)


def uses_function(agent: Agent, name: str) -> bool:
    """Whether the agent is offered this function; handing to a person takes somebody to hand to, and only an agent
    whose file says so makes follow-ups, whatever its patterns are."""
    if name == HAND_TO_PERSON:
        return bool(agent.escalation)
    if name in FOLLOW_UPS:
        return agent.follow_ups is True
    return any(fnmatchcase(name, pattern) for pattern in agent.tools)


def _can_begin(pattern: str, prefix: str) -> bool:
    literal = WILDCARD.split(pattern, maxsplit=1)[0]
    if literal == pattern:  # a whole name
        return pattern.startswith(prefix)
    return literal.startswith(prefix) or prefix.startswith(literal)
