"""Which agents may have the word in a follow-up's runs: who answers, who made it, and whom these may hand over to.

What always holds: each once, only those that its owner may use there, and only over handoffs that go through.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.catalog.agents import Agent
from bot.follow_ups.models import FollowUp
from workers.follow_ups import wishes
from workers.handoffs.rules import Guests, comes_to
from workers.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """`first`: who answers, and who made it where that is another one. `then`: whom it may come to from there.

    `answering` is the name of who answers; empty where nobody does.
    """

    answering: str
    first: tuple[Agent, ...]
    then: tuple[Agent, ...]


async def of(services: Services, follow_up: FollowUp) -> Reach:
    place = (follow_up.team, follow_up.channel, follow_up.thread_ts, follow_up.owner)
    answers = await wishes.agent_of(services, *place, follow_up.agent)
    answering, made_by = answers.name if isinstance(answers, Agent) else "", follow_up.made_by
    made = await wishes.agent_of(services, *place, made_by) if made_by not in ("", answering) else answers
    first = {one.name: one for one in (answers, made) if isinstance(one, Agent)}
    return Reach(
        answering=answering,
        first=tuple(first.values()),
        then=await _then(services, follow_up, first),
    )


async def _then(services: Services, follow_up: FollowUp, first: dict[str, Agent]) -> tuple[Agent, ...]:
    choice = await services.choices.of(follow_up.team, follow_up.channel, follow_up.owner)
    thread = follow_up.thread
    guests = Guests.of(await services.turns.record(thread) if thread else {})
    usable = choice.usable.agents
    names = {name for one in first for name in comes_to(usable, one, guests)}
    return tuple(agent for agent in usable.values() if agent.name in names - first.keys())
