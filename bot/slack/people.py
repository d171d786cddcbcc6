"""Who people are, as Slack says, kept for ten minutes so that a turn does not ask for each name again.

Rights hang on this: somebody whom Slack does not tell us about is nobody, so a Slack that is busy is asked again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import timedelta

import structlog

from bot.slack.errors import SlackError, TryLater
from bot.slack.installations import Installations
from bot.slack.models import Person
from bot.slack.patience import patiently

KEPT = timedelta(minutes=10)
UNKNOWN_KEPT = timedelta(minutes=1)  # somebody Slack would not tell us about
MOST = 5_000
TRIES = 3
LONGEST_WAIT = timedelta(seconds=3)  # somebody waits for what depends on it

log = structlog.get_logger()


class People:
    """In process, all workspaces together; the longest unasked goes first."""

    def __init__(self, installations: Installations, clock: Callable[[], float] = time.monotonic) -> None:
        self._installations = installations
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, Person | None]] = {}

    async def person(self, team: str, user: str) -> Person | None:
        """The person as the installation in `team` sees them; None when Slack does not say (no scope, not visible)."""
        key = (team, user)
        until, person = self._known.pop(key, (0.0, None))
        if self._clock() >= until:
            try:
                person = await self._ask(team, user)
            except TryLater as exc:  # says nothing about the person, so it is not kept
                log.info("person.unknown", user=user, error=str(exc))
                return None
            until = self._clock() + (KEPT if person else UNKNOWN_KEPT).total_seconds()
        self._known[key] = (until, person)
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return person

    def at_hand(self, team: str, user: str) -> Person | None:
        """The person, where that needs no call."""
        until, person = self._known.get((team, user), (0.0, None))
        return person if self._clock() < until else None

    async def locale_of(self, team: str, user: str) -> str | None:
        person = await self.person(team, user)
        return person.locale if person else None

    async def names(self, team: str, users: Iterable[str]) -> dict[str, str]:
        """Names by id, for `wire.readable`; those that are not known are left out."""
        people = [await self.person(team, user) for user in users]
        return {person.id: person.name for person in people if person}

    async def _ask(self, team: str, user: str) -> Person | None:
        try:
            return await patiently(
                lambda: self._told(team, user), tries=TRIES, sleep=asyncio.sleep, longest=LONGEST_WAIT
            )
        except TryLater:
            raise
        except SlackError as exc:
            log.info("person.unknown", user=user, error=str(exc))
            return None

    async def _told(self, team: str, user: str) -> Person:
        slack = await self._installations.slack(team)  # the first time this asks Slack as well
        return (await slack.user(user)).seen_from(team)
