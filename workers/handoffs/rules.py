"""Who may hand over to whom in a thread, and what a chain of handoffs looks like. Rules: no I/O."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.catalog.agents import Agent
from bot.catalog.catalog import Catalog
from bot.slack.voices import APP, Voice

EVERYBODY = "*"
CLIENT = "client"  # handoffs are executed on our side
# A model that knows handoffs as function calls from elsewhere calls them so.
_LIKE_A_HANDOFF = re.compile(
    r"(?:agent[._-]?)?(?:hand[_-]?off|hand[_-]?over|transfer|delegate|pass)(?:[._-]?to)?(?:[._-].*)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guests:
    """Which agents were `added` to this thread's handoffs, and which `removed` from them.

    `closed` are those that may be come to and that the turn's principal may not use.
    """

    added: tuple[str, ...] = ()
    removed: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, record: Mapping[str, str]) -> Guests:
        """As the thread record has them: names divided by spaces. Nobody is closed yet: see `seen_by`."""
        removed = frozenset(record.get("removed", "").split())
        added = tuple(name for name in dict.fromkeys(record.get("added", "").split()) if name not in removed)
        return cls(added=added, removed=removed)

    def seen_by(self, agent: Agent, everything: Catalog, usable: Catalog) -> Guests:
        """With those closed whom a conversation that begins with `agent` may come to, and who are not `usable`."""
        known = reachable(everything.agents, agent.name, self) & everything.agents.keys()
        return replace(self, closed=known - usable.agents.keys() - {agent.name})


def handoffs_of(agent: Agent, guests: Guests) -> tuple[str, ...]:
    """To whom the agent may hand over in this thread: its file's, without those removed, and those added."""
    named = (*agent.handoffs, *guests.added)
    return tuple(name for name in dict.fromkeys(named) if name not in guests.removed and name != agent.name)


def execution_of(agent: Agent, guests: Guests) -> str:
    """Where handoffs are executed. Who was removed, or is closed, must be kept out at every hop, so on our side."""
    return CLIENT if guests.removed or guests.closed else agent.handoff_execution


def allows(agent: Agent, target: str, guests: Guests) -> bool:
    """Whether a handoff of `agent` to `target` goes through, where handoffs are executed on our side."""
    if target in guests.removed or target in guests.closed:
        return False
    if target in guests.added:
        return True
    return agent.handoff_policy.get(target, agent.handoff_policy.get(EVERYBODY, "allow")) == "allow"


def is_like_a_handoff(name: str) -> bool:
    """Whether a function of this name, which nobody has, stands for a handoff."""
    return _LIKE_A_HANDOFF.fullmatch(name) is not None


def reachable(agents: Mapping[str, Agent], name: str, guests: Guests) -> frozenset[str]:
    """The agents that a conversation that begins with `name` may come to, itself included."""
    found, todo = {name}, [name]
    while todo:
        agent = agents.get(todo.pop())
        for target in handoffs_of(agent, guests) if agent else ():
            if target not in found:
                found.add(target)
                todo.append(target)
    return frozenset(found)


def comes_to(usable: Mapping[str, Agent], name: str, guests: Guests) -> frozenset[str]:
    """Of the agents that somebody may use, those that a conversation that begins with `name` may in fact come to."""
    passing = {
        agent.name: replace(agent, handoffs=tuple(target for target in agent.handoffs if allows(agent, target, guests)))
        for agent in usable.values()
    }
    return reachable(passing, name, guests) & usable.keys()


def voice_for(agent: Agent, catalog: Catalog) -> Voice:
    """The name and picture an agent speaks under: its own, but the default agent is the app itself unless its file
    gives it an icon."""
    if agent.name == catalog.default_name.lower() and not agent.icon:
        return APP
    return Voice(name=agent.display_name or agent.name, icon=agent.icon)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One handoff of a turn. `id` is its entry's; `part` the part of the answer that it ended; `row` its notice's."""

    id: str
    source: str
    target: str
    part: int
    row: str


def is_back(hops: Sequence[Hop], target: str) -> bool:
    """Whether `target` has had its say before."""
    return target in seen(hops)


def seen(hops: Iterable[Hop]) -> Collection[str]:
    return {name for hop in hops for name in (hop.source, hop.target)}
