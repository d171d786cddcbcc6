"""Runs of a follow-up that somebody asks for, beside its times: at once, counted, its times left as they are.

What always holds: one that is asked for twice under the same second is handed over once.
"""

from __future__ import annotations

import structlog

from bot.follow_ups.models import FollowUp, Status, Why
from bot.follow_ups.store import Changed
from workers.follow_ups import due, rights, tick
from workers.follow_ups.acts import Done
from workers.follow_ups.rights import Who
from workers.follow_ups.wishes import Refused
from workers.services import Services

log = structlog.get_logger()


async def run_now(services: Services, who: Who, team: str, follow_up_id: str, *, second: int = 0) -> Done | Refused:
    """An extra run, at once; it counts, and leaves its times as they are. One that was missed may be run, too.

    `second`, one of `free_second`, makes a run that is asked for again, after a crash, the same one.
    """
    while True:
        kept = await rights.allowed(services, who, team, follow_up_id, ended=True)
        if isinstance(kept, Refused):
            return kept
        follow_up, now = kept.follow_up, services.calendar()
        if second and await _is_begun(services, follow_up, second):
            return Done(follow_up, changed=False)
        if not (follow_up.is_open or follow_up.why is Why.MISSED):
            return rights.ENDED
        if follow_up.status is Status.PAUSED:
            return Refused("follow_up.refused.paused", {})
        if due.is_running(follow_up, now, services.settings.follow_up_clock):
            return Refused("follow_up.refused.running", {})
        occurrence = second or await _free(services, follow_up, int(now))
        new = due.run_besides(follow_up, occurrence, now)
        done = await services.follow_ups.change(
            kept,
            new,
            mail=tick.run_mail(new, occurrence, services.now(), by=who.user),
            day=tick.day_of(follow_up, now),
            most_runs_a_day=services.settings.follow_up_runs_a_day,
        )
        if done is Changed.TOO_MANY_RUNS:
            return Refused("follow_up.refused.too_many_runs", {"count": services.settings.follow_up_runs_a_day})
        if done is Changed.DONE:
            log.info("follow_up.run_now", follow_up=follow_up.id, by=who.user)
            return Done(new)


async def free_second(services: Services, team: str, follow_up_id: str) -> int:
    """The occurrence of an extra run that may be asked for twice: to be put on record before `run_now`."""
    kept, now = await services.follow_ups.get(team, follow_up_id), int(services.calendar())
    return await _free(services, kept.follow_up, now) if kept else now


async def _free(services: Services, follow_up: FollowUp, second: int) -> int:
    """An occurrence that no run had: the mail of one that was would count as a repeat, and never run."""
    while second == follow_up.due or await _is_begun(services, follow_up, second):
        second += 1
    return second


async def _is_begun(services: Services, follow_up: FollowUp, second: int) -> bool:
    return bool(await services.turns.stored([follow_up.mail_id(second)]))
