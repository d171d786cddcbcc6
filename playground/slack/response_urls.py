"""`response_url`s: where an app may answer one person's doing without a token, five times in half an hour."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from playground.slack.models import Json, Message
from playground.slack.web_api.errors import SlackError

MOST_USES = 5


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    user: str
    channel: str
    message: Message | None  # what may be replaced or deleted: the app's message that was used
    thread_ts: str | None  # where an answer for the person alone goes
    until: float
    invoked: Json | None = None  # the command that is answered
    uses: int = 0


class ResponseUrls:
    def __init__(self, life_seconds: float) -> None:
        self._life = life_seconds
        self._given: dict[str, ResponseUrl] = {}

    def give(
        self,
        *,
        user: str,
        channel: str,
        message: Message | None = None,
        thread_ts: str | None = None,
        invoked: Json | None = None,
    ) -> str:
        """The last part of a new address."""
        key = secrets.token_urlsafe(18)
        self._given[key] = ResponseUrl(
            user=user,
            channel=channel,
            message=message,
            thread_ts=thread_ts,
            until=time.monotonic() + self._life,
            invoked=invoked,
        )
        return key

    def use(self, key: str) -> ResponseUrl:
        """One use; raises `expired_url` or `used_url`."""
        known = self._given.get(key)
        if known is None or known.until < time.monotonic():
            raise SlackError("expired_url")
        if known.uses >= MOST_USES:
            raise SlackError("used_url")
        known.uses += 1
        return known

    def forget(self) -> None:
        self._given.clear()
