"""How a follow-up stands in Redis: as text with a revision, and by its name in the list of due ones."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.follow_ups.models import FollowUp
from bot.threads import keys

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Kept:
    """A follow-up as it stands, with what a change of it must name."""

    follow_up: FollowUp
    stored: str

    @property
    def revision(self) -> int:
        """How many times it was put there."""
        return int(self.stored.partition("\n")[0])


def member_of(team: str, follow_up_id: str) -> str:
    """Its name in the list of due ones."""
    return f"{team} {follow_up_id}"


def written(follow_up: FollowUp, revision: int) -> str:
    return f"{revision}\n{follow_up.dump()}"


def read(stored: bytes | None) -> Kept | None:
    if stored is None:
        return None
    text = stored.decode()
    try:
        return Kept(FollowUp.load(text.partition("\n")[2]), text)
    except (ValueError, KeyError, TypeError) as error:
        log.error("follow_up.unreadable", revision=text.partition("\n")[0], error=type(error).__name__)
        return None


def key_of(member: bytes) -> str:
    return keys.follow_up(*member.decode().split(" ", 1))
