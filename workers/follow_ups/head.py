"""What the model is told of the follow-up that a turn is a run of: one label, which no text can write. Rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.follow_ups.models import FollowUp
from bot.texts import words_for
from workers import inputs

ON_TIME = timedelta(minutes=1)  # less is not late
NOTHING_NEW = "NOTHING NEW"


def head(follow_up: FollowUp, *, occurrence: int, missed: int, person: str, now: float) -> str:
    """`now` is by the follow-ups' own clock."""
    moment, owner = _moment, inputs.flat(person)
    late = timedelta(seconds=now - occurrence)
    parts = [
        f"{owner} asked on {moment(follow_up, follow_up.made_at)} that what stands below be done later",
        f"Nobody wrote just now: it was due on {moment(follow_up, occurrence)}"
        + (f" and is late by {words_for('en').duration(late)}" if late > ON_TIME else ""),
    ]
    if missed:
        parts.append(f"It was missed {missed} times before" if missed > 1 else "It was missed once before")
    if follow_up.due:
        parts.append(f"The next time is {moment(follow_up, follow_up.due)}")
    elif not follow_up.when.hook:
        parts.append("There is no next time")
    if follow_up.until:
        until = inputs.flat(follow_up.until)
        parts.append(f"It runs until this is so: {until}. When that is so, call cancel_follow_up with this id")
    if follow_up.quiet:
        parts.append(f"If nothing is new since the last time, answer with exactly {NOTHING_NEW} and nothing else")
    return inputs.FOLLOW_UP_HEAD.format(id=inputs.flat(follow_up.id), person=owner, told=". ".join(parts))


def says_nothing(text: str) -> bool:
    """Whether an answer is the one that means nothing is new, give or take what models put around it."""
    return text.strip().strip("*_`\"'“”.! \n").upper() == NOTHING_NEW


def _moment(follow_up: FollowUp, at: int) -> str:
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(follow_up.when.zone))
    return f"{local:%A %Y-%m-%d at %H:%M} ({follow_up.when.zone})"
