"""Which calls of a follow-up's runs will need a person's yes, and the yes for them ahead: nobody may be there then.

What always holds: it holds in the runs of that follow-up alone, for the tool as it is defined now when that agent calls
it, and may be given by those only who may decide about such a call. What Mistral calls itself has no definition that we
could hold a yes to, so it is asked for then.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from bot.approvals.doing import CREATE, NAME, UNNAMED, UPDATE, kind
from bot.approvals.grants import Grant
from bot.catalog.agents import Agent
from bot.catalog.policy import Policy
from bot.follow_ups.models import FollowUp
from bot.picking.answers import called
from bot.slack.text import code
from bot.texts import Words
from bot.threads.models import CallState
from workers.approving import may_decide
from workers.call_record import CallRecord
from workers.follow_ups import reach
from workers.services import Services
from workers.tools.specs import ToolSpec

NAME_SHOWN = 150
LISTED = 10  # in one sentence, of which a card has several and Slack draws 3,000 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that a tool does when `agent` calls it, which a person is asked for. `given`: that person said yes.

    `by` is how the agent is called, where it is not the one that answers.
    """

    agent: str
    spec: ToolSpec
    does: str = ""
    given: str = ""
    by: str = ""

    @property
    def may_be_given(self) -> bool:
        """Whether a yes can last: see `Grant.covers`."""
        return bool(self.spec.definition) and self.does != UNNAMED

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
    """Those of the tools that it is expected to call, else of all that its agent has; which were allowed ahead, too.

    Whoever named the tools knows its own ones, so of those to whom it may be handed over all are in.
    """
    found = await reach.of(services, follow_up)
    agents = (*found.first, *found.then)
    offers = await asyncio.gather(*(services.tools.offered(agent) for agent in agents))
    grants = [one for one in await services.grants.of(follow_up.team, follow_up.owner) if one.follow_up == follow_up.id]
    needed: dict[str, Need] = {}
    for agent, offered in zip(agents, offers, strict=True):
        named = follow_up.tools if agent in found.first else ()
        specs = [spec for spec in offered if spec.name in named or not named]
        by = "" if agent.name == found.answering else called(agent)
        for spec, does in _asking(agent, [*specs, *_at_mistral(agent)]):
            need = Need(agent=agent.name, spec=spec, does=does, given=_given(grants, agent, spec, does), by=by)
            needed.setdefault(need.id, need)
    return list(needed.values())


def _asking(agent: Agent, specs: Sequence[ToolSpec]) -> Iterator[tuple[ToolSpec, str]]:
    """Those that are asked for when `agent` calls them, and what they do."""
    return ((spec, does) for spec in specs if spec.policy_of(agent) is Policy.ASK for does in _doings(spec))


def _at_mistral(agent: Agent) -> Iterator[ToolSpec]:
    """What Mistral asks us about before it calls it: named in the agent's file, and all that we know of it."""
    for connector in agent.connectors:
        for tool in connector.requires_confirmation:
            title = connector.connector_id or connector.type
            yield ToolSpec(name=tool, description="", parameters={}, server=None, tool=tool, title=title)


async def may_give(services: Services, follow_up: FollowUp, need: Need, user: str) -> bool:
    """Whether `user` may decide about such a call of the owner's."""
    return await may_decide(services, need.record, team=follow_up.team, user=user, asker=follow_up.owner)


async def give(services: Services, follow_up: FollowUp, chosen: Sequence[Need], *, by: str) -> None:
    """May be repeated."""
    grants = [
        Grant(
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
        for need in chosen
    ]
    await services.grants.give(follow_up.team, *grants)


def holds(before: FollowUp, after: FollowUp) -> bool:
    """Whether what was allowed ahead is so after a change: only where what it does, where and when is as it was, and it
    ends no later."""
    return _allowed_for(before) == _allowed_for(after) and not _lasts_longer(before, after)


def _lasts_longer(before: FollowUp, after: FollowUp) -> bool:
    ends = (after.ends_at, before.ends_at), (after.most_runs, before.most_runs)  # 0: no such end
    return any((new or math.inf) > (old or math.inf) for new, old in ends)


def _allowed_for(follow_up: FollowUp) -> tuple[object, ...]:
    place = (follow_up.team, follow_up.channel, follow_up.thread_ts)
    does = (follow_up.prompt, follow_up.until, follow_up.agent, follow_up.tools)
    return (*place, *does, follow_up.when, follow_up.events)


async def take_back(services: Services, follow_up: FollowUp) -> None:
    """It is something else now than what was allowed."""
    for grant in await services.grants.of(follow_up.team, follow_up.owner):
        if grant.follow_up == follow_up.id:
            await services.grants.revoke(follow_up.team, follow_up.owner, grant.id)


def label(need: Need, words: Words, *, most: int = NAME_SHOWN) -> str:
    """In plain words; where they are longer than `most`, without the title, which is the server's to choose."""
    named = need.spec.title not in ("", need.spec.name)
    whole = _label(need, f"{need.spec.title} ({need.spec.name})" if named else need.spec.name, words)
    return whole if len(whole) <= most else _label(need, need.spec.name, words)


def _label(need: Need, tool: str, words: Words) -> str:
    if need.does in ("", UNNAMED):
        return tool
    return words.say(f"follow_up.ahead.does_{kind(need.does)}", tool=tool, does=need.does)


def listed(those: Sequence[Need], words: Words) -> str:
    """In a sentence; of many it says how many it does not name."""
    named = [_told(need, words) for need in those[:LISTED]]
    left = len(those) - len(named)
    return words.names([*named, *([words.say("follow_up.ahead.more", count=left)] if left else [])])


def _told(need: Need, words: Words) -> str:
    tool = code(label(need, words), NAME_SHOWN)
    return words.say("follow_up.ahead.by", tool=tool, agent=need.by) if need.by else tool


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
    return [value for value in values if isinstance(value, str) and NAME.fullmatch(value)] or (UNNAMED,)
