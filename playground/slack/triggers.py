"""`trigger_id`s: leave to show one person something, once and at once."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from playground.slack.ids import Ids
from playground.slack.web_api.errors import SlackError

REMEMBERED_SECONDS = 600.0  # an old one is told apart from one that never was


@dataclass(slots=True)
class Trigger:
    user: str
    until: float
    exchanged: bool = False


class Triggers:
    def __init__(self, ids: Ids, life_seconds: float) -> None:
        self._ids = ids
        self._life = life_seconds
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str) -> str:
        now = time.monotonic()
        self._issued = {key: each for key, each in self._issued.items() if each.until + REMEMBERED_SECONDS > now}
        key = f"{self._ids.new('')}.{secrets.token_hex(8)}"
        self._issued[key] = Trigger(user, now + self._life)
        return key

    def exchange(self, key: str) -> str:
        """The person whom `key` stands for; it is used up."""
        trigger = self._issued.get(key)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.exchanged:
            raise SlackError("exchanged_trigger_id")
        if trigger.until < time.monotonic():
            raise SlackError("expired_trigger_id")
        trigger.exchanged = True
        return trigger.user

    def forget(self) -> None:
        self._issued.clear()
