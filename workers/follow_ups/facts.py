"""What is said of a follow-up beside what it says itself: names, the reader's zone, the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.catalog.agents import Agent
from bot.follow_ups.models import FollowUp, Why
from bot.picking.answers import called
from bot.slack import wire
from bot.slack.text import shown
from workers.follow_ups import ahead, due, wishes
from workers.follow_ups.ahead import Need
from workers.follow_ups.wishes import Refused
from workers.follow_ups.zones import or_utc
from workers.services import Services

NAME_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Names as they may be shown. `agent` is empty where nobody would answer the owner and none was named; `prompt` as
    people read it. `now` is in the reader's zone, `names_zone`: others read it, too.

    `allowed` are the calls of its runs that somebody allowed ahead, `asked_then` those that nobody may; `asks`: others
    may be allowed still. `running`: a run has begun and not ended. `nobody_answers`: no agent would run it now.
    `owner_gone`: from the workspace.
    """

    owner: str
    agent: str
    by: str
    prompt: str
    now: datetime
    names_zone: bool = False
    allowed: tuple[Need, ...] = ()
    asked_then: tuple[Need, ...] = ()
    asks: bool = False
    running: bool = False
    nobody_answers: bool = False
    owner_gone: bool = False


async def facts_of(services: Services, follow_up: FollowUp, *, reader: str = "") -> Facts:
    """For who alone reads it; without a `reader` for all who read where it runs, its owner's zone being named."""
    team, now = follow_up.team, services.calendar()
    zone = await zone_of(services, team, reader or follow_up.owner)
    needed = await ahead.needs(services, follow_up) if follow_up.is_open else []
    owner, agent = await services.people.person(team, follow_up.owner), await _agent(services, follow_up)
    return Facts(
        owner=await name_of(services, team, follow_up.owner),
        agent=shown(follow_up.agent, NAME_SHOWN) if isinstance(agent, Refused) else called(agent),
        by=await _by(services, follow_up),
        prompt=await prompt_of(services, follow_up),
        now=datetime.fromtimestamp(now, zone),
        names_zone=not (reader or follow_up.in_dm),
        allowed=tuple(need for need in needed if need.given),
        asked_then=tuple(need for need in needed if not need.may_be_given),
        asks=any(need.may_be_given and not need.given for need in needed),
        running=due.is_running(follow_up, now, services.settings.follow_up_clock),
        nobody_answers=isinstance(agent, Refused) and owner is not None,  # whom Slack does not name may be back soon
        owner_gone=owner is not None and owner.deleted,
    )


async def prompt_of(services: Services, follow_up: FollowUp) -> str:
    """What it is to do, as people read it."""
    names = await services.people.names(follow_up.team, sorted(wire.people_in(follow_up.prompt)))
    return wire.readable(follow_up.prompt, people=names)


async def zone_of(services: Services, team: str, user: str) -> ZoneInfo:
    """A person's own zone, as Slack says; UTC where it says none that is known."""
    person = await services.people.person(team, user)
    return or_utc(person.tz if person else None)


async def name_of(services: Services, team: str, user: str) -> str:
    person = await services.people.person(team, user) if user else None
    return shown(person.name if person else user, NAME_SHOWN)


async def _agent(services: Services, follow_up: FollowUp) -> Agent | Refused:
    return await wishes.agent_of(
        services, follow_up.team, follow_up.channel, follow_up.thread_ts, follow_up.owner, follow_up.agent
    )


async def _by(services: Services, follow_up: FollowUp) -> str:
    """Who paused or ended it: a person, or the agent that found its end."""
    if follow_up.why is Why.AGENT_SAID:
        agent = services.catalogs.now.find(follow_up.by)
        return called(agent) if agent else shown(follow_up.by, NAME_SHOWN)
    return await name_of(services, follow_up.team, follow_up.by)
