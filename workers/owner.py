"""What a worker does with a thread it was nudged for: claim it, do its mail one after the other, give it up.

Ways through: a nudge that came too late does nothing; a thread that is lost on the way is left to its new owner; a
worker that is told to stop hands the thread on at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog
from redis.exceptions import RedisError
from structlog.contextvars import bound_contextvars

from bot.catalog.agents import Agent
from bot.catalog.catalog import NoDefaultAgent
from bot.picking import answers
from bot.slack.errors import SlackError, TryLater, Unknown
from bot.slack.ledger import Unread
from bot.threads import keys
from bot.threads.models import Mail, MailKind, ThreadKey
from bot.threads.turns import Change, Claimed, Lost
from workers import lines, roster
from workers.admission import Refusal, admitted
from workers.errands import doing as errands
from workers.holdings import Hold
from workers.journal import Journal
from workers.mailroom import Batch, next_batch
from workers.services import Services
from workers.turn import beginning, ends
from workers.turn.scene import Scene, prepared
from workers.turn.turn import Turn

HANDING_ON = timedelta(seconds=2)  # for giving a thread back while the process stops
SLACK_AWAY = timedelta(seconds=5)  # between two looks whether it is back
MOST_FAILED_POSTS = 10  # passes, each of several tries; the last half of them with plain words
LONGEST_HOLD = timedelta(minutes=10)  # then a busy thread goes through the queue again, so that others get their turn

log = structlog.get_logger()


async def take(services: Services, thread: ThreadKey, generation: int) -> None:
    """Do all mail of `thread`, if `generation` is its newest."""
    asked = services.now()
    claimed = await services.turns.claim(thread, generation)
    if claimed is None:
        return
    async with services.holdings.hold(claimed.owned, asked=asked) as hold:
        try:
            async with hold.until_lost():
                await _work(services, hold, claimed)
        except Lost:
            log.warning("thread.lost")
        except asyncio.CancelledError:
            await _hand_on(services, claimed)
            raise


async def _work(services: Services, hold: Hold, claimed: Claimed) -> None:
    began = services.now()
    while True:
        claimed = replace(claimed, mail=await roster.read(services, claimed.owned.thread, claimed.mail))
        left = await _next(services, hold, claimed)
        if left is None:
            return
        if services.now() - began > LONGEST_HOLD.total_seconds():
            await services.turns.give_back(claimed.owned)
            return
        claimed = await services.turns.again(claimed.owned, left)


async def _next(services: Services, hold: Hold, claimed: Claimed) -> list[Mail] | None:
    """One step: the open turn, or what the oldest mail asks for; the mail that waits then, None when given up."""
    if claimed.owned.thread.is_errand:
        return await errands.do(services, hold, claimed)
    if claimed.turn_id is not None:
        return await _run(services, hold, claimed, claimed.turn_id, None)
    if not claimed.mail:
        return await services.turns.finish(claimed.owned, "-", Change()) or None
    mail = claimed.mail[0]
    match mail.kind:
        case MailKind.MESSAGE:
            return await _message(services, hold, claimed)
        case MailKind.SWITCH:
            return await _switch(services, claimed, mail)
        case MailKind.ROSTER:
            return await _roster(services, claimed, mail)
        case MailKind.AGAIN:
            return await _again(services, hold, claimed, mail)
        case MailKind.CROWDED:
            return await _say(services, claimed, [mail], "thread.needs_mention")
        case MailKind.STOP:
            return await _whisper(services, claimed, mail, "turn.nothing_to_stop")
        case MailKind.PERSON:
            return await _whisper(services, claimed, mail, "person.over")
        case MailKind.DECISION:
            return await _whisper(services, claimed, mail, "asking.already_decided")
        case MailKind.TIME_OUT | MailKind.OPEN | MailKind.BRANCH | MailKind.SHOW | MailKind.EXPORT:
            return await _drop(services, claimed, [mail])  # an errand's mail never comes to a thread


async def _message(services: Services, hold: Hold, claimed: Claimed) -> list[Mail] | None:
    return await _begin(services, hold, claimed, next_batch(claimed.mail))


async def _begin(services: Services, hold: Hold, claimed: Claimed, batch: Batch) -> list[Mail] | None:
    """A turn for `batch`, if there is an agent to answer it whom its writer may use."""
    turn_id = services.new_id()
    agent = await _admitted(services, claimed, batch.principal, turn_id, picked=batch.agent)
    if isinstance(agent, Refusal):
        return await _say(services, claimed, batch.mail, agent.key, agent.values)
    if any(mail.text.strip() or mail.files for mail in batch.mail):
        return await _run(services, hold, claimed, turn_id, batch, agent)
    if batch.agent:
        called, switch = {"agent": answers.called(agent)}, {"agent": agent.name}
        return await _say(services, claimed, batch.mail, "agent.switched", called, record=switch)
    return await _say(services, claimed, batch.mail, "turn.nothing_asked")


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


async def _switch(services: Services, claimed: Claimed, mail: Mail) -> list[Mail] | None:
    thread = claimed.owned.thread
    choice = await roster.choice_of(services, thread, mail)
    line = roster.switched(choice, await lines.words_in(services, thread, mail.principal), mail, claimed.record)
    return await _say(services, claimed, [mail], line.key, line.values, record=line.record)


async def _roster(services: Services, claimed: Claimed, mail: Mail) -> list[Mail] | None:
    thread = claimed.owned.thread
    choice = await roster.choice_of(services, thread, mail)
    line = roster.changed(choice, await lines.words_in(services, thread, mail.principal), mail, claimed.record)
    return await _say(services, claimed, [mail], line.key, line.values, record=line.record)


async def _run(
    services: Services, hold: Hold, claimed: Claimed, turn_id: str, batch: Batch | None, agent: Agent | None = None
) -> list[Mail] | None:
    """One turn, to its end, whatever goes wrong on our side or at Slack's."""
    journal = Journal.of(services.turns, claimed, turn_id, services.now())
    waiting = len(claimed.mail) - (len(batch.mail) if batch else 0)
    hold.begin_turn(mail=waiting, mailed=int(claimed.record.get("mailed") or 0))
    scene: Scene | None = None
    with bound_contextvars(turn=turn_id):
        try:
            if batch is not None:
                beginning.take(journal, batch, services.now())
            scene = await prepared(services, hold, claimed, journal, batch, agent=agent, resumed=batch is None)
            return await Turn(scene).run(batch)
        except (Lost, RedisError):
            raise
        except (TryLater, Unknown) as away:
            # The turn stays open and this worker keeps it: what is on record goes out when Slack is back.
            log.warning("slack.away", error=str(away))
            await services.sleep(SLACK_AWAY.total_seconds())
            if isinstance(away, Unknown):
                # Slack is there and breaks on what we say: not for ever.
                passes = int(journal.get("failed_posts") or 0) + 1
                if passes > MOST_FAILED_POSTS and scene is not None:
                    return await ends.undeliverable(scene)
                journal.set(failed_posts=str(passes))
            await journal.write()
            return await services.turns.look(claimed.owned.thread)
        except (SlackError, Unread) as error:
            log.error("turn.undeliverable", error=str(error))
            if scene is not None:
                return await ends.undeliverable(scene)
            return await ends.give_up(journal, claimed.owned, services.now(), "failed", keep=True)
        except NoDefaultAgent as nobody:
            log.error("turn.nobody_answers", problem=str(nobody))  # an agent's file went while its turn was open
            return await _say(services, claimed, journal.mail, "agent.none", {"id": turn_id})
        except Exception as error:
            if scene is not None:
                return await ends.broke(scene, error)
            log.exception("turn.broke")
            if batch is not None:
                return await _say(services, claimed, batch.mail, "turn.failed", {"id": turn_id})
            return await ends.give_up(journal, claimed.owned, services.now(), "failed", keep=True)


