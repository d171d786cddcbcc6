"""Where a recurrence ends, as people write it: "until 31 March", "for 2 weeks", "5 times", "jusqu'au 3 juin".

It stands behind the time. At the very end of a text it counts, too, where it is hardly a part of the task: a date of
the calendar, or what a comma parts from the task. "For 2 weeks" and "until Friday", which is another day at each run,
are taken for the task there; "say hello 5 times" has two readings and is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time

from bot.follow_ups.form import MOST_RUNS
from bot.texts.words import Language
from workers.follow_ups import days, hours, once
from workers.follow_ups.refusals import Refusal
from workers.follow_ups.scanner import Scanner

WORDS_AT_END = 12  # "until Wednesday the 31st of December 2031 at 5 pm" has ten

_FOR = r"for|pendant|durant"
_UNTIL = r"until|till|jusqu'(?:au|[àa]|en)"
_COUNT = r"(?:for\s+)?(?P<count>\d{1,6})\s?(?:times|fois|x)"
_PARTED = re.compile(r"[,;:.!–—-]\s*\Z")


@dataclass(frozen=True, slots=True)
class End:
    """`at` in seconds since the epoch, 0 for none, as `runs`. `dated`: by a date of the calendar."""

    at: int = 0
    runs: int = 0
    dated: bool = False

    def __bool__(self) -> bool:
        return bool(self.at or self.runs)


NONE = End()


@dataclass(frozen=True, slots=True)
class Tail:
    """The end that a text ends with, as it was `said`, and where that begins."""

    end: End
    said: str
    begins: int


def take(scanner: Scanner, now: datetime, language: Language, *, hour_said: bool) -> End:
    """What stands here, one or both. `hour_said`: the recurrence has its times of day, so another one is the end's."""
    end = NONE
    for _ in range(2):
        if not end.at:
            at, dated = _moment(scanner, now, language, hour_said)
            end = End(at, end.runs, dated)
        end = End(end.at, end.runs or _count(scanner), end.dated)
    return end


def behind(text: str, begin: int, now: datetime, language: Language, *, hour_said: bool) -> Tail | None:
    """What stands at the end of the task that begins at `begin`."""
    starts = [begin, *(found.end() for found in re.compile(r"\s+").finditer(text.rstrip(), begin))]
    for start in starts[-WORDS_AT_END:]:
        if tail := _from(text, start, now, language, hour_said):
            return tail
    return None


def _from(text: str, start: int, now: datetime, language: Language, hour_said: bool) -> Tail | None:
    """`Refusal` only for what reaches to the end of the text."""
    scanner, is_parted = Scanner(text, start), _PARTED.search(text[:start]) is not None
    is_date, is_count = scanner.sees(_UNTIL), scanner.sees(_COUNT)
    if not (is_date or is_count or (is_parted and scanner.sees(_FOR))):
        return None
    said = text[start:].strip(" .!")
    try:
        end = take(scanner, now, language, hour_said=hour_said)
    except Refusal:
        if not _is_over(scanner) or (is_date and not re.search(r"\d", said)):
            return None
        if is_parted or is_date:
            raise
        end = NONE
    if not _is_over(scanner):
        return None
    if is_count and not is_parted:
        raise Refusal("end_or_task", said=said)
    return Tail(end, said, start) if end.dated or (end and not is_date) else None


def _is_over(scanner: Scanner) -> bool:
    return re.fullmatch(r"[\s.!]*", scanner.rest) is not None


def _moment(scanner: Scanner, now: datetime, language: Language, hour_said: bool) -> tuple[int, bool]:
    """The last second that "until 31 March" or "for 2 weeks" lets it run, and whether it is a date; 0 for nothing."""
    before = scanner.at
    if scanner.take(_FOR) and (span := once.span(scanner, now)):
        return int(once.checked(span, now).timestamp()), False
    scanner.at = before
    if not (scanner.take(_UNTIL) and (day := days.take(scanner, now, language))):
        scanner.at = before
        return 0, False
    if (at := hours.take(scanner, beside_a_day=True)) and not hour_said:
        raise Refusal("not_understood")  # whose time of day that is, nobody knows
    moment = datetime.combine(day.on, at or time(23, 59, 59), now.tzinfo)
    return int(once.checked(moment, now).timestamp()), day.dated


def _count(scanner: Scanner) -> int:
    found = scanner.take(_COUNT)
    if found and not 1 <= int(found["count"]) <= MOST_RUNS:
        raise Refusal("count", most=MOST_RUNS)
    return int(found["count"]) if found else 0
