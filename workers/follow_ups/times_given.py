"""When a follow-up is to run, as a model gave it to one of its functions. Rules; a no is a sentence for it."""

from __future__ import annotations

from datetime import datetime

from bot.follow_ups.models import When
from bot.texts import words_for
from workers.follow_ups import described, event_names, exact
from workers.follow_ups.exact import Given
from workers.follow_ups.functions import Asked
from workers.follow_ups.refusals import Refusal, Wrong
from workers.tools.functions import Declined

ONE_OF = "Say when: give exactly one of at, cron, rule and webhook."
NOT_OF_A_TIME = "events: a webhook alone has events. Leave them out where it runs at a time."
NOTHING = "Nothing was changed: say what is to be other than it is."
ZONE_OF = "Nothing was changed: zone is that of cron, rule or ends, so give one of these with it."


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


def events_of(asked: Asked, when: When, *, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Those that wake what is due by `when`; `known` are those that it has."""
    if asked.events is None:
        return known
    if not when.hook:
        raise Declined(NOT_OF_A_TIME)
    try:
        return event_names.checked(asked.events, known=known)
    except Refusal as refused:
        raise Declined(f"events: {_sentence(refused.wrong)}") from refused


def must_change(asked: Asked) -> None:
    """Refuses what changes nothing."""
    if asked == Asked():
        raise Declined(NOTHING)
    if asked.zone and not (asked.at or asked.cron or asked.rule or asked.ends):
        raise Declined(ZONE_OF)


def _read(given: Given, now: datetime, about: str = "") -> When:
    found = exact.read(given, now=now)
    if isinstance(found, Wrong):
        raise Declined(about + _sentence(found))
    return found


def _sentence(wrong: Wrong) -> str:
    return described.refusal(wrong, words_for("en"), to_a_model=True)