async def _again(services: Services, hold: Hold, claimed: Claimed, mail: Mail) -> list[Mail] | None:
    """The Try again button: go on with the failed turn where it failed, or ask anew if the thread went on since."""
    thread = claimed.owned.thread
    failed = await services.turns.journal(thread.team, mail.about.get("turn", ""))
    if failed.get("ended") != "failed" or "mail" not in failed:
        return await _whisper(services, claimed, mail, "again.gone")
    if failed["principal"] != mail.principal:
        person = await services.people.person(thread.team, failed["principal"])
        name = person.name if person else failed["principal"]
        return await _whisper(services, claimed, mail, "again.not_you", person=name)
    turn_id = mail.about["turn"]
    agent = await _admitted(services, claimed, mail.principal, turn_id, picked=None, thread_agent=failed.get("agent"))
    if isinstance(agent, Refusal):
        return await _whisper(services, claimed, mail, agent.key, **agent.values)
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
        return await _run(services, hold, reopened, turn_id, None)
    again = tuple(replace(item, id=mail.id, about={"again": turn_id}) for item in journal.mail)
    await services.turns.note(claimed.owned, turn_id, Change(forget=["mail"]))
    return await _begin(services, hold, claimed, Batch(again))


async def _say(
    services: Services,
    claimed: Claimed,
    mail: Sequence[Mail],
    key: str,
    values: Mapping[str, str] | None = None,
    *,
    record: dict[str, str] | None = None,
) -> list[Mail] | None:
    """Answer mail that needs no turn with one line in the thread, once, and go on."""
    journal = await lines.say(services, claimed, mail, key, values or {})
    return await _drop(services, claimed, mail, record=record, journal=journal)


async def _whisper(services: Services, claimed: Claimed, mail: Mail, key: str, **values: str) -> list[Mail] | None:
    """Tell only the writer; at most once."""
    thread = claimed.owned.thread
    words = (await lines.words_in(services, thread, mail.principal, private=True)).say(key, **values)
    try:
        slack = await services.installations.slack(thread.team)
        await slack.ephemeral(thread.channel, mail.principal, thread_ts=thread.root_ts, text=words)
    except SlackError as error:
        log.info("whisper.failed", key=key, error=str(error))
    return await _drop(services, claimed, [mail])


async def _drop(
    services: Services,
    claimed: Claimed,
    mail: Sequence[Mail],
    *,
    record: dict[str, str] | None = None,
    journal: Journal | None = None,
) -> list[Mail] | None:
    journal = journal or Journal(services.turns, claimed.owned, "-", {}, services.now())
    journal.take(mail)
    journal.set_thread(**(record or {}))
    if not any(item.kind is MailKind.STOP for item in claimed.mail if item not in mail):
        journal.unset_thread("stop")  # else it is meant for what comes next
    life = keys.LINE_FOR if journal.fields else None
    return await services.turns.finish(claimed.owned, journal.id, journal.collected(life=life)) or None


async def _hand_on(services: Services, claimed: Claimed) -> None:
    """The process stops: another worker goes on from the journal, at once."""
    try:
        async with asyncio.timeout(HANDING_ON.total_seconds()):
            await asyncio.shield(services.turns.give_back(claimed.owned))
    except (Lost, TimeoutError, RedisError) as error:
        log.warning("thread.not_handed_on", error=type(error).__name__)
    else:
        log.info("thread.handed_on")
