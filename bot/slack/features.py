"""What an installation turned out not to have, so that it is not asked again and again.

Small emulators lack streams, statuses and sessions; real workspaces lack scopes, plans or the agent feature. The
first refusal is remembered for an hour (an admin may add what is missing), for the whole installation or, where the
reason lies in the channel, for that channel only. A bare HTTP 404 may be of something on the way to Slack: a minute.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from bot.slack.errors import NotSupported

REMEMBERED = timedelta(hours=1)
BARE_REMEMBERED = timedelta(minutes=1)
CHANNELS = 2_000  # remembered at most; the oldest is forgotten first

# These depend on the channel: scopes are per kind of channel.
OF_THE_CHANNEL = frozenset({"missing_scope", "method_not_supported_for_channel_type", "channel_type_not_supported"})

ALWAYS_ASKED = frozenset({"auth.test", "chat.postMessage"})  # nothing stands in for these, so a mend must show at once


class Features:
    """In process, one per installation."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._missing: dict[tuple[str, str], tuple[float, NotSupported]] = {}

    def missing(self, method: str, channel: str = "") -> NotSupported | None:
        """The refusal that stands in the way of calling `method` (in `channel`), or None."""
        for key in ((method, ""), (method, channel)):
            known = self._missing.get(key)
            if known is None:
                continue
            until, reason = known
            if self._clock() < until:
                return NotSupported(
                    f"not called, an earlier answer was {reason.code}",
                    method=method,
                    code=reason.code,
                    needed=reason.needed,
                )
            del self._missing[key]
        return None

    def note(self, refusal: NotSupported, channel: str = "") -> None:
        """Remember a refusal. `channel` is the one that was asked for."""
        if refusal.method in ALWAYS_ASKED:
            return
        key = (refusal.method, channel if refusal.code in OF_THE_CHANNEL else "")
        self._missing.pop(key, None)
        life = BARE_REMEMBERED if refusal.code.startswith("http_") else REMEMBERED
        self._missing[key] = (self._clock() + life.total_seconds(), refusal)
        if len(self._missing) > CHANNELS:
            del self._missing[next(iter(self._missing))]

    @property
    def reasons(self) -> dict[str, str]:
        """What is missing everywhere: method to Slack's code. For `doctor` and the log."""
        return {
            method: reason.code
            for (method, channel), (until, reason) in self._missing.items()
            if not channel and self._clock() < until
        }
