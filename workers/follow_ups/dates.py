"""A date as people write it: "3 March 2027", "24 déc.", "2026-12-24", "le 1er mai", "12/24". Months are dateparser's.

Without a year it is the next one. What can be read in two ways is refused with both, what no calendar has with the
nearest day that there is.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from functools import lru_cache

from bot.texts.words import Language
from workers.follow_ups.refusals import Refusal
from workers.follow_ups.scanner import Scanner

DAY_OF_MONTH = r"(?P<day>\d{1,2})\s?(?:st|nd|rd|th|er|e)?"
MONTH = r"(?P<month>[^\W\d_]{3,10}\.?)"
YEAR = r"(?:,?\s+(?P<year>\d{4}))?"
NAMED = (rf"{DAY_OF_MONTH}\s+(?:of\s+|de\s+|d')?{MONTH}{YEAR}", rf"{MONTH}\s+(?:the\s+)?{DAY_OF_MONTH}{YEAR}")
ISO = r"(?P<year>\d{4})(?P<sign>[-/])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})"
SIGNED = (  # not "24/7", "3.10" or "1-2"
    r"(?P<one>\d{1,2})(?P<sign>[/.-])(?P<two>\d{1,2})(?P=sign)(?P<year>\d{4})",
    r"(?P<one>\d{1,2})(?P<sign>/)(?P<two>\d{2})",
)
LEAP = 8  # 29 February may be so many years away (1896 to 1904)


def take(scanner: Scanner, today: date, language: Language) -> date | None:
    """The date that stands here. `Refusal` for one that no calendar has or that has two readings."""
    if found := scanner.take(ISO):
        return _day(int(found["year"]), int(found["month"]), int(found["day"]), said=found[0])
    if found := scanner.take(*SIGNED):
        return _signed(found, today, language)
    return _named(scanner, today)


def month_day(scanner: Scanner, today: date) -> tuple[int, int] | None:
    """Month and day of a date without a year, as in "every 29 February"."""
    before = scanner.at
    for pattern in NAMED:
        if (found := scanner.take(pattern)) and (month := month_named(found["month"])) and not found["year"]:
            _dated(None, month, int(found["day"]), today, said=found[0])
            return month, int(found["day"])
        scanner.at = before
    return None


@lru_cache(maxsize=128)
def month_named(word: str) -> int | None:
    """1 for "January", "janv." and the like; None for other words."""
    import dateparser  # it takes a fifth of a second, and most times are said without a month

    settings = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"]}
    found = dateparser.parse(f"1 {word} 2000", languages=["en", "fr"], settings=settings)
    return found.month if found and (found.year, found.day) == (2000, 1) else None


def _named(scanner: Scanner, today: date) -> date | None:
    before = scanner.at
    for pattern in NAMED:
        if (found := scanner.take(pattern)) and (month := month_named(found["month"])):
            return _dated(found["year"], month, int(found["day"]), today, said=found[0])
        scanner.at = before
    return None


def _signed(found: re.Match[str], today: date, language: Language) -> date:
    """3/4 is 3 April in French; in English it may be 4 March as well."""
    one, two, said = int(found["one"]), int(found["two"]), found[0].strip(" ,")
    year = found.groupdict().get("year")
    english = language == "en" and found["sign"] == "/"
    if one <= 12 and two <= 12 and one != two and english:
        first = _dated(year, two, one, today, said=said)
        second = _dated(year, one, two, today, said=said)
        raise Refusal("two_days", said=said, first=first, second=second)
    day, month = (two, one) if two > 12 else (one, two)
    return _dated(year, month, day, today, said=said)


def _dated(year: str | None, month: int, day: int, today: date, *, said: str) -> date:
    if year:
        return _day(int(year), month, day, said=said)
    years = range(today.year, today.year + LEAP + 1)
    possible = [date(each, month, day) for each in years if _exists(each, month, day)]
    if coming := next((each for each in possible if each >= today), None):
        return coming
    ahead = 1 if month < today.month else 0  # the nearest day that there is lies ahead, too
    return _day(today.year + ahead, month, day, said=said)


def _day(year: int, month: int, day: int, *, said: str) -> date:
    if _exists(year, month, day):
        return date(year, month, day)
    year, month = max(year, 1), min(max(month, 1), 12)
    last = calendar.monthrange(year, month)[1]
    raise Refusal("no_such_day", said=said.strip(" ,"), nearest=date(year, month, min(max(day, 1), last)))


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def numbered(scanner: Scanner, today: date, *, alone: bool) -> date | None:
    """The next such day of a month: "15th", or 15 `alone`."""
    if not (found := scanner.take(DAY_OF_MONTH if alone else r"(?P<day>\d{1,2})(?:st|nd|rd|th)")):
        return None
    day = of_month(int(found["day"]), today, said=found[0])
    return next(each for each in (today + timedelta(days=ahead) for ahead in range(62)) if each.day == day)


def of_month(day: int, today: date, *, said: str) -> int:
    """`day`, if some month has it."""
    if not 1 <= day <= 31:
        last = calendar.monthrange(today.year, today.month)[1]
        raise Refusal("no_such_day", said=said.strip(" ,"), nearest=today.replace(day=max(1, min(day, last))))
    return day
