"""What can be done with a follow-up that there is: for buttons, the command, agents' functions and the operator alike.

What always holds: each act counts from what stands at that moment, and one that is told twice is done once. Who may,
`rights.py` says; an owner is told who else paused or ended theirs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from bot.follow_ups.kept import Kept
from bot.follow_ups.models import FollowUp, Status, Why
from bot.follow_ups.store import Changed
from bot.threads.models import Mail
from workers.follow_ups import ahead, due, making, rights, versions, wishes
from workers.follow_ups.ending import BY_OTHERS, told_mail
from workers.follow_ups.rights import Who
from workers.follow_ups.wishes import Refused, Wish
from workers.services import Services

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Done:
    """`follow_up` as it stands now; it was so before where nothing `changed`."""

    follow_up: FollowUp
    changed: bool = True


Next = Callable[[FollowUp], Awaitable[FollowUp | Refused]]


async def change(services: Services, who: Who, team: str, follow_up_id: str, wish: Wish) -> Done | Refused:
    """What it does, and when. A paused one stays so."""

    async def changed(follow_up: FollowUp) -> FollowUp | Refused:
        new = await wishes.granted(services, wish, before=follow_up)
        if isinstance(new, Refused):
            return new
        return await making.addressed(services, new if new.status is Status.ACTIVE else replace(new, due=0))

    return await _act(services, who, team, follow_up_id, "change", changed)


async def pause(services: Services, who: Who, team: str, follow_up_id: str) -> Done | Refused:
    """Until it is resumed. A run that has begun goes on."""

    async def paused(follow_up: FollowUp) -> FollowUp | Refused:
        return follow_up if follow_up.status is Status.PAUSED else follow_up.paused(Why.PERSON, by=who.user)

    return await _act(services, who, team, follow_up_id, "pause", paused, others=True)


async def resume(services: Services, who: Who, team: str, follow_up_id: str) -> Done | Refused:
    """From now on. Who resumes one whose agent has changed takes the agent as it is."""

    async def resumed(follow_up: FollowUp) -> FollowUp | Refused:
        if follow_up.status is Status.ACTIVE:
            return follow_up
        agent = await wishes.agent_of(
            services,
            team,
            follow_up.channel,
            follow_up.thread_ts,
            follow_up.owner,
            follow_up.agent,
        )
        if isinstance(agent, Refused):
            return agent
        version = await versions.version_of(services, agent) if follow_up.version else ""
        return due.resumed(replace(follow_up, version=version), services.calendar())

    return await _act(services, who, team, follow_up_id, "resume", resumed)


async def cancel(
    services: Services,
    who: Who,
    team: str,
    follow_up_id: str,
    *,
    why: Why = Why.PERSON,
    by: str = "",
    again: bool = False,
) -> Done | Refused:
    """For good. With `why` AGENT_SAID it is the agent `by` that found what it was to run until. `again`: it may have
    been done, when a worker ended; then it was."""
    kept = await services.follow_ups.get(team, follow_up_id) if again else None
    if kept and kept.follow_up == kept.follow_up.ended(why, by=by or who.user):
        return Done(kept.follow_up, changed=False)

    async def cancelled(follow_up: FollowUp) -> FollowUp | Refused:
        return follow_up.ended(why, by=by or who.user)

    return await _act(services, who, team, follow_up_id, "cancel", cancelled, others=True)


async def _act(
    services: Services, who: Who, team: str, follow_up_id: str, name: str, following: Next, *, others: bool = False
) -> Done | Refused:
    """Put what `following` says in its place; looked at again where somebody else changed it meanwhile.

    What was allowed ahead for what it was before is taken back first: a crash in between leaves no yes for
    anything else.
    """
    while True:
        kept = await rights.allowed(services, who, team, follow_up_id, others=others)
        if isinstance(kept, Refused):
            return kept
        new = await following(kept.follow_up)
        if isinstance(new, Refused):
            return new
        if new == kept.follow_up:
            return Done(new, changed=False)
        if not ahead.holds(kept.follow_up, new):
            await ahead.take_back(services, kept.follow_up)
        if await services.follow_ups.change(kept, new, mail=_to_owner(kept, new, who, services.now())) is Changed.DONE:
            log.info("follow_up.changed", follow_up=follow_up_id, act=name, by=who.user)
            return Done(new)


def _to_owner(kept: Kept, new: FollowUp, who: Who, at: float) -> Mail | None:
    """Who pauses or ends what is somebody else's has them told, in the same step."""
    if who.user == new.owner or new.status is Status.ACTIVE or new.status is kept.follow_up.status:
        return None
    return told_mail(new, BY_OTHERS, str(kept.revision), at, did=new.status, by=who.user)
