"""When a follow-up is to run, as a model gave it to one of its functions. Rules; a no is a sentence for it."""

from __future__ import annotations

from datetime import datetime

from bot.follow_ups.models import When
from bot.texts import words_for
from workers.follow_ups import described, exact
from workers.follow_ups.exact import Given
from workers.follow_ups.functions import Asked
from workers.follow_ups.refusals import Wrong
from workers.tools.functions import Declined

ONE_OF = "Say when: give exactly one of at, cron, rule and webhook."


def when_of(asked: Asked, *, now: datetime) -> When | None:
    """None where no time is asked for. `now` is in the person's zone."""
    given = sum(map(bool, (asked.at, asked.cron, asked.rule, asked.webhook)))
    if not given:
        return None
    if given > 1:
        raise Declined(ONE_OF)
    if asked.webhook:
        return When(hook=True, zone=str(now.tzinfo))
    return _read(Given(at=asked.at, cron=asked.cron, rule=asked.rule, zone=asked.zone), now)


def end_of(asked: Asked, *, now: datetime) -> int:
    """Seconds since the epoch; 0 for no end."""
    return _read(Given(at=asked.ends, zone=asked.zone), now, "ends: ").at if asked.ends else 0


def _read(given: Given, now: datetime, about: str = "") -> When:
    found = exact.read(given, now=now)
    if isinstance(found, Wrong):
        raise Declined(about + described.refusal(found, words_for("en"), to_a_model=True))
    return found
