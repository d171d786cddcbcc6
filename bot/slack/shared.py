"""Which channels other organisations share (Slack Connect), as Slack says, kept for a minute.

Always holds: a channel that Slack does not tell us about counts as shared. Needs the scopes `channels:read`,
`groups:read`, `im:read` and `mpim:read`; asked only where a server's entry calls tools internal.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.slack.errors import SlackError
from bot.slack.installations import Installations

KEPT = timedelta(minutes=1)  # a channel can be shared at any time
MOST = 5_000

log = structlog.get_logger()


class SharedChannels:
    """In process; the longest unasked goes first."""

    def __init__(self, installations: Installations, clock: Callable[[], float] = time.monotonic) -> None:
        self._installations = installations
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, bool]] = {}

    async def is_shared(self, team: str, channel: str) -> bool:
        """Whether people of other organisations may read along, as far as is known."""
        key = (team, channel)
        until, shared = self._known.pop(key, (0.0, True))
        if self._clock() >= until:
            try:
                slack = await self._installations.slack(team)
                shared = await slack.is_shared(channel)
            except SlackError as exc:
                log.warning("channel.unread", channel=channel, error=str(exc))
                shared = True
            until = self._clock() + KEPT.total_seconds()
        self._known[key] = (until, shared)
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return shared
