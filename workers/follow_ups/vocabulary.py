"""The words of time that people type, in English and French, as patterns and what they mean."""

from __future__ import annotations

import re

MINUTE, HOUR, DAY, WEEK, MONTH, YEAR = "minute", "hour", "day", "week", "month", "year"

_UNITS = {
    MINUTE: "minutes?|mins?|mn|m",
    HOUR: "hours?|hrs?|heures?|h",
    DAY: "days?|jours?|d|j",
    WEEK: "weeks?|semaines?|w|sem",
    MONTH: "months?|mois",
    YEAR: "years?|ans?|ann[ée]es?",
}
UNIT = "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items())

_NUMBERS = {
    1: "an?|one|une?",
    2: "two|deux",
    3: "three|trois",
    4: "four|quatre",
    5: "five|cinq",
    6: "six",
    7: "seven|sept",
    8: "eight|huit",
    9: "nine|neuf",
    10: "ten|dix",
    12: "twelve|douze",
    15: "fifteen|quinze",
    20: "twenty|vingt",
    30: "thirty|trente",
    45: "forty[- ]five|quarante-cinq",
}
# "and" is no number with a unit: behind a word there is white space.
NUMBER = rf"(?P<number>\d{{1,6}}|(?:{'|'.join(_NUMBERS.values())})(?=\s))"

_WEEKDAYS = (
    ("monday|lundi", "mon"),
    ("tuesday|mardi", "tues?"),
    ("wednesday|mercredi", "wed"),
    ("thursday|jeudi", "thur?s?"),
    ("friday|vendredi", "fri"),
    ("saturday|samedi", "sat"),
    ("sunday|dimanche", "sun"),
)
WEEKDAY = "(?:" + "|".join(names for names, _ in _WEEKDAYS) + ")s?"
SHORT_WEEKDAY = (
    "(?:" + "|".join(f"{names}|{short}" for names, short in _WEEKDAYS) + r")s?\.?"
)  # beside other words only

_ORDINALS = {
    1: "first|1st|premi[eè]re?s?|1ere?|1re",
    2: "second|2nd|deuxi[eè]mes?|seconde?s?|2e|2[eè]me",
    3: "third|3rd|troisi[eè]mes?|3e|3[eè]me",
    4: "fourth|4th|quatri[eè]mes?|4e|4[eè]me",
    -1: "last|derni(?:er|[eè]re)s?",
}
ORDINAL = "|".join(f"(?:{words})" for words in _ORDINALS.values())


def unit(found: re.Match[str]) -> str:
    """Which unit a match of `UNIT` is."""
    return next(name for name in _UNITS if found[name])


def number(text: str) -> int:
    return int(text) if text.isdecimal() else _meaning(_NUMBERS, text)


def ordinal(text: str) -> int:
    return _meaning(_ORDINALS, text)


def weekday(text: str) -> int:
    """0 for Monday."""
    return _meaning({day: f"(?:{names}|{short})s?\\.?" for day, (names, short) in enumerate(_WEEKDAYS)}, text)


def _meaning(table: dict[int, str], text: str) -> int:
    return next(value for value, words in table.items() if re.fullmatch(words, text, re.IGNORECASE))
