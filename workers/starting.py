"""Which turn mail starts: a new one, if its writer may use who answers, or a failed one that is tried again."""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.catalog.agents import Agent
from bot.catalog.catalog import NoDefaultAgent
from bot.picking import answers
from bot.threads.models import Mail
from bot.threads.turns import Change, Claimed
from workers import lines, turnless
from workers.admission import Refusal, admitted
from workers.holdings import Hold
from workers.journal import Journal
from workers.mailroom import Batch
from workers.services import Services
from workers.turn import running

log = structlog.get_logger()


async def begin(services: Services, hold: Hold, claimed: Claimed, batch: Batch) -> list[Mail] | None:
    """A turn for `batch`, if there is an agent to answer it whom its writer may use."""
    turn_id = services.new_id()
    agent = await _admitted(services, claimed, batch.principal, turn_id, picked=batch.agent)
    if isinstance(agent, Refusal):
        return await turnless.say(services, claimed, batch.mail, agent.key, agent.values)
    if any(mail.text.strip() or mail.files for mail in batch.mail):
        return await running.run(services, hold, claimed, turn_id, batch, agent)
    if batch.agent:
        called, switch = {"agent": answers.called(agent)}, {"agent": agent.name}
        return await turnless.say(services, claimed, batch.mail, "agent.switched", called, record=switch)
    return await turnless.say(services, claimed, batch.mail, "turn.nothing_asked")


async def again(services: Services, hold: Hold, claimed: Claimed, mail: Mail) -> list[Mail] | None:
    """The Try again button: go on with the failed turn where it failed, or ask anew if the thread went on since."""
    thread = claimed.owned.thread
    failed = await services.turns.journal(thread.team, mail.about.get("turn", ""))
    if failed.get("ended") != "failed" or "mail" not in failed:
        return await turnless.whisper(services, claimed, mail, "again.gone")
    if failed["principal"] != mail.principal:
        person = await services.people.person(thread.team, failed["principal"])
        name = person.name if person else failed["principal"]
        return await turnless.whisper(services, claimed, mail, "again.not_you", person=name)
    turn_id = mail.about["turn"]
    agent = await _admitted(services, claimed, mail.principal, turn_id, picked=None, thread_agent=failed.get("agent"))
    if isinstance(agent, Refusal):
        return await turnless.whisper(services, claimed, mail, agent.key, **agent.values)
    journal = Journal(services.turns, claimed.owned, turn_id, failed, services.now())
    if claimed.record.get("last_turn") == turn_id:
        journal.forget("ended", "row:failure", "row:failure-again", "unknown_effect")
        journal.set(began=str(services.now()))
        journal.unset_thread("open_calls", "lost_workers")
        journal.set_thread(turn=turn_id)
        journal.take([mail])
        await journal.write()
        record = {**claimed.record, "turn": turn_id}
        record.pop("open_calls", None)
        rest = [item for item in claimed.mail if item.id != mail.id]
        reopened = replace(claimed, mail=rest, record=record, journal=journal.fields)
        return await running.run(services, hold, reopened, turn_id, None)
    asked = tuple(replace(item, id=mail.id, about={"again": turn_id}) for item in journal.mail)
    await services.turns.note(claimed.owned, turn_id, Change(forget=["mail"]))
    return await begin(services, hold, claimed, Batch(asked))


async def _admitted(
    services: Services,
    claimed: Claimed,
    principal: str,
    turn_id: str,
    *,
    picked: str | None,
    thread_agent: str | None = None,
) -> Agent | Refusal:
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
