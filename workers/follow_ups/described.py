"""Times of follow-ups in words for people, in the reader's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from bot.texts import Words


def moment(at: float, words: Words, zone: str) -> str:
    """A day and a time of day, as whoever is in `zone` says them."""
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    return f"{format_date(local, 'EEEE d MMMM', locale=words.locale)}, {words.time(local, zone)}"
