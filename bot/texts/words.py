"""The catalogue of all words shown to people: `en.toml` and `fr.toml`, with the same keys and placeholders (tested).

A text is found by its dotted key and filled with named values; numbers and durations are written as the reader's
language writes them, `{person:de}` in French with its preposition. A text with `one` and `other` beneath its key is
chosen by `count`. Values are put in as they are: whoever puts a person's words into a message escapes them for the
place they go to.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta, get_day_names, get_timezone
from babel.lists import format_list
from babel.numbers import format_decimal

from bot.texts import french

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")
FOLDER = Path(__file__).parent
NARROW, PLAIN = "\u202f", "\u00a0"  # no-break spaces: of the narrow one, before AM and PM, many fonts show nothing
DE = "de"  # after a placeholder's colon, in French
WHOLE = 1.0  # format_timedelta's threshold: "2 minutes" up to the last of them, then "1 hour"


class _Value(str):
    """What stands in a text's place for it."""

    __slots__ = ()

    def __format__(self, how: str) -> str:
        return french.of(str(self)) if how == DE else super().__format__(how)


class Words:
    """One language's words. `locale` is the language; `formats` also knows the country (3:05 PM or 15:05)."""

    def __init__(self, locale: Language, formats: Locale, texts: Mapping[str, str]) -> None:
        self.locale = locale
        self._formats = formats
        self._texts = texts

    @property
    def tag(self) -> str:
        """By which `words_for` gives the same words, written in the same way."""
        return str(self._formats)

    def say(self, key: str, **values: str | int | float | timedelta) -> str:
        """The text of `key`; `KeyError` for a key or a placeholder that is not there: our mistake, tests find it."""
        if key not in self._texts and isinstance(count := values.get("count"), int):
            form = f"{key}.{self._formats.plural_form(count)}"
            key = form if form in self._texts else f"{key}.other"
        return self._texts[key].format_map({name: _Value(self._written(value)) for name, value in values.items()})

    def number(self, value: float) -> str:
        return format_decimal(value, locale=self._formats)

    def time(self, moment: datetime, zone: str | tzinfo | None = None) -> str:
        """The time of day where the reader is: "3:05 PM". Without a known zone it says UTC."""
        known = _zone(zone)
        text = format_time(moment, "short", tzinfo=known or get_timezone("UTC"), locale=self._formats)
        text = text.replace(NARROW, PLAIN) if self.locale == "en" else text
        return text if known else f"{text} UTC"

    def day(self, day: date, *, with_year: bool = True) -> str:
        """ "Monday, November 30, 2026"."""
        pattern = self._formats.date_formats["full"].pattern
        return format_date(day, pattern if with_year else re.sub(r",?\s*y+", "", pattern), locale=self._formats)

    def day_of_year(self, month: int, day: int) -> str:
        """ "November 30"."""
        return format_skeleton("MMMMd", datetime(2000, month, day), locale=self._formats)  # noqa: DTZ001

    def weekday(self, number: int) -> str:
        """ "Monday" for 0."""
        return str(get_day_names("wide", locale=self._formats)[number])

    def duration(self, length: timedelta) -> str:
        """ "2 minutes", in the largest unit that fits, rounded."""
        return format_timedelta(length, threshold=WHOLE, locale=self._formats)

    def names(self, names: list[str], *, any_of: bool = False) -> str:
        """ "a, b and c"; with `any_of` "a, b or c"."""
        return format_list(names, style="or" if any_of else "standard", locale=self._formats)

    def _written(self, value: str | int | float | timedelta) -> str:
        match value:
            case str():
                return value
            case timedelta():
                return self.duration(value)
            case int() | float():
                return self.number(value)
        raise TypeError(f"not a value for a text: {value!r}; write times with Words.time first")


@lru_cache(maxsize=64)  # the locales of a workspace
def words_for(locale: str | None) -> Words:
    """The words for a Slack locale such as `fr-FR`; English for one we do not speak."""
    tag = (locale or "en").replace("_", "-")
    language = next((language for language in LANGUAGES if tag.lower().split("-")[0] == language), None)
    if language is None:
        return words_for("en")
    try:
        formats = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        formats = Locale.parse(language)
    return Words(language, formats, _texts(language))


@cache
def _texts(language: Language) -> Mapping[str, str]:
    with (FOLDER / f"{language}.toml").open("rb") as file:
        return dict(_flat(tomllib.load(file)))


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in table.items():
        rows += _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", value)]
    return rows


def _zone(zone: str | tzinfo | None) -> tzinfo | None:
    """Slack's `user.tz` is an IANA name, mostly."""
    if not isinstance(zone, str):
        return zone
    try:
        return get_timezone(zone)
    except LookupError:
        return None
