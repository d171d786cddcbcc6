"""Which yes of before covers a call, and what a new one covers.

Fails closed: a grant counts only while whoever gave it might still decide, and for the tool as it was then; one for
always is only the person's own to give.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.approvals.doing import UNNAMED
from bot.approvals.grants import Grant
from bot.slack.clicks import ALWAYS, FOLLOW_UP, THREAD
from workers.approving import approvers_of, may_decide
from workers.call_record import CallRecord
from workers.journal import Journal
from workers.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """By whom and for how long a call was allowed before."""

    by: str
    holds: str


async def covering(services: Services, journal: Journal, record: CallRecord) -> Covered | None:
    """The grant under which this call may run; None where a person is to be asked."""
    user, team = journal.get("principal") or "", journal.thread.team
    if not record.definition:
        return None
    follow_up = await _open_follow_up(services, journal)
    for grant in await services.grants.of(team, user):
        if grant.covers(
            user=user,
            agent=record.agent,
            tool=record.name,
            does=record.does,
            definition=record.definition,
            thread=str(journal.thread),
            follow_up=follow_up,
        ) and await may_decide(services, record, team=team, user=grant.by, asker=user):
            return Covered(by=grant.by, holds=_holds(grant))
    return None


async def _open_follow_up(services: Services, journal: Journal) -> str:
    """The id of the follow-up that this turn is a run of, as long as that has not ended."""
    follow_up = journal.get("follow_up") or ""
    kept = await services.follow_ups.get(journal.thread.team, follow_up) if follow_up else None
    return follow_up if kept and kept.follow_up.is_open else ""


def _holds(grant: Grant) -> str:
    if grant.follow_up:
        return FOLLOW_UP
    return THREAD if grant.thread else ALWAYS


def offered(services: Services, record: CallRecord, *, asker: str) -> tuple[str, ...]:
    """For how long a yes to this call may hold, beside once."""
    approvers = approvers_of(services.catalogs.now, record)
    if not record.definition or approvers is None or record.does == UNNAMED:
        return ()
    return (THREAD, ALWAYS) if approvers.may_include(asker) else (THREAD,)


async def give(services: Services, journal: Journal, record: CallRecord, *, by: str, holds: str) -> None:
    """Let the yes hold from now on; a yes for once leaves nothing."""
    if holds not in (THREAD, ALWAYS) or record.does == UNNAMED:
        return
    user, team = journal.get("principal") or "", journal.thread.team
    grant = Grant(
        user=user,
        agent=record.agent,
        tool=record.name,
        does=record.does,
        definition=record.definition,
        title=record.title,
        server=record.server,
        by=by,
        at=services.now(),
        thread=str(journal.thread) if holds == THREAD else "",
    )
    await services.grants.give(team, grant)
