"""Which agents run as objects at Mistral, and what each object should be. Rules.

Objects are the agents that have handoffs or ask for it (`object: true`), and whatever they hand over to, and so on: a
handoff leads from object to object. An agent of which something is missing (a tool in the lock, a library) gives
`Problem`s instead of a body.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.catalog import refusals
from bot.catalog.agents import Agent
from bot.catalog.policy import WILDCARDS
from bot.catalog.problem import Problem
from bot.catalog.servers import Server
from workers.agents.bodies import Body, body_of, content_hash
from workers.tools.choice import may_use, uses, uses_function
from workers.tools.names import SEPARATOR
from workers.tools.specs import ToolSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One object as the files want it. `handoffs` are names; `agent_id` is the object that the file adopts."""

    agent: Agent
    specs: tuple[ToolSpec, ...]
    library_ids: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.agent.name

    @property
    def handoffs(self) -> tuple[str, ...]:
        return self.agent.handoffs

    def body(self, ids: Mapping[str, str]) -> Body:
        """With handoffs to those agents whose object's id is known (`ids`, by name)."""
        handoffs = [ids[name] for name in dict.fromkeys(self.handoffs) if name in ids]
        return body_of(self.agent, self.specs, self.library_ids, handoffs)

    def hash(self, ids: Mapping[str, str]) -> str:
        return content_hash(self.body(ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What bodies are made from. `locked`: the tools of each server that stands in the lock, by its name.

    `library_ids` holds the libraries that were found, `library_problems` a sentence for each that was not.
    """

    agents: Mapping[str, Agent]
    servers: Mapping[str, Server] = field(default_factory=dict)
    functions: Mapping[str, ToolSpec] = field(default_factory=dict)
    locked: Mapping[str, tuple[ToolSpec, ...]] = field(default_factory=dict)
    library_ids: Mapping[str, str] = field(default_factory=dict)
    library_problems: Mapping[str, str] = field(default_factory=dict)


def objects(agents: Mapping[str, Agent]) -> list[Agent]:
    """The agents that run as objects, in the order of the files."""
    names = {name for name, agent in agents.items() if agent.is_object}
    todo = list(names)
    while todo:
        for target in agents[todo.pop()].handoffs:
            if target in agents and target not in names:
                names.add(target)
                todo.append(target)
    return [agent for name, agent in agents.items() if name in names]


def libraries(agents: Iterable[Agent]) -> list[str]:
    """The names of all libraries that they search, each once."""
    named = [name for agent in agents for connector in agent.connectors for name in connector.libraries]
    return list(dict.fromkeys(named))


def wanted(sources: Sources) -> tuple[list[Wanted], list[Problem]]:
    """Every object that can be described, and what is wrong with the others."""
    found: list[Wanted] = []
    problems: list[Problem] = []
    for agent in objects(sources.agents):
        if wrong := missing(agent, sources):
            problems += wrong
        else:
            found.append(Wanted(agent=agent, specs=specs_for(agent, sources), library_ids=sources.library_ids))
    return found, problems


def specs_for(agent: Agent, sources: Sources) -> tuple[ToolSpec, ...]:
    """The agent's functions and locked tools, in a stable order."""
    specs = {name: spec for name, spec in sources.functions.items() if uses_function(agent, name)}
    for _, server in sorted(sources.servers.items()):
        if may_use(agent, server):
            for spec in sources.locked.get(server.name, ()):
                if uses(agent, server, spec.tool, reads=spec.reads):
                    specs.setdefault(spec.name, spec)
    return tuple(specs.values())


def missing(agent: Agent, sources: Sources) -> list[Problem]:
    """What the agent's file names and nobody can give it."""
    problems = [
        agent.problem(("tools",), _not_locked(server.name))
        for server in sources.servers.values()
        if may_use(agent, server) and server.name not in sources.locked
    ]
    specs = specs_for(agent, sources)
    names = {f"{spec.server}{SEPARATOR}{spec.tool}" for spec in specs} | {spec.name for spec in specs}
    for tool in agent.tools:
        server, splits, _ = tool.partition(SEPARATOR)
        named_alone = splits and not any(sign in tool for sign in WILDCARDS)
        if named_alone and server in sources.locked and tool not in names:
            problems.append(agent.problem_with("tools", tool, _no_such_tool(tool, server)))
    refused = refusals.of(agent, tools=len(specs) + len(agent.connectors))
    problems += [agent.problem(one.path, one.sentence) for one in refused]
    for name in libraries([agent]):
        if name not in sources.library_ids:
            message = sources.library_problems.get(name, f'there is no library "{name}"')
            problems.append(agent.problem(("connectors",), message))
    return problems


def _not_locked(server: str) -> str:
    return f'the tools of the server "{server}" are not locked yet; run `threadwind tools lock {server}`'


def _no_such_tool(tool: str, server: str) -> str:
    return (
        f'"{tool}" is not among the locked tools that a model can use; run `threadwind tools lock {server}`, '
        "or change the name"
    )
