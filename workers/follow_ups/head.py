"""What the model is told of the follow-up that a turn is a run of: one label, which no text can write. Rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.follow_ups.models import FollowUp
from bot.texts import words_for
from workers import inputs

ON_TIME = timedelta(minutes=1)  # less is not late
NOTHING_NEW = "NOTHING NEW"


def head(follow_up: FollowUp, *, occurrence: int, missed: int, person: str, now: float, may_end: bool) -> str:
    """`now` is by the follow-ups' own clock; `may_end`: the agent has the function for that."""
    moment, owner = _moment, inputs.flat(person)
    parts = [
        f"{owner} asked on {moment(follow_up, follow_up.made_at)} that what stands below be done later",
        f"Nobody wrote just now: {_since(follow_up, occurrence, now)}",
    ]
    if missed:
        parts.append(f"It was missed {missed} times before" if missed > 1 else "It was missed once before")
    if not follow_up.when.hook:
        following = f"The next time is {moment(follow_up, follow_up.due)}" if follow_up.due else "There is no next time"
        parts.append(following)
    if follow_up.until:
        until = inputs.flat(follow_up.until)
        then = "call cancel_follow_up with this id" if may_end else "say so in your answer: a person will end it"
        parts.append(f"It runs until this is so: {until}. When that is so, {then}")
    if follow_up.quiet:
        parts.append(f"If nothing is new since the last time, answer with exactly {NOTHING_NEW} and nothing else")
    return inputs.FOLLOW_UP_HEAD.format(id=inputs.flat(follow_up.id), person=owner, told=". ".join(parts))


def _since(follow_up: FollowUp, occurrence: int, now: float) -> str:
    if follow_up.when.hook:
        return "its webhook was called, and what came with it stands below as data"
    late = timedelta(seconds=now - occurrence)
    said = f" and is late by {words_for('en').duration(late)}" if late > ON_TIME else ""
    return f"it was due on {_moment(follow_up, occurrence)}{said}"


def says_nothing(text: str) -> bool:
    """Whether an answer is the one that means nothing is new, give or take what models put around it."""
    return text.strip().strip("*_`\"'“”.! \n").upper() == NOTHING_NEW


def _moment(follow_up: FollowUp, at: int) -> str:
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(follow_up.when.zone))
    return f"{local:%A %Y-%m-%d at %H:%M} ({follow_up.when.zone})"
