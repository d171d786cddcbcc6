"""What somebody wants a follow-up to be, and why it may not be so. Fails closed.

Whoever reads times (phrases, forms, a model's arguments) has checked that they are well formed; here it is asked
whether they may be: in the future, not too far, not too often, and for an agent that its owner may use there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

from bot.catalog.agents import Agent
from bot.catalog.catalog import NoDefaultAgent
from bot.follow_ups.form import PROMPT_LIMIT, UNTIL_LIMIT
from bot.follow_ups.models import FollowUp, Status, When
from bot.threads.models import ThreadKey
from workers.follow_ups import due, recurrence, versions
from workers.follow_ups.once import YEARS_AHEAD
from workers.services import Services

FARTHEST = timedelta(days=366 * YEARS_AHEAD)  # never less than so many years of the calendar


@dataclass(frozen=True, slots=True)
class Refused:
    """Why not: a key of the texts and what it is filled with."""

    key: str
    values: dict[str, str | int | timedelta]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """`team`, `channel` and `thread_ts` say where, `owner` and `owner_team` for whom; a change leaves them alone.

    `id` makes the same wish, told again after a crash, the same follow-up (`workers/ids.py`). `as_is`: only with the
    agent as it is defined now. The rest is as in `FollowUp`.
    """

    team: str
    channel: str
    owner: str
    owner_team: str
    prompt: str
    when: When
    id: str = ""
    thread_ts: str = ""
    agent: str = ""
    as_is: bool = False
    until: str = ""
    ends_at: int = 0
    most_runs: int = 0
    quiet: bool = False
    made_by: str = ""
    tools: tuple[str, ...] = ()
    events: tuple[str, ...] = ()

    @classmethod
    def of(cls, follow_up: FollowUp) -> Self:
        """What a follow-up is now, for whoever changes a part of it."""
        return cls(
            team=follow_up.team,
            channel=follow_up.channel,
            owner=follow_up.owner,
            owner_team=follow_up.owner_team,
            prompt=follow_up.prompt,
            when=follow_up.when,
            id=follow_up.id,
            thread_ts=follow_up.thread_ts,
            agent=follow_up.agent,
            as_is=bool(follow_up.version),
            until=follow_up.until,
            ends_at=follow_up.ends_at,
            most_runs=follow_up.most_runs,
            quiet=follow_up.quiet,
            made_by=follow_up.made_by,
            tools=follow_up.tools,
            events=follow_up.events,
        )


async def granted(services: Services, wish: Wish, *, before: FollowUp) -> FollowUp | Refused:
    """`before` as it is wished, not yet kept, with its next time; or why it may not be so."""
    now = int(services.calendar())
    if wrong := _wrong(wish):
        return wrong
    agent = await agent_of(services, wish.team, wish.channel, wish.thread_ts, wish.owner, wish.agent)
    if isinstance(agent, Refused):
        return agent
    moved = wish.when != before.when
    waits = before.status is Status.ACTIVE and 0 < before.due <= now and not moved  # it is about to be handed over
    name = agent.name if wish.agent else ""
    is_pinned = bool(before.version) and name == before.agent  # only who ticks it anew, or resumes, takes it as it is
    new = replace(
        before,
        prompt=wish.prompt.strip(),
        when=wish.when,
        agent=name,
        version=(before.version if is_pinned else await versions.version_of(services, agent)) if wish.as_is else "",
        until=wish.until.strip(),
        ends_at=wish.ends_at,
        most_runs=wish.most_runs,
        quiet=wish.quiet,
        tools=wish.tools,
        events=wish.events if wish.when.hook else (),
        made_at=now if moved else before.made_at,
    )
    wrong = untimely(new, now, least=services.settings.follow_up_interval)
    return wrong or replace(new, due=before.due if waits else due.first(new, now))


async def agent_of(
    services: Services, team: str, channel: str, thread_ts: str, owner: str, name: str
) -> Agent | Refused:
    """The agent `name`, or who answers there, if `owner` may use it there."""
    choice = await services.choices.of(team, channel, owner)
    if choice.person is None or choice.person.deleted:
        return Refused("agent.person_unknown", {})
    if name:
        return choice.usable.named(name) or Refused("follow_up.refused.agent_unknown", {"agent": name})
    try:
        agent = choice.answering(await _answering_in(services, team, channel, thread_ts))
    except NoDefaultAgent:
        return Refused("follow_up.refused.nobody_answers", {})
    return agent if choice.may_use(agent) else Refused("follow_up.refused.agent_not_yours", {})


async def _answering_in(services: Services, team: str, channel: str, thread_ts: str) -> str | None:
    if not thread_ts:
        return None
    record = await services.turns.record(ThreadKey(team, channel, thread_ts))
    return record.get("agent")


def untimely(follow_up: FollowUp, now: int, *, least: timedelta) -> Refused | None:
    """Why its times may not be."""
    when = follow_up.when
    if recurrence.check(when, now):
        return Refused("follow_up.refused.never", {})
    if when.at and when.at <= now:
        return Refused("follow_up.refused.past", {})
    if when.at - now > FARTHEST.total_seconds():
        return Refused("follow_up.refused.too_far", {"years": YEARS_AHEAD})
    if follow_up.ends_at and follow_up.ends_at <= now:
        return Refused("follow_up.refused.ends_past", {})
    if recurrence.check(when, now) or not due.goes_on(replace(follow_up, due=due.first(follow_up, now))):
        return Refused("follow_up.refused.never", {})
    shortest = recurrence.shortest_interval(when, now) if when.recurs else None
    if shortest is not None and shortest < least.total_seconds():
        return Refused("follow_up.refused.too_often", {"interval": least})
    return None


def _wrong(wish: Wish) -> Refused | None:
    if not wish.prompt.strip():
        return Refused("follow_up.refused.no_prompt", {})
    if len(wish.prompt) > PROMPT_LIMIT:
        return Refused("follow_up.refused.long_prompt", {"limit": PROMPT_LIMIT})
    if len(wish.until) > UNTIL_LIMIT:
        return Refused("follow_up.refused.long_until", {"limit": UNTIL_LIMIT})
    return None
