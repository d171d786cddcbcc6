"""What a model reads about follow-ups: short, plain English, times in the person's zone and in UTC. Rules, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from bot.follow_ups.models import FollowUp, Status
from bot.slack import wire
from bot.texts import words_for
from workers.follow_ups import described

TASK_SHOWN = 300  # characters of what one is to do, in the list
NONE_OPEN = "There is no open follow-up here."
NOT_MOVED_IN_RUNS = (
    "A run of a follow-up does not move one that begins a thread with each run; only a person has that done."
)
NOT_HERE = "{count} more of {person} elsewhere, which are not named here; `{command} list` shows them to that person."


def at(moment: float, zone: str) -> str:
    """ "Monday 30 November 2026 at 09:00 (Europe/Paris), that is 2026-11-30T08:00:00Z"."""
    local = datetime.fromtimestamp(moment, ZoneInfo(zone))
    day = format_datetime(local, "EEEE d MMMM y 'at' HH:mm", locale="en")
    return f"{day} ({zone}), that is {local.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def when(follow_up: FollowUp, zone: str) -> str:
    """When it runs, and the next time: a clause."""
    if follow_up.when.hook:
        events = words_for("en").names(list(follow_up.events), any_of=True)
        return f"whenever a signed request brings {_short(events)}" if events else "whenever a signed request comes in"
    if not follow_up.when.recurs:
        return f"once, on {at(follow_up.when.at, zone)}"
    often = described.when(
        follow_up.when, words_for("en"), now=datetime.fromtimestamp(follow_up.made_at, ZoneInfo(zone))
    )
    return f"{often}; the next time is {at(follow_up.due, zone)}" if follow_up.due else often


def made(follow_up: FollowUp, zone: str) -> str:
    where = "in this thread" if follow_up.thread_ts else "each time in a new thread of this channel"
    said = [f"Follow-up {follow_up.id} is scheduled: {when(follow_up, zone)}. It runs {where}."]
    if follow_up.when.hook:
        said.append("The address and its secret are shown to the person alone, with the button on its card.")
    return " ".join(said)


def changed(follow_up: FollowUp, zone: str) -> str:
    paused = " It is paused, until a person resumes it." if follow_up.status is Status.PAUSED else ""
    return f"Follow-up {follow_up.id} is changed: {when(follow_up, zone)}.{paused}"


def cancelled(follow_up: FollowUp) -> str:
    running = " This run of it goes on to its end." if follow_up.running else ""
    return f"Follow-up {follow_up.id} has ended and will not run again.{running}"


def row(follow_up: FollowUp, zone: str, *, people: Mapping[str, str], here: bool) -> str:
    """One of a list: a line. `people` are the names of those it names."""
    owner, prompt = people.get(follow_up.owner, follow_up.owner), wire.readable(follow_up.prompt, people=people)
    where = "in this thread" if here else "in this channel" if not follow_up.thread_ts else "in another thread"
    state = f"; paused ({follow_up.why})" if follow_up.status is Status.PAUSED else ""
    until = f"; until {_short(follow_up.until)}" if follow_up.until else ""
    return f'- {follow_up.id}, of {owner}, {where}: "{_short(prompt)}"; {when(follow_up, zone)}{until}{state}'


def too_many(limit: int) -> str:
    often = "no follow-up" if not limit else f"at most {limit} follow-up{'s' if limit > 1 else ''}"
    return (
        f"You may make {often} by yourself between two messages of a person here, and they are made. Do not try "
        "again; tell the person, who can ask you to go on."
    )


def too_soon(least: timedelta) -> str:
    interval = words_for("en").duration(least)
    return (
        f"A run of a follow-up makes and moves none to a time that is less than {interval} away. Choose a later time."
    )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= TASK_SHOWN else f"{flat[: TASK_SHOWN - 1]}…"
