"""Hands due follow-ups to their threads: each worker looks, whoever comes first does it.

What always holds: of all workers one hands an occurrence over, in the step that also says when the next one is; a
worker that dies in between has done all of it or nothing. A look costs one round trip while nothing is due.
"""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from redis.exceptions import RedisError

from bot.follow_ups.kept import Kept
from bot.follow_ups.models import FollowUp
from bot.follow_ups.store import Changed
from bot.threads.models import Mail, MailKind, ThreadKey
from workers.follow_ups import due
from workers.follow_ups.due import Step
from workers.follow_ups.ending import told_mail
from workers.follow_ups.missed import AWAY, OVER, TOO_MANY, missed_mail
from workers.services import Services

LOOK = timedelta(seconds=0.5)  # at the latest; earlier where something is known to be due sooner
SOONEST = timedelta(seconds=0.02)
MOST = 50  # handed over at a look, so that several workers share what falls due together

log = structlog.get_logger()


async def run(services: Services) -> None:
    """Look until cancelled. A Redis that is away is waited for, and said once by the beat (`holdings.py`)."""
    while True:
        pause = LOOK.total_seconds()
        try:
            pause = await look(services)
        except (RedisError, OSError) as error:
            log.debug("follow_ups.unseen", error=type(error).__name__)
        except Exception:
            log.exception("follow_ups.look_broke")  # a bug of ours in one of them keeps nobody's turns from running
        await asyncio.sleep(pause)


async def look(services: Services) -> float:
    """Hand over what is due; for how many seconds there is nothing more to do."""
    found, following = await services.due_list.look(services.calendar(), most=MOST)
    random.shuffle(found)  # several workers look at once
    for kept in found:
        try:
            await hand_over(services, kept)
        except (RedisError, OSError):
            raise
        except Exception:
            log.exception("follow_up.broke", follow_up=kept.follow_up.id)
            services.due_list.set_aside(kept)
    wait = LOOK.total_seconds()
    if following is not None:
        wait = services.settings.follow_up_clock.real_seconds(following - services.calendar())
    return min(LOOK.total_seconds(), max(SOONEST.total_seconds(), wait))


async def hand_over(services: Services, kept: Kept) -> None:
    """One step of one follow-up, if it still stands as it was read.

    It may have been handed over between the look at what is due and the reading of it: then it is due no more.
    """
    follow_up, now, settings = kept.follow_up, services.calendar(), services.settings
    if not due.is_due(follow_up, now):
        return
    step = due.step(follow_up, now, window=settings.follow_up_window, clock=settings.follow_up_clock)
    mail = _mail(follow_up, step, services.now(), why=AWAY)
    day = day_of(follow_up, now) if step.run else ""
    most = settings.follow_up_runs_a_day
    done = await services.follow_ups.change(kept, step.new, mail=mail, day=day, most_runs_a_day=most)
    if done is Changed.TOO_MANY_RUNS:
        step = due.left_out(follow_up, now, settings.follow_up_clock)
        mail = _mail(follow_up, step, services.now(), why=TOO_MANY)
        done = await services.follow_ups.change(kept, step.new, mail=mail)
        if done is Changed.DONE:
            log.warning("follow_up.too_many_runs", follow_up=follow_up.id, owner=follow_up.owner)
            await services.mailbox.accept(told_mail(follow_up, TOO_MANY, day, services.now()))
    if done is Changed.DONE:
        late = round(now - (step.run or follow_up.due), 3)
        log.info("follow_up.due", follow_up=follow_up.id, run=step.run, missed=step.new.missed, late=late)


def run_mail(follow_up: FollowUp, occurrence: int, at: float, **about: str) -> Mail:
    """The mail that is one run: for its thread, or the errand that begins one."""
    mail_id = follow_up.mail_id(occurrence)
    told = {"missed": str(follow_up.missed), "missed_since": str(follow_up.missed_since)} if follow_up.missed else {}
    return Mail(
        id=mail_id,
        kind=MailKind.DUE,
        thread=follow_up.thread or ThreadKey.errand(follow_up.team, follow_up.channel, mail_id),
        principal=follow_up.owner,
        principal_team=follow_up.owner_team,
        text=follow_up.prompt,
        agent=follow_up.agent or None,
        at=at,
        about={"follow_up": follow_up.id, "occurrence": str(occurrence), **told, **about},
    )


def day_of(follow_up: FollowUp, now: float) -> str:
    return datetime.fromtimestamp(now, ZoneInfo(follow_up.when.zone)).date().isoformat()


def _mail(follow_up: FollowUp, step: Step, at: float, *, why: str) -> Mail | None:
    """`why` its only time was missed; of several there may be several reasons, and it says none."""
    if step.run:
        return run_mail(step.new, step.run, at)
    if not step.missed:
        return None
    why = OVER if follow_up.when.recurs else why
    return missed_mail(step.new, why, at, since=step.new.missed_since or follow_up.due)
