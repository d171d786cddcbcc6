"""A function's result, in words: the time tools and errands are understood, the rest is quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_date

from playground.agents_api.brains import errands, promised, prompts, speakers, zones
from playground.agents_api.brains.port import as_arguments
from playground.agents_api.brains.wording import WORDS
from playground.agents_api.ids import Json

QUOTED_CHARACTERS = 3_000
DENIED = re.compile(r"Error: the person did not allow this call\.[^\[]*(?:\[[^\n]*?: (?P<reason>\".*\")\])?", re.DOTALL)


def in_words(call: Json | None, result: str, language: str, places: Sequence[zones.City]) -> str:
    words = WORDS[language]
    text, note = speakers.without_note(result.strip())
    name, arguments = (call["name"], as_arguments(call.get("arguments", ""))) if call else ("?", {})
    told = _told(name, arguments, text, language, places)
    return f"{told} {words['note'].format(text=note)}" if note else told


def _told(tool: str, arguments: Json, text: str, language: str, places: Sequence[zones.City]) -> str:
    words = WORDS[language]
    if not text:
        return words["tool_nothing"].format(tool=tool)
    if denied := DENIED.fullmatch(text):
        return not_done(tool, denied["reason"], words)
    if text.startswith("Error"):
        return words["tool_failed"].format(tool=tool, text=text)
    if prompts.fetches_person(tool):
        return person_back(text, language)
    if (said := promised.told(tool, text, language)) is not None:
        return said
    value = as_object(text)
    told = told_time(value, language, places) or told_conversion(value, language, places)
    told = told or errands.told(tool, value, language)
    if told is not None:
        return told
    quoted = text if len(text) <= QUOTED_CHARACTERS else text[:QUOTED_CHARACTERS] + "…"
    return f"{words['tool_said'].format(tool=tool)}\n\n```\n{quoted.replace('```', '` ` `')}\n```"


def not_done(tool: str, reason: str | None, words: dict[str, str]) -> str:
    """Nobody who reads the answer needs what the client tells a model about a no; the reason is a person's words."""
    if reason is None:
        return words["not_done"].format(tool=tool)
    return words["not_done_since"].format(tool=tool, reason=json.loads(reason))


def person_back(text: str, language: str) -> str:
    """A person had the thread: who wrote meanwhile."""
    words = WORDS[language]
    wrote = list(dict.fromkeys(re.findall(r"^\[([^\[\]:.]{1,40})\] ", text, re.MULTILINE)))
    if not wrote:
        return words["person_nothing"]
    names = f" {words['and']} ".join(filter(None, [", ".join(wrote[:-1]), wrote[-1]]))
    return words["person_back"].format(names=names)


def as_object(text: str) -> Json | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def told_time(value: Json | None, language: str, places: Sequence[zones.City]) -> str | None:
    at = moment(value)
    if value is None or at is None:
        return None
    return WORDS[language]["time"].format(
        time=f"{at:%H:%M}", place=place(value["timezone"], language, places), date=day(at, language)
    )


def told_conversion(value: Json | None, language: str, places: Sequence[zones.City]) -> str | None:
    if value is None or "source" not in value or "target" not in value:
        return None
    before, after = moment(value["source"]), moment(value["target"])
    if before is None or after is None:
        return None
    words = WORDS[language]
    told = words["converted"].format(
        from_time=f"{before:%H:%M}",
        from_place=place(value["source"]["timezone"], language, places),
        to_time=f"{after:%H:%M}",
        to_place=place(value["target"]["timezone"], language, places),
    )
    if before.date() == after.date():
        return told
    return f"{told.removesuffix('.')} ({words['on_date'].format(to_date=day(after, language))})."


def moment(value: object) -> datetime | None:
    if not isinstance(value, dict) or not isinstance(value.get("timezone"), str):
        return None
    try:
        return datetime.fromisoformat(value["datetime"])
    except (KeyError, TypeError, ValueError):
        return None


def place(zone: str, language: str, places: Sequence[zones.City]) -> str:
    """The city as it was asked for, else the zone's own."""
    for city in places:
        if city.zone == zone:
            return city.fr if language == "fr" else city.en
    return zone.rpartition("/")[2].replace("_", " ")


def day(at: datetime, language: str) -> str:
    return format_date(at.date(), "full" if language == "en" else "EEEE d MMMM y", locale=language)
