"""Who is in which user group, as Slack says, kept for five minutes. A group that cannot be read has no members.

Reading needs the scope `usergroups:read`, which the manifest asks for only where an agent's file names groups.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import timedelta

import structlog

from bot.slack.errors import SlackError
from bot.slack.installations import Installations

KEPT = timedelta(minutes=5)
UNREAD_KEPT = timedelta(seconds=30)  # then it is asked for again: somebody is kept out meanwhile

log = structlog.get_logger()


class Groups:
    """In process; there are as many as agents' files name."""

    def __init__(self, installations: Installations, clock: Callable[[], float] = time.monotonic) -> None:
        self._installations = installations
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, frozenset[str]]] = {}

    async def of(self, team: str, user: str, groups: Collection[str]) -> frozenset[str]:
        """Those of `groups` that `user` is in."""
        return frozenset([group for group in groups if user in await self._members(team, group)])

    def at_hand(self, team: str, groups: Collection[str]) -> bool:
        """Whether `of` needs no call."""
        return all(self._known.get((team, group), (0.0, None))[0] > self._clock() for group in groups)

    async def _members(self, team: str, group: str) -> frozenset[str]:
        until, members = self._known.get((team, group), (0.0, frozenset[str]()))
        if self._clock() < until:
            return members
        try:
            slack = await self._installations.slack(team)
            members, kept = await slack.group_members(group), KEPT
        except SlackError as exc:
            log.warning("group.unread", group=group, error=str(exc))
            members, kept = frozenset(), UNREAD_KEPT
        self._known[team, group] = (self._clock() + kept.total_seconds(), members)
        return members
