"""The time of day as people write it, in English and French: "at 9", "8:15", "14h30", "2 pm", "midi".

A day has 24 hours: "3" is three in the morning unless it says otherwise. A number alone is a time only after "at" or
"à".
"""

from __future__ import annotations

import re
from datetime import time

from workers.follow_ups.refusals import Refusal
from workers.follow_ups.scanner import Scanner

AT = r"(?:(?:at|[àa]|@|vers|pour|by)\s*)"
HALF = r"\s?(?P<half>[ap])\.?m\b\.?"
# Each says by itself that it is a time.
WRITTEN = (
    rf"{AT}?(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::00)?(?:{HALF})?",
    rf"{AT}?(?P<hour>\d{{1,2}})\.(?P<minute>\d{{2}}){HALF}",
    rf"{AT}?(?P<hour>\d{{1,2}}){HALF}",
    rf"{AT}?(?P<hour>\d{{1,2}})\s?h\s?(?P<minute>\d{{2}})(?:\s?min)?",
)
FRENCH = rf"{AT}?(?P<hour>\d{{1,2}})\s?h(?:eures?)?"  # "9h" is nine hours, too: only beside a day, or after "à"
BARE = r"(?:(?:at|à|@)\s*)(?P<hour>\d{1,2})(?:\s*o'clock)?"
PART = r"in\s+the\s+morning|du\s+matin|(?P<late>in\s+the\s+(?:afternoon|evening)|de\s+l'apr[eè]s-midi|du\s+soir)"
NAMED = r"(?:(?:at|à|a)\s+)?(?:(?P<noon>noon|midday|midi)|(?P<midnight>midnight|minuit))"


def take(scanner: Scanner, *, beside_a_day: bool) -> time | None:
    """The time of day that stands here. `Refusal` for one that no day has."""
    if named := scanner.take(NAMED):
        if named["midnight"]:
            raise Refusal("midnight")
        return time(12)
    french = FRENCH if beside_a_day else FRENCH.replace(f"{AT}?", AT)
    found = scanner.take(*WRITTEN, french, BARE)
    return _in_part(scanner, _time(found)) if found else None


def _in_part(scanner: Scanner, at: time) -> time:
    """ "9 in the evening" is 21:00."""
    part = scanner.take(PART)
    return at.replace(hour=at.hour + 12) if part and part["late"] and at.hour < 12 else at


def more(scanner: Scanner) -> list[time]:
    """Further times of the same day: "at 9:00 and 17:00"."""
    found = []
    while match := scanner.take(*(rf"(?:and|et|&)?\s*{pattern}" for pattern in (*WRITTEN, FRENCH, BARE))):
        found.append(_time(match))
    return found


def _time(found: re.Match[str]) -> time:
    parts = found.groupdict()
    hour, minute = int(parts["hour"]), int(parts.get("minute") or 0)
    half = (parts.get("half") or "").lower()
    latest = 12 if half and hour <= 12 else 23
    if hour > latest or minute > 59 or (half and hour == 0) or (half and hour > 12):
        nearest = f"{min(hour, 23):02}:{min(minute, 59):02}"
        raise Refusal("no_such_time", said=found[0].strip(" ,"), nearest=nearest)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute)
