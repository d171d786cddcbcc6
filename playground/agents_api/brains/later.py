"""What people want done later: the words that ask for a client's tools for follow-ups.

Always holds: a time is only understood in a few plain forms, and anything else is asked back; a follow-up that is to be
changed or cancelled is one that was named, or the last that was made in the conversation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playground.agents_api.brains import offered
from playground.agents_api.brains.offered import Mistake, Wanted
from playground.agents_api.brains.zones import plain
from playground.agents_api.ids import Json

DAYS = "sunday|dimanche monday|lundi tuesday|mardi wednesday|mercredi thursday|jeudi friday|vendredi saturday|samedi"
DAY = {name: number for number, names in enumerate(DAYS.split()) for name in names.split("|")}
UNITS = {"m": "minutes", "h": "hours", "d": "days", "j": "days"}
EVERY = {"m": "MINUTELY", "h": "HOURLY", "d": "DAILY", "j": "DAILY"}
AT_NINE = (9, 0)  # where no time of day is said

UNIT = r"(?P<unit>min(?:ute)?s?|h(?:ours?|eures?|rs?)?|days?|jours?)\b"
CLOCK = (
    r"(?:\s*,?\s*(?:at|a)\s+(?P<hour>[01]?\d|2[0-3])(?:\s*[:h]\s*(?P<minute>[0-5]\d))?"
    r"\s*(?P<half>am|pm|h(?:eures?)?)?\b)?"
)
AFTER = re.compile(
    rf"\b(?:in|dans)\s+(?P<count>\d{{1,4}}|an?|une?)\s+?{UNIT}"
    r"|\b(?:in|dans)\s+(?P<short>\d{1,4})(?P<letter>[mhd])\b"
)
ALL = r"\b(?:every|each|chaque|tous les|toutes les)\s+"
EACH_SPAN = re.compile(rf"{ALL}(?P<count>\d{{1,4}})\s*{UNIT}")
EACH_DAY = re.compile(rf"{ALL}(?P<day>weekday|jours? (?:ouvres?|de semaine)|day|jours?|{'|'.join(DAY)})s?\b{CLOCK}")
ASKS = re.compile(
    r"^\W*(?:please |can you |could you |peux-tu |pouvez-vous )?(?P<ask>remind (?:me|us)|rappelle(?:z)?-(?:moi|nous)"
    r"|tell (?:me|us)|dis-(?:moi|nous)|dites-(?:moi|nous))\b"
)
# What a request begins with, beside a time: a sentence in which somebody only speaks of one asks for nothing.
DOES = re.compile(
    r"^\W*(?:please )?(?:check|look|list|show|say|tell|summari[sz]e|ask|see|write"
    r"|verifie|regarde|liste|montre|dis|resume|demande|ecris|donne)[rz]?\b"
)
LINK = re.compile(r"^\W*(?:to|that|about|de|d'|que|qu')\s*", re.IGNORECASE)
# "Tell me here when this issue closes": the events of it that a service tells by a webhook.
WHEN_TOLD = re.compile(r"\b(?:when(?:ever)?|quand|lorsqu\w*)\b.*\bissues?\b.*\b(?P<how>clos|ferm|open|ouv)")
EVENTS = {"clos": "issues.closed", "ferm": "issues.closed", "open": "issues.opened", "ouv": "issues.opened"}
NAMES_ONE = r"\b(?:follow-?ups?|reminders?|suivis?|rappels?)\b"
LIST = re.compile(rf"\b(?:list|show|which|what|liste[rz]?|montre[rz]?|quels?|voir)\b.*{NAMES_ONE}")
CANCEL = re.compile(rf"\b(?:cancel|stop|end|delete|annule[rz]?|arrete[rz]?|supprime[rz]?)\b.*{NAMES_ONE}")
CANCEL_IT = re.compile(
    r"\W*(?:please )?(?:cancel (?:it|that|this)|annule[rz]?[- ](?:le|la|ca))(?:,? (?:please|stp|svp))?\W*"
)
CHANGE = re.compile(rf"\b(?:change|move|postpone|deplace[rz]?|decale[rz]?|modifie[rz]?|repousse[rz]?)\b.*{NAMES_ONE}")
ID = re.compile(r"(?<!\w)(?=[a-z]*\d)[2-9a-hj-km-np-tv-z]{10}(?!\w)")
MADE = re.compile(r"Follow-up ([2-9a-z]{10}) is scheduled")


@dataclass(frozen=True, slots=True)
class _When:
    """`arguments` say it to the tool; `start` and `end` where it stands in the text."""

    arguments: Json
    start: int
    end: int


def wanted(
    text: str, tools: Sequence[Json], entries: Sequence[Json], now: datetime | None = None
) -> Wanted | Mistake | None:
    """The call that `text` asks for, or what it lacks; None where it asks for none of these, or no tool is there."""
    said, now = plain(text), now or datetime.now(UTC)
    if len(said) != len(text):
        text = said  # some letters become two: the places must be the same in both
    if CANCEL.search(said) or CANCEL_IT.fullmatch(said):
        return _of_one("cancel_follow_up", said, tools, entries, {"reason": text.strip()})
    if CHANGE.search(said):
        when = _when(said, now)
        return _of_one("change_follow_up", said, tools, entries, when.arguments) if when else _lacking(tools)
    if LIST.search(said):
        return Wanted(tool.name, {}) if (tool := offered.fitting(tools, "list_follow_ups")) else None
    return _new(text, said, tools, now)


def _new(text: str, said: str, tools: Sequence[Json], now: datetime) -> Wanted | Mistake | None:
    tool, asks, when = offered.fitting(tools, "schedule_follow_up", "task"), ASKS.search(said), _when(said, now)
    if asks and when is None and (woken := _woken(text, said, tools)):
        return woken
    reminds = asks is not None and asks["ask"][0] == "r"
    begins = when is not None and (bool(DOES.search(said)) or not said[: when.start].strip(" ,"))
    if tool is None or not (reminds or begins):
        return None
    if when is None:
        return Mistake("which_follow_up", {})
    task = f"{text[: when.start]} {text[when.end :]}"
    task = LINK.sub("", ASKS.sub("", task) if not asks else task[asks.end() :] if when.start >= asks.end() else task)
    task = re.sub(r" {2,}", " ", task).strip(" ,.:;\n\t")
    return Wanted(tool.name, {"task": task, **when.arguments}) if task else Mistake("which_follow_up", {})


def _woken(text: str, said: str, tools: Sequence[Json]) -> Wanted | None:
    tool, told = offered.fitting(tools, "schedule_follow_up", "task", "webhook", "events"), WHEN_TOLD.search(said)
    if tool is None or told is None:
        return None
    return Wanted(tool.name, {"task": text.strip(), "webhook": True, "events": [EVENTS[told["how"]]]})


def _of_one(
    name: str, said: str, tools: Sequence[Json], entries: Sequence[Json], arguments: Json
) -> Wanted | Mistake | None:
    tool = offered.fitting(tools, name, "id")
    if tool is None:
        return None
    named = ID.search(said)
    known = named.group() if named else _last_made(entries)
    return Wanted(tool.name, {"id": known, **arguments}) if known else Mistake("which_one", {})


def _lacking(tools: Sequence[Json]) -> Mistake | None:
    return Mistake("which_follow_up", {}) if offered.fitting(tools, "change_follow_up", "id") else None


def _last_made(entries: Sequence[Json]) -> str | None:
    results = [str(entry["result"]) for entry in entries if entry["type"] == "function.result"]
    return next((found[-1] for result in reversed(results) if (found := MADE.findall(result))), None)


def _when(said: str, now: datetime) -> _When | None:
    """The one time that is said; None where there is none, or more than one."""
    found = [one for one in (_after(said, now), _each_span(said), _each_day(said)) if one is not None]
    return found[0] if len(found) == 1 else None


def _after(said: str, now: datetime) -> _When | None:
    match = AFTER.search(said)
    if match is None:
        return None
    count, unit = match["count"] or match["short"], (match["unit"] or match["letter"])[0]
    length = timedelta(**{UNITS[unit]: int(count) if count.isdecimal() else 1})
    at = (now + length).astimezone(UTC).replace(microsecond=0)
    return _When({"at": at.isoformat()}, *match.span())


def _each_span(said: str) -> _When | None:
    match = EACH_SPAN.search(said)
    return (
        _When({"rule": f"FREQ={EVERY[match['unit'][0]]};INTERVAL={int(match['count'])}"}, *match.span())
        if match
        else None
    )


def _each_day(said: str) -> _When | None:
    match = EACH_DAY.search(said)
    if match is None:
        return None
    hour, minute = _clock(match)
    day = match["day"]
    days = str(DAY[day]) if day in DAY else "1-5" if "week" in day or " " in day else "*"
    return _When({"cron": f"{minute} {hour} * * {days}"}, *match.span())


def _clock(match: re.Match[str]) -> tuple[int, int]:
    if match["hour"] is None:
        return AT_NINE
    hour = int(match["hour"])
    if match["half"] in ("am", "pm"):
        hour = hour % 12 + (12 if match["half"] == "pm" else 0)
    return hour, int(match["minute"] or 0)
