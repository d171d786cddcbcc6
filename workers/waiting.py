"""What waits for a person: open questions of all threads of a workspace, and for whom each is. Reads only.

Each is shown to the person whose turn waits, and to those who are named to decide it or to take the thread. Whoever may
decide it as "anyone but the asker" is shown it in the channel where it stands: who asks there is in it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.connections.models import Principal
from bot.slack import mentions
from bot.slack.ledger import ROW_PREFIX, Row
from bot.threads.models import CallState, ThreadKey
from workers.approving import approvers_of, may_decide
from workers.call_record import CallRecord, calls_in
from workers.services import Services
from workers.tools import needs
from workers.tools.needs import SignIn


class Kind(StrEnum):
    APPROVAL = "approval"
    SIGN_IN = "sign_in"
    INPUT = "input"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """One open question. `card` is the ts of its message, empty where it has none yet; times are epoch seconds.

    `for_you`: the person who looks has to do something; else it is their own turn that waits for somebody.
    """

    kind: Kind
    thread: ThreadKey
    card: str
    record: CallRecord
    server: str
    principal: str
    asked_at: float
    until: float
    for_you: bool


async def for_person(services: Services, team: str, user: str, *, channel: str) -> list[Waits]:
    """What waits for `user`, who asks in `channel`, or of theirs for others; what is over soonest first."""
    found: list[Waits] = []
    async for thread, deadline, fields in _parked(services, team):
        for call_id, record in calls_in(fields).items():
            waits = await _seen_by(services, user, channel, thread, fields, call_id, record, deadline)
            found += [waits] if waits else []
    return sorted(found, key=lambda waits: waits.until)


async def for_sign_in(services: Services, principal: Principal, server: str) -> set[ThreadKey]:
    """The threads in which calls for `principal` wait until they are signed in at `server`."""
    return {
        thread
        async for thread, _, fields in _parked(services, principal.team)
        if fields.get("principal") == principal.user
        for record in calls_in(fields).values()
        if kind_of(record) is Kind.SIGN_IN and needs.load(record.needs).server == server
    }


async def _parked(services: Services, team: str) -> AsyncIterator[tuple[ThreadKey, float, Mapping[str, str]]]:
    """The open turns that wait, with when they are looked at at the latest, and their journals."""
    for thread, turn, deadline in await services.turns.parked(team):
        yield thread, deadline, await services.turns.journal(team, turn)


async def _seen_by(
    services: Services,
    user: str,
    channel: str,
    thread: ThreadKey,
    fields: Mapping[str, str],
    call_id: str,
    record: CallRecord,
    deadline: float,
) -> Waits | None:
    kind, principal = kind_of(record), fields.get("principal", "")
    if kind is None:
        return None
    is_there = thread.channel == channel
    for_you = await _is_for(services, kind, record, team=thread.team, user=user, principal=principal, there=is_there)
    if not for_you and user != principal:
        return None
    asked_at = record.taken_at or record.asked_at
    limits = services.settings
    limit = limits.person_limit if record.taken_by else limits.asking_limit
    has_own = kind in (Kind.APPROVAL, Kind.HANDED_OVER) and asked_at
    need = needs.load(record.needs) if record.needs else None
    return Waits(
        kind=kind,
        thread=thread,
        card=_card(fields, call_id),
        record=record,
        server=need.server if need else record.server,
        principal=principal,
        asked_at=record.asked_at,
        until=asked_at + limit.total_seconds() if has_own else deadline,
        for_you=for_you,
    )


def kind_of(record: CallRecord) -> Kind | None:
    """What an open call waits for; None where it waits for nobody."""
    if record.state is not CallState.ASKED:
        return None
    if record.to_person:
        return Kind.HANDED_OVER
    if record.needs and not record.given:
        return Kind.SIGN_IN if isinstance(needs.load(record.needs), SignIn) else Kind.INPUT
    return Kind.APPROVAL if record.asks and record.decision is None else None


async def _is_for(
    services: Services, kind: Kind, record: CallRecord, *, team: str, user: str, principal: str, there: bool
) -> bool:
    """`there`: the person is where it stands."""
    if kind is Kind.HANDED_OVER:
        agent = services.catalogs.now.find(record.agent)
        named = agent.escalation if agent else ()
        return record.taken_by in ("", user) and await _is_named(services, named, team=team, user=user)
    if kind is not Kind.APPROVAL:
        return user == principal
    approvers = approvers_of(services.catalogs.now, record)
    if approvers is None or not await may_decide(services, record, team=team, user=user, asker=principal):
        return False
    return user == principal or there or await _is_named(services, approvers.called, team=team, user=user)


async def _is_named(services: Services, named: tuple[str, ...], *, team: str, user: str) -> bool:
    groups = [who for who in named if mentions.is_group(who)]
    return user in named or bool(await services.groups.of(team, user, groups))


def _card(fields: Mapping[str, str], call_id: str) -> str:
    """The first message about the call that stands: the others are reminders of it."""
    rows = [Row.load(name, text) for name, text in fields.items() if name.startswith(ROW_PREFIX)]
    return min((row.ts for row in rows if row.ts and call_id in row.name.split(":")), default="")
