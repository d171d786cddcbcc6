"""What agents name outside of their own files: other agents, tools, settings. Told as problems; the agents stay loaded.

What is named and is not there is left out by whoever looks it up; a private agent may be handed to from a public one,
since whether it is for who asks is looked at again when it is handed to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.catalog.agents import EVERY_HANDOFF, Agent
from bot.catalog.policy import WILDCARDS
from bot.catalog.problem import Problem, did_you_mean
from bot.catalog.servers import Server


def handoffs(agents: Mapping[str, Agent]) -> list[Problem]:
    """What is wrong with the handoffs between `agents`."""
    found: list[Problem] = []
    for agent in agents.values():
        found += _targets(agent, agents)
        found += _policy(agent)
        found += _policies_out_of_reach(agent, agents)
    found += _without_description(agents)
    return found


def _targets(agent: Agent, agents: Mapping[str, Agent]) -> list[Problem]:
    problems = []
    for name in agent.handoffs:
        if name == agent.name:
            problems.append(agent.problem_with("handoffs", name, "an agent cannot hand off to itself; leave it out"))
        elif name not in agents:
            others = [other for other in agents if other != agent.name]
            message = f'"{name}" is no agent that could be read; {did_you_mean(name, others)}'
            problems.append(agent.problem_with("handoffs", name, message))
    return problems


def _policy(agent: Agent) -> list[Problem]:
    return [
        agent.problem(
            ("handoff_policy", name),
            f'"{name}" is none of this agent\'s handoffs; {did_you_mean(name, [*agent.handoffs, EVERY_HANDOFF])}',
        )
        for name in agent.handoff_policy
        if name != EVERY_HANDOFF and name not in agent.handoffs
    ]


def _policies_out_of_reach(agent: Agent, agents: Mapping[str, Agent]) -> list[Problem]:
    """Who begins a conversation says where its handoffs are executed, also those of the agents it leads to."""
    if not agent.handoffs or agent.handoff_execution == "client":
        return []
    strict = sorted(name for name in reachable(agent, agents) if agents[name].handoff_policy)
    if not strict:
        return []
    message = (
        f"handoffs are executed at Mistral here, where the handoff_policy of {', '.join(strict)} does not hold; write: "
        "handoff_execution: client"
    )
    return [agent.problem(("handoff_execution",) if agent.says("handoff_execution") else ("handoffs",), message)]


def _without_description(agents: Mapping[str, Agent]) -> list[Problem]:
    named = {name for agent in agents.values() for name in agent.handoffs}
    return [
        agent.problem(("description",), "is missing; other agents read it to decide whether to hand off to this one")
        for agent in agents.values()
        if agent.name in named and not agent.description
    ]


def reachable(agent: Agent, agents: Mapping[str, Agent]) -> set[str]:
    """The names of all agents that a conversation which `agent` begins may come to, itself left out."""
    found: set[str] = set()
    waiting = list(agent.handoffs)
    while waiting:
        name = waiting.pop()
        if name in agents and name not in found:
            found.add(name)
            waiting += agents[name].handoffs
    return found - {agent.name}


def unknown(
    agent: Agent,
    all_servers: Mapping[str, Server],
    functions: Collection[str] | None,
    *,
    unreadable: Collection[str],
) -> list[Problem]:
    """What `agent` names as a tool, or decides about, and nobody has.

    `functions` of None are not known; `unreadable` servers stand in mcp.json with mistakes of their own.
    """
    given = (agent, all_servers, functions, unreadable)
    return [*_unknown_tools(*given), *_unknown_approvals(*given)]


def _unknown_tools(
    agent: Agent, all_servers: Mapping[str, Server], functions: Collection[str] | None, unreadable: Collection[str]
) -> list[Problem]:
    """They would be missing without a word in every conversation."""
    problems = []
    for name in agent.toolsets:
        if functions is not None and name in functions and name not in all_servers:
            message = f'"{name}" is a function, and a toolset chooses among the tools of a server'
            problems.append(agent.problem_with("tools", name, message))
    for tool in agent.tools:
        if any(sign in tool for sign in WILDCARDS) or tool in all_servers:
            continue
        server, splits, _ = tool.partition("__")
        if splits and server not in all_servers:
            problems.append(agent.problem_with("tools", tool, _no_server(tool, server, all_servers, unreadable)))
        elif not splits and functions is not None and tool not in functions:
            message = f'"{tool}" is neither a server nor a function; {did_you_mean(tool, [*all_servers, *functions])}'
            problems.append(agent.problem_with("tools", tool, message))
    return problems


def _unknown_approvals(
    agent: Agent, all_servers: Mapping[str, Server], functions: Collection[str] | None, unreadable: Collection[str]
) -> list[Problem]:
    """They decide about nothing, and a mistyped `deny` denies nothing.

    What the tools of its connectors are called is not known here, so any name may be one of theirs.
    """
    if agent.connectors:
        return []
    problems = []
    for pattern in agent.approvals:
        server, splits, _ = pattern.partition("__")
        if any(sign in server for sign in WILDCARDS) or (functions is not None and pattern in functions):
            continue
        if not splits and server in all_servers:
            message = f'"{pattern}" is a server, no tool; for all of its tools write "{pattern}__*"'
        elif splits and server not in all_servers:
            message = _no_server(pattern, server, all_servers, unreadable)
        elif not splits and functions is not None:
            message = f'"{pattern}" is no tool of a server and no function; {did_you_mean(pattern, functions)}'
        else:
            continue
        problems.append(agent.problem(("approvals", pattern), message))
    return problems


def _no_server(tool: str, server: str, all_servers: Mapping[str, Server], unreadable: Collection[str]) -> str:
    if server in unreadable:
        return f'"{tool}" names the server "{server}", whose entry in mcp.json could not be read'
    return (
        f'"{tool}" names the server "{server}", and mcp.json has none of that name; {did_you_mean(server, all_servers)}'
    )


def without_vault(agents: Mapping[str, Agent], *, has_keys: bool) -> list[Problem]:
    """Agents whose conversations are kept on our side alone, where there are no keys to encrypt them with."""
    return [
        agent.problem(("store",), "store: false keeps the conversation on our side, encrypted; set VAULT_KEYS for it")
        for agent in agents.values()
        if not agent.store and not has_keys
    ]
