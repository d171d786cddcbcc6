"""Whether a turn may begin: which agent answers, and whether this person may use it. Fails closed.

Looked at each time a turn begins, also in a thread whose agent answered somebody else before. An agent that a person
may not use is to them as unknown as one that there is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.catalog.agents import Agent
from bot.picking import answers
from bot.picking.choices import Choice
from bot.slack.models import Person
from bot.texts import Words


@dataclass(frozen=True, slots=True)
class Refusal:
    """The sentence that is said in the turn's place."""

    key: str
    values: dict[str, str] = field(default_factory=dict)


def admitted(choice: Choice, words: Words, *, picked: str | None, thread_agent: str | None) -> Agent | Refusal:
    """Who answers: `picked` with `+name`, else the thread's own, else the channel's default; or why nobody does.

    Raises `NoDefaultAgent` where there is nobody to answer.
    """
    if picked:
        if choice.person is None:
            return Refusal("agent.person_unknown")
        return choice.usable.named(picked) or unknown(choice, words, picked)
    agent = choice.answering(thread_agent)
    if choice.may_use(agent):
        return agent
    return _closed(choice, agent, words)


def unknown(choice: Choice, words: Words, name: str, *, near: Sequence[str] | None = None) -> Refusal:
    """No agent of this name, and those that come near: `near`, where the caller has found them already."""
    key, values = answers.unknown(choice, words, name, near=near)
    return Refusal(key, values)


def _closed(choice: Choice, agent: Agent, words: Words) -> Refusal:
    """Not for this person, in words that do not name the agent; with those that are."""
    if choice.person is None:
        return Refusal("agent.person_unknown")
    with_others, alone = _reason(choice.person, agent)
    if names := sorted(choice.usable.agents):
        return Refusal(with_others, {"names": words.names(names, any_of=True)})
    return Refusal(alone)


def _reason(person: Person, agent: Agent) -> tuple[str, str]:
    """The sentence where there are other agents for this person, and the one where there are none."""
    if person.is_guest and not agent.access.guests:
        return "agent.not_for_guests", "agent.not_for_guests_alone"
    if person.is_stranger and not agent.access.other_organisations:
        return "agent.not_for_others", "agent.not_for_others_alone"
    return "agent.not_for_you", "agent.not_for_you_alone"
