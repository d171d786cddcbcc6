"""DUE in a thread: a run of a follow-up begins as a turn of its own, for its owner.

Its mail never joins other people's messages, nor they it; what the owner writes meanwhile is steered as in any turn.
A run that is not expected any more goes without a word.
"""

from __future__ import annotations

import structlog

from bot.follow_ups.models import Why
from bot.threads.models import Mail
from bot.threads.owned import Claimed
from workers import turnless
from workers.admission import Refusal
from workers.follow_ups import checks, ending
from workers.follow_ups.ending import Run
from workers.holdings import Hold
from workers.mailroom import Batch
from workers.services import Services
from workers.turn import running

log = structlog.get_logger()


async def begin(services: Services, hold: Hold, claimed: Claimed, mail: Mail) -> list[Mail] | None:
    """The run, if it may be; the mail that waits then, None when the thread was given up."""
    run = Run.of(mail)
    follow_up = await checks.expected(services, run) if run else None
    if run is None or follow_up is None:
        log.info("follow_up.not_expected", mail=mail.id)
        return await turnless.drop(services, claimed, [mail])
    found = await checks.answering(services, follow_up, thread_agent=claimed.record.get("agent"))
    if isinstance(found, Why):
        await ending.held_up(services, run, found)
        return await turnless.drop(services, claimed, [mail])
    if isinstance(found, Refusal):
        return await turnless.say(services, claimed, [mail], found.key, found.values)
    return await running.run(services, hold, claimed, services.new_id(), Batch((mail,)), found)
