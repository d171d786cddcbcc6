"""The buttons about a follow-up: their action ids, and the value that names it. Ids only: anybody may press them."""

from __future__ import annotations

from bot.follow_ups.models import FollowUp

RUN, RESUME, CANCEL = "follow_up:run", "follow_up:resume", "follow_up:cancel"


def value(follow_up: FollowUp) -> str:
    return f"{follow_up.team}:{follow_up.id}"
