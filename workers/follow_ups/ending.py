"""How a run of a follow-up ends: its record is told, whichever way the run's mail went, and may pause for it.

What always holds: told again after a crash, it changes nothing more. One that pauses of its own accord hands over, in
the same step, the errand that says so (`workers/errands/follow_up_told.py`); one that ends with times that no foot has
told, the line that tells them. One that pauses or ends says so on its card in the thread, too; nothing waits or fails
for that, and a crash may leave the card as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.follow_ups.models import FollowUp, Status, Why
from bot.follow_ups.store import Changed
from bot.threads.models import Mail, MailKind, ThreadKey
from workers.follow_ups import confirming, due
from workers.follow_ups.missed import OVER, missed_mail
from workers.services import Services

ANSWERED, FAILED, STOPPED = True, False, None  # how a run ends, for its follow-up
BY_OTHERS = "by_others"  # why its owner is told: somebody else paused or cancelled it

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run, by its follow-up's id and the occurrence. `by_hook`: a webhook woke it, at no time of its own."""

    team: str
    follow_up: str
    occurrence: int
    by_hook: bool = False

    @classmethod
    def of(cls, mail: Mail) -> Run | None:
        """The run that `mail` is; None for other mail."""
        if mail.kind is not MailKind.DUE or "follow_up" not in mail.about:
            return None
        about = mail.about
        return cls(
            team=mail.thread.team,
            follow_up=about["follow_up"],
            occurrence=int(about["occurrence"]),
            by_hook="hook" in about,
        )


async def ended(
    services: Services, run: Run, *, answered: bool | None, told: int = 0, sign_in_missing: bool = False
) -> None:
    """The run is over. `told` of the times that were left out stand in its answer's foot; `sign_in_missing`: a tool
    wanted a sign-in that nobody gave in time."""

    def following(follow_up: FollowUp) -> FollowUp:
        return after(follow_up, run, answered=answered, told=told, sign_in_missing=sign_in_missing)

    await _change(services, run, following)


def after(
    follow_up: FollowUp, run: Run, *, answered: bool | None, told: int = 0, sign_in_missing: bool = False
) -> FollowUp:
    """The follow-up as it is when the run is over."""
    new = due.run_ended(follow_up, run.occurrence, answered=answered, told=told)
    goes_on = new.status is Status.ACTIVE and due.goes_on(new)
    return new.paused(Why.CONNECTION_GONE) if sign_in_missing and goes_on and new != follow_up else new


async def forgiven(services: Services, run: Run) -> None:
    """It had failed, and was tried again with success."""
    await _change(services, run, due.forgiven)


async def not_begun(services: Services, run: Run) -> None:
    """Its follow-up waits for no such run any more; one that was paused meanwhile has not had it."""
    await _change(services, run, lambda follow_up: due.not_begun(follow_up, run.occurrence))


async def held_up(services: Services, run: Run, why: Why, *, worked: bool = False) -> None:
    """It could not be run for `why`: its follow-up is paused, and who can act is told. `worked`: tools were called."""
    await _change(services, run, lambda follow_up: due.held_up(follow_up, run.occurrence, why, worked=worked))


def told_mail(follow_up: FollowUp, why: str, which: str, at: float, **about: str) -> Mail:
    """The errand that says why a follow-up did not run; `which` tells one time from another."""
    mail_id = f"told:{follow_up.team}:{follow_up.id}:{why}:{which}"
    return Mail(
        id=mail_id,
        kind=MailKind.FOLLOW_UP_TOLD,
        thread=ThreadKey.errand(follow_up.team, follow_up.channel, mail_id),
        principal=follow_up.owner,
        principal_team=follow_up.owner_team,
        at=at,
        about={"follow_up": follow_up.id, "why": why, "which": which, **about},
    )


def over_mail(before: FollowUp, new: FollowUp, at: float) -> Mail | None:
    """What wakes the deliveries that wait at its door for the end of this run, if some may."""
    is_over = before.running and not new.running
    if not (is_over and new.when.hook and (new.quiet or not new.thread_ts)):
        return None
    return Mail(
        id=f"over:{new.team}:{new.id}:{before.running}",
        kind=MailKind.TIME_OUT,
        thread=new.door,
        principal=new.owner,
        principal_team=new.owner_team,
        at=at,
    )


async def _change(services: Services, run: Run, following: Callable[[FollowUp], FollowUp]) -> None:
    while (kept := await services.follow_ups.get(run.team, run.follow_up)) is not None:
        new = following(kept.follow_up)
        if new == kept.follow_up:
            return
        mail = over_mail(kept.follow_up, new, services.now())
        if new.status is Status.PAUSED and kept.follow_up.status is not Status.PAUSED:
            mail = told_mail(new, str(new.why), str(run.occurrence), services.now())
        elif due.is_untold(new):
            mail = missed_mail(new, OVER, services.now(), since=new.missed_since)
        if await services.follow_ups.change(kept, new, mail=mail) is not Changed.CHANGED:
            log.info("follow_up.run_ended", follow_up=new.id, status=new.status, why=new.why, failures=new.failures)
            if new.status is not kept.follow_up.status:
                await confirming.redraw(services, new)
            return
