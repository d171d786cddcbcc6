"""Which turn messages start, if their writer may use who answers."""

from __future__ import annotations

import structlog

from bot.catalog.agents import Agent
from bot.catalog.catalog import NoDefaultAgent
from bot.picking import answers
from bot.threads.models import Mail
from bot.threads.owned import Claimed
from workers import lines, turnless
from workers.admission import Refusal, admitted
from workers.holdings import Hold
from workers.mailroom import Batch
from workers.services import Services
from workers.turn import running

log = structlog.get_logger()


async def begin(services: Services, hold: Hold, claimed: Claimed, batch: Batch) -> list[Mail] | None:
    """A turn for `batch`, if there is an agent to answer it whom its writer may use."""
    turn_id = services.new_id()
    agent = await admitted_to(services, claimed, batch.principal, turn_id, picked=batch.agent)
    if isinstance(agent, Refusal):
        return await turnless.say(services, claimed, batch.mail, agent.key, agent.values)
    if any(mail.text.strip() or mail.files for mail in batch.mail):
        return await running.run(services, hold, claimed, turn_id, batch, agent)
    if batch.agent:
        called, switch = {"agent": answers.called(agent)}, {"agent": agent.name}
        return await turnless.say(services, claimed, batch.mail, "agent.switched", called, record=switch)
    return await turnless.say(services, claimed, batch.mail, "turn.nothing_asked")


async def admitted_to(
    services: Services,
    claimed: Claimed,
    principal: str,
    turn_id: str,
    *,
    picked: str | None,
    thread_agent: str | None = None,
) -> Agent | Refusal:
    """Who answers `principal`: `picked`, else the thread's; or the sentence that is said instead."""
    thread = claimed.owned.thread
    choice = await services.choices.given(thread.team, thread.channel, principal, claimed.chosen)
    words = await lines.words_in(services, thread, principal)
    try:
        found = admitted(choice, words, picked=picked, thread_agent=thread_agent or claimed.record.get("agent"))
    except NoDefaultAgent as nobody:
        # Its text names the agents there are, and stands in the operator's log only.
        log.error("turn.nobody_answers", problem=str(nobody))
        return Refusal("agent.none", {"id": turn_id})
    if isinstance(found, Refusal):
        log.info("turn.not_admitted", principal=principal, reason=found.key)
    return found
