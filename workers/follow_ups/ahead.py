"""Which calls of a follow-up's runs will need a person's yes, and the yes for them ahead: nobody may be there then.

What always holds: it holds in the runs of that follow-up alone, for the tool as it is defined now, and may be given by
those only who may decide about such a call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from bot.approvals.doing import CREATE, NAME, UPDATE, kind
from bot.approvals.grants import Grant
from bot.catalog.agents import Agent
from bot.catalog.policy import Policy
from bot.follow_ups.models import FollowUp
from bot.slack.text import shown
from bot.texts import Words
from bot.threads.models import CallState
from workers.approving import may_decide
from workers.call_record import CallRecord
from workers.follow_ups import wishes
from workers.services import Services
from workers.tools.specs import ToolSpec

NAME_SHOWN = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that a tool does when `agent` calls it, which a person is asked for. `given`: that person said yes."""

    agent: str
    spec: ToolSpec
    does: str = ""
    given: str = ""

    @property
    def id(self) -> str:
        """Another one where the tool is defined in another way."""
        about = "\n".join((self.agent, self.spec.name, self.does, self.spec.definition))
        return sha256(about.encode()).hexdigest()[:20]

    @property
    def record(self) -> CallRecord:
        """As a call of it stands on record, for whoever decides about it."""
        return CallRecord(
            state=CallState.ASKED,
            name=self.spec.name,
            arguments="",
            agent=self.agent,
            server=self.spec.server or "",
            title=self.spec.title,
            definition=self.spec.definition,
            does=self.does,
        )


async def needs(services: Services, follow_up: FollowUp) -> list[Need]:
    """Those of the tools that it is expected to call, else of all that its agent has; which were allowed ahead, too."""
    found: dict[str, Need] = {}
    grants = [one for one in await services.grants.of(follow_up.team, follow_up.owner) if one.follow_up == follow_up.id]
    for agent in await _agents(services, follow_up):
        for spec in await services.tools.offered(agent):
            if follow_up.tools and spec.name not in follow_up.tools:
                continue
            if spec.policy_of(agent) is Policy.ASK and spec.definition:
                for does in _doings(spec):
                    need = Need(agent=agent.name, spec=spec, does=does, given=_given(grants, agent, spec, does))
                    found.setdefault(need.id, need)
    return list(found.values())


async def may_give(services: Services, follow_up: FollowUp, need: Need, user: str) -> bool:
    """Whether `user` may decide about such a call of the owner's."""
    return await may_decide(services, need.record, team=follow_up.team, user=user, asker=follow_up.owner)


async def give(services: Services, follow_up: FollowUp, chosen: Sequence[Need], *, by: str) -> None:
    """May be repeated."""
    for need in chosen:
        grant = Grant(
            user=follow_up.owner,
            agent=need.agent,
            tool=need.spec.name,
            does=need.does,
            definition=need.spec.definition,
            title=need.spec.title,
            server=need.spec.server or "",
            by=by,
            at=services.now(),
            follow_up=follow_up.id,
        )
        await services.grants.give(follow_up.team, grant)


def holds(before: FollowUp, after: FollowUp) -> bool:
    """Whether what was allowed ahead is so after a change: only where all that was known of it then is as it was."""
    return _allowed_for(before) == _allowed_for(after)


def _allowed_for(follow_up: FollowUp) -> tuple[object, ...]:
    place = (follow_up.team, follow_up.channel, follow_up.thread_ts)
    does = (follow_up.prompt, follow_up.until, follow_up.agent, follow_up.tools)
    return (*place, *does, follow_up.when, follow_up.events)


async def take_back(services: Services, follow_up: FollowUp) -> None:
    """It is something else now than what was allowed."""
    for grant in await services.grants.of(follow_up.team, follow_up.owner):
        if grant.follow_up == follow_up.id:
            await services.grants.revoke(follow_up.team, follow_up.owner, grant.id)


def label(need: Need, words: Words) -> str:
    """In plain words, for a box to tick."""
    tool = need.spec.name if need.spec.title in ("", need.spec.name) else f"{need.spec.title} ({need.spec.name})"
    return words.say(f"follow_up.ahead.does_{kind(need.does)}", tool=tool, does=need.does) if need.does else tool


def listed(those: Sequence[Need], words: Words) -> str:
    return words.names([f"`{shown(label(one, words), NAME_SHOWN)}`" for one in those])


async def _agents(services: Services, follow_up: FollowUp) -> list[Agent]:
    """Who answers in its runs, and who made it where that is another one, to whom it was handed over."""
    place = (follow_up.team, follow_up.channel, follow_up.thread_ts, follow_up.owner)
    found = [
        await wishes.agent_of(services, *place, name)
        for name in (follow_up.agent, follow_up.made_by or None)
        if name is not None
    ]
    return [one for one in found if isinstance(one, Agent)]


def _given(grants: Sequence[Grant], agent: Agent, spec: ToolSpec, does: str) -> str:
    mine = (agent.name, spec.name, does, spec.definition)
    return next((one.by for one in grants if (one.agent, one.tool, one.does, one.definition) == mine), "")


def _doings(spec: ToolSpec) -> Sequence[str]:
    """Of a tool that does one thing or another, each, as far as its schema names them: others are asked for then."""
    if spec.chooses is None:
        return ("",)
    if not spec.chooses.by_value:
        return (CREATE, UPDATE)
    values = spec.parameters.get("properties", {}).get(spec.chooses.argument, {}).get("enum", ())
    return [value for value in values if isinstance(value, str) and NAME.fullmatch(value)]
