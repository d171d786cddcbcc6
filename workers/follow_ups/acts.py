"""What can be done with a follow-up, and who may: for buttons, the command, agents' functions and the operator alike.

What always holds: the owner may do everything with it; the workspace's admins and the operators may pause and cancel
it, since they answer for what runs there, which the owner is told, but neither change nor run what acts for somebody
else. Each act counts from what stands at that moment, and one that is told twice is done once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from bot.follow_ups.hook_store import NoVault
from bot.follow_ups.models import FollowUp, Status, Why
from bot.follow_ups.store import Added, Changed, Kept
from bot.slack.models import Person
from bot.threads.models import Mail
from workers.follow_ups import ahead, due, tick, versions, wishes
from workers.follow_ups.ending import BY_OTHERS, told_mail
from workers.follow_ups.wishes import Refused, Wish
from workers.services import Services

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who acts, by Slack's id. `at_console`: whoever runs this, with the command line."""

    user: str = ""
    at_console: bool = False


CONSOLE = Who(at_console=True)


@dataclass(frozen=True, slots=True)
class Made:
    follow_up: FollowUp


@dataclass(frozen=True, slots=True)
class Done:
    """`follow_up` as it stands now; it was so before where nothing `changed`."""

    follow_up: FollowUp
    changed: bool = True


Next = Callable[[FollowUp], Awaitable[FollowUp | Refused]]


async def make(services: Services, wish: Wish) -> Made | Refused:
    """Keep a new one, if it may be. With the id of one that there is already, that one."""
    if wish.id and (known := await services.follow_ups.get(wish.team, wish.id)):
        return Made(known.follow_up)
    bare = FollowUp(
        id=wish.id or services.new_id(),
        team=wish.team,
        channel=wish.channel,
        thread_ts=wish.thread_ts,
        owner=wish.owner,
        owner_team=wish.owner_team,
        prompt=wish.prompt,
        when=wish.when,
        made_at=int(services.calendar()),
        made_by=wish.made_by,
    )
    new = await wishes.granted(services, wish, before=bare)
    return new if isinstance(new, Refused) else await _added(services, new)


async def _added(services: Services, new: FollowUp) -> Made | Refused:
    addressed = await _addressed(services, new)
    if isinstance(addressed, Refused):
        return addressed
    new = addressed
    of_person, in_thread = services.settings.follow_ups_per_person, services.settings.follow_ups_per_thread
    added = await services.follow_ups.add(new, most_of_person=of_person, most_in_thread=in_thread)
    if added is Added.FULL_PERSON:
        return Refused("follow_up.refused.full_person", {"count": of_person})
    if added is Added.FULL_THREAD:
        key = "follow_up.refused.full_thread" if new.thread_ts else "follow_up.refused.full_channel"
        return Refused(key, {"count": in_thread})
    if added is Added.TAKEN and (known := await services.follow_ups.get(new.team, new.id)):
        return Made(known.follow_up)
    log.info("follow_up.made", follow_up=new.id, owner=new.owner, by=new.made_by, due=new.due)
    return Made(new)


async def _addressed(services: Services, new: FollowUp) -> FollowUp | Refused:
    """The same with an address, if a webhook is to wake it; one that had one before keeps that."""
    if not new.when.hook or new.hook:
        return new
    if services.settings.hooks_at is None:
        return Refused("follow_up.refused.no_address", {})
    try:
        return replace(new, hook=(await services.hooks.make(new.team, new.id)).id)
    except NoVault:
        return Refused("follow_up.refused.no_vault", {})


async def change(services: Services, who: Who, team: str, follow_up_id: str, wish: Wish) -> Done | Refused:
    """What it does, and when. A paused one stays so."""

    async def changed(follow_up: FollowUp) -> FollowUp | Refused:
        new = await wishes.granted(services, wish, before=follow_up)
        if isinstance(new, Refused):
            return new
        return await _addressed(services, new if new.status is Status.ACTIVE else replace(new, due=0))

    return await _act(services, who, team, follow_up_id, "change", changed)


async def may_change(services: Services, who: Who, team: str, follow_up_id: str) -> FollowUp | Refused:
    """As it is now, for whoever may change it."""
    kept = await _allowed(services, who, team, follow_up_id, others=False)
    return kept if isinstance(kept, Refused) else kept.follow_up


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


async def run_now(services: Services, who: Who, team: str, follow_up_id: str, *, second: int = 0) -> Done | Refused:
    """An extra run, at once; it counts, and leaves its times as they are. One that was missed may be run, too.

    `second`, one of `free_second`, makes a run that is asked for again, after a crash, the same one.
    """
    while True:
        kept = await _allowed(services, who, team, follow_up_id, others=False, missed=True, begun=second)
        if isinstance(kept, Refused):
            return kept
        follow_up, now = kept.follow_up, services.calendar()
        if second and await _is_begun(services, follow_up, second):
            return Done(follow_up, changed=False)
        if follow_up.status is Status.PAUSED:
            return Refused("follow_up.refused.paused", {})
        if due.is_running(follow_up, now, services.settings.follow_up_clock):
            return Refused("follow_up.refused.running", {})
        occurrence = second or await _free(services, follow_up, int(now))
        new = due.run_besides(replace(follow_up, status=Status.ACTIVE, why=None), occurrence, now)
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


async def _act(
    services: Services, who: Who, team: str, follow_up_id: str, name: str, following: Next, *, others: bool = False
) -> Done | Refused:
    """Put what `following` says in its place; looked at again where somebody else changed it meanwhile.

    What was allowed ahead for what it was before is taken back first: a crash in between leaves no yes for
    anything else.
    """
    while True:
        kept = await _allowed(services, who, team, follow_up_id, others=others)
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


async def _allowed(
    services: Services,
    who: Who,
    team: str,
    follow_up_id: str,
    *,
    others: bool,
    missed: bool = False,
    begun: int = 0,
) -> Kept | Refused:
    """The follow-up, if it is open and `who` may; `others`: also those who answer for the workspace; `missed`: also one
    whose only time was missed; `begun`: also one that this occurrence of it, begun by now, has ended."""
    kept = await services.follow_ups.get(team, follow_up_id)
    if kept is None:
        return Refused("follow_up.refused.gone", {})
    owner = kept.follow_up.owner
    if not (who.at_console or who.user == owner or (others and await _answers_for(services, team, who.user))):
        found = await services.people.person(team, owner)
        return Refused("follow_up.refused.not_yours", {"person": found.name if found else owner})
    if kept.follow_up.is_open or (missed and kept.follow_up.why is Why.MISSED):
        return kept
    if begun and await _is_begun(services, kept.follow_up, begun):
        return kept
    return Refused("follow_up.refused.ended", {})


async def _answers_for(services: Services, team: str, user: str) -> bool:
    """An operator, or an admin of this workspace itself."""
    person: Person | None = await services.people.person(team, user)
    if person is None or person.deleted:
        return False
    return user in services.settings.operators or (person.is_admin and not (person.is_stranger or person.is_guest))
