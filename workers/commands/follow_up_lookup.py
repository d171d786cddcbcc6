"""Follow-ups as an operator sees them: those that are wanted, as a table or in full.

Always holds: what it is to do and until what are not told; of all words of theirs a webhook's events alone are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from redis.asyncio import Redis

from bot.follow_ups.models import FollowUp, Status
from bot.follow_ups.store import FollowUps
from bot.texts import words_for
from workers.commands import lookup
from workers.commands.cannot import Cannot
from workers.commands.terminal import columns, fields, moment
from workers.follow_ups import described

HEAD = ("ID", "DUE", "DUE IN UTC", "STATE", "OWNER", "WHERE", "WHEN", "RUNS", "FAILURES")
ALIKE = "Several workspaces have a follow-up {id}; say which with --team: {teams}."
WORDS = words_for("en-GB")  # a day of 24 hours, as beside it
UNKNOWN = "No follow-up {id} is known; `threadwind followups list --all` shows those that there are."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`place` is a link to a thread, or its key; `ended`: also those that have ended."""

    team: str | None = None
    user: str | None = None
    place: str | None = None
    ended: bool = False

    def fits(self, follow_up: FollowUp, place: lookup.Place | None) -> bool:
        if self.team not in (None, follow_up.team) or self.user not in (None, follow_up.owner):
            return False
        if not self.ended and not follow_up.is_open:
            return False
        there = (follow_up.channel, follow_up.thread_ts)
        return place is None or ((place.channel, place.root_ts) == there and place.team in (None, follow_up.team))


async def found(redis: Redis, wanted: Wanted) -> list[FollowUp]:
    """The next due first, then paused ones, then those that have ended."""
    place = lookup.parse(wanted.place) if wanted.place else None
    seen = {(kept.follow_up.team, kept.follow_up.id): kept.follow_up async for kept in FollowUps(redis).every()}
    chosen = [one for one in seen.values() if wanted.fits(one, place)]
    return sorted(chosen, key=lambda one: (list(Status).index(one.status), not one.due, one.due, one.made_at, one.id))


async def one(redis: Redis, follow_up_id: str, team: str | None) -> FollowUp:
    known = await found(redis, Wanted(team=team, ended=True))
    alike = [follow_up for follow_up in known if follow_up.id == follow_up_id]
    if not alike:
        raise Cannot(UNKNOWN.format(id=follow_up_id))
    if len(alike) > 1:
        raise Cannot(ALIKE.format(id=follow_up_id, teams=", ".join(sorted(one.team for one in alike))))
    return alike[0]


def table(follow_ups: Sequence[FollowUp]) -> list[str]:
    """Empty where there are none."""
    return columns(HEAD, map(_row, follow_ups)) if follow_ups else []


def lines(follow_up: FollowUp) -> list[str]:
    """One in full, a line a field."""
    it = follow_up
    told: Iterable[tuple[str, object]] = (
        ("id", it.id),
        ("workspace", it.team),
        ("state", state(it)),
        ("by", it.by),
        ("owner", it.owner),
        ("where", _where(it)),
        ("agent", it.agent or "who answers there"),
        ("made", moment(it.made_at)),
        ("made by", it.made_by or it.owner),
        ("when", _woken(it) if it.when.hook else _when(it)),
        ("cron", it.when.cron),
        ("rule", it.when.rule),
        ("from", f"{it.when.start} {it.when.zone}" if it.when.rule else ""),
        ("due", due(it)),
        ("due in UTC", moment(it.due) if it.due and not it.when.hook else ""),
        ("running", moment(it.running) if it.running else ""),
        ("ends", moment(it.ends_at) if it.ends_at else ""),
        ("ends after", f"{it.most_runs} runs" if it.most_runs else ""),
        ("quiet", "yes" if it.quiet else ""),
        ("agent as it was", it.version),
        ("runs", str(it.runs)),
        ("failures", f"{it.failures} in a row" if it.failures else "0"),
        ("missed", f"{it.missed} since {moment(it.missed_since)}" if it.missed else ""),
        ("tools", ", ".join(it.tools)),
        ("prompt", f"{len(it.prompt)} characters"),
    )
    return fields(told)


def state(it: FollowUp) -> str:
    said = "running" if it.running and it.status is Status.ACTIVE else it.status.value
    return f"{said} ({it.why.value})" if it.why else said


def due(it: FollowUp) -> str:
    """In its own zone."""
    if not it.due:
        return ""
    return f"{datetime.fromtimestamp(it.due, ZoneInfo(it.when.zone)):%Y-%m-%d %H:%M} {it.when.zone}"


def _row(it: FollowUp) -> tuple[object, ...]:
    times = (due(it), moment(it.due)) if it.due and not it.when.hook else ("-", "-")
    return (it.id, *times, state(it), it.owner, _where(it), _when(it), it.runs, it.failures)


def _where(it: FollowUp) -> str:
    return str(it.thread) if it.thread else f"{it.team}:{it.channel}"


def _woken(it: FollowUp) -> str:
    """For a terminal: each of its events, as it is."""
    events = WORDS.names(list(it.events), any_of=True)
    return WORDS.say("follow_up.when.hook_events", events=events) if events else _when(it)


def _when(it: FollowUp) -> str:
    """A recurrence in words; one that has none stands as it is."""
    if it.when.recurs:
        return described.when(it.when, WORDS, now=datetime.fromtimestamp(it.made_at, UTC))
    return "webhook" if it.when.hook else "once"
