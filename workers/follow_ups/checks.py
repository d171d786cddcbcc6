"""Whether a run of a follow-up may begin, looked at each time one is due. Fails closed."""

from __future__ import annotations

import structlog

from bot.catalog.agents import Agent
from bot.catalog.catalog import NoDefaultAgent
from bot.follow_ups.kept import Kept
from bot.follow_ups.models import FollowUp, Status, Why
from bot.follow_ups.store import Changed
from bot.picking.choices import Choice
from workers.admission import Refusal
from workers.conversations.errors import ConversationError
from workers.follow_ups import due, tick
from workers.follow_ups.ending import Run, not_begun, told_mail
from workers.follow_ups.missed import TOO_MANY
from workers.follow_ups.versions import version_of
from workers.services import Services

log = structlog.get_logger()


async def expected(services: Services, run: Run) -> FollowUp | None:
    """The follow-up that waits for this very run; None where that was paused, has ended or runs another time.

    One that a webhook wakes has its run begun here, if it may have one more today.
    """
    kept = await services.follow_ups.get(run.team, run.follow_up)
    if kept and kept.follow_up.status is Status.ACTIVE:
        if kept.follow_up.running == run.occurrence:
            return kept.follow_up
        if run.by_hook and due.may_be_woken(kept.follow_up, services.calendar()):
            return await _begun(services, run, kept)
    await not_begun(services, run)
    return None


async def _begun(services: Services, run: Run, kept: Kept) -> FollowUp | None:
    """Where another run of it waits in its thread (Run now), that one counts, and this one goes along with it."""
    follow_up, now = kept.follow_up, services.calendar()
    if due.is_running(follow_up, now, services.settings.follow_up_clock):
        return follow_up
    new = due.run_besides(follow_up, run.occurrence, now)
    day, most = tick.day_of(follow_up, now), services.settings.follow_up_runs_a_day
    match await services.follow_ups.change(kept, new, day=day, most_runs_a_day=most):
        case Changed.DONE:
            return new
        case Changed.CHANGED:
            return await expected(services, run)
    log.warning("follow_up.too_many_runs", follow_up=follow_up.id, owner=follow_up.owner)
    await services.mailbox.accept(told_mail(follow_up, TOO_MANY, day, services.now()))
    return None


async def answering(services: Services, follow_up: FollowUp, *, thread_agent: str | None) -> Agent | Why | Refusal:
    """Who answers the run; why it pauses instead, or the sentence of one that failed.

    A person whom Slack does not tell us about for the moment has not left.
    """
    choice = await services.choices.of(follow_up.team, follow_up.channel, follow_up.owner)
    if choice.person is None:
        return Refusal("agent.person_unknown")
    if choice.person.deleted:
        return Why.OWNER_GONE
    agent = _agent(choice, follow_up, thread_agent)
    if agent is None:
        return Why.AGENT_GONE
    return await _changed(services, follow_up, agent) or agent


def _agent(choice: Choice, follow_up: FollowUp, thread_agent: str | None) -> Agent | None:
    """Its own agent, else who answers in that place, if its owner may use that one."""
    try:
        agent = choice.everything.find(follow_up.agent) if follow_up.agent else choice.answering(thread_agent)
    except NoDefaultAgent:
        return None
    return agent if agent and choice.may_use(agent) else None


async def _changed(services: Services, follow_up: FollowUp, agent: Agent) -> Why | Refusal | None:
    """Of one that is to run with its agent as it was: whether that is another one by now."""
    if not follow_up.version:
        return None
    unsure = Refusal("follow_up.run.unsure", {"agent": agent.display_name or agent.name})
    try:
        version = await version_of(services, agent)
    except ConversationError:
        return unsure
    if services.tools.missing(agent):
        return unsure  # a server that is down is no change of the agent
    return None if version == follow_up.version else Why.AGENT_CHANGED
