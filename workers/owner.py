"""What a worker does with a thread it was nudged for: claim it, do its mail one after the other, give it up.

Ways through: a nudge that came too late does nothing; a thread that is lost on the way is left to its new owner; a
worker that is told to stop hands the thread on at once.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog
from redis.exceptions import RedisError

from bot.threads.changes import Change
from bot.threads.models import Mail, MailKind, ThreadKey
from bot.threads.owned import Claimed, Lost
from workers import roster, starting, trying_again, turnless
from workers.errands import doing as errands
from workers.follow_ups import running as follow_up_runs
from workers.holdings import Hold
from workers.mailroom import next_batch
from workers.services import Services
from workers.turn import running

HANDING_ON = timedelta(seconds=2)  # for giving a thread back while the process stops
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
        return await running.run(services, hold, claimed, claimed.turn_id, None)
    if not claimed.mail:
        return await services.turns.finish(claimed.owned, "-", Change()) or None
    mail = claimed.mail[0]
    match mail.kind:
        case MailKind.MESSAGE:
            return await starting.begin(services, hold, claimed, next_batch(claimed.mail))
        case MailKind.SWITCH:
            return await turnless.change_agents(services, claimed, mail, roster.switched)
        case MailKind.ROSTER:
            return await turnless.change_agents(services, claimed, mail, roster.changed)
        case MailKind.AGAIN:
            return await trying_again.again(services, hold, claimed, mail)
        case MailKind.CROWDED:
            return await turnless.say(services, claimed, [mail], "thread.needs_mention")
        case MailKind.FOLLOW_UP if mail.about.get("do") == "list":
            return await turnless.list_follow_ups(services, claimed, mail)
        case MailKind.STOP:
            return await turnless.whisper(services, claimed, mail, "turn.nothing_to_stop")
        case MailKind.PERSON:
            return await turnless.whisper(services, claimed, mail, "person.over")
        case MailKind.SIGN_IN:
            return await turnless.whisper(services, claimed, mail, "sign_in.over")
        case MailKind.ANSWER:
            return await turnless.whisper(services, claimed, mail, "inquiry.over")
        case MailKind.DECISION:
            return await turnless.tell_late(services, claimed, mail)
        case MailKind.DUE:
            return await follow_up_runs.begin(services, hold, claimed, mail)
        case MailKind.FOLLOW_UP if "missed" in mail.about:
            return await turnless.tell_missed(services, claimed, mail)
        case _:
            # Nothing waits for that sign-in any more; an errand's mail never comes to a thread.
            return await turnless.drop(services, claimed, [mail])


async def _hand_on(services: Services, claimed: Claimed) -> None:
    """The process stops: another worker goes on from the journal, at once."""
    try:
        async with asyncio.timeout(HANDING_ON.total_seconds()):
            await asyncio.shield(services.turns.give_back(claimed.owned))
    except (Lost, TimeoutError, RedisError) as error:
        log.warning("thread.not_handed_on", error=type(error).__name__)
    else:
        log.info("thread.handed_on")
