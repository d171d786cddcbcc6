"""A recurrence as people write it: "every weekday at 9", "toutes les 2 semaines le mardi", "every last Friday".

It becomes a rule of RFC 5545. "Every second Monday" is not taken: it may be every other one or the second of a month.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from workers.follow_ups import dates, days, hours, vocabulary
from workers.follow_ups.refusals import Refusal
from workers.follow_ups.rules import DAYS, INTERVALS, SUB_DAILY
from workers.follow_ups.scanner import Scanner
from workers.follow_ups.vocabulary import NUMBER, ORDINAL, SHORT_WEEKDAY, UNIT, WEEKDAY

FREQUENCIES = {
    vocabulary.MINUTE: "MINUTELY",
    vocabulary.HOUR: "HOURLY",
    vocabulary.DAY: "DAILY",
    vocabulary.WEEK: "WEEKLY",
    vocabulary.MONTH: "MONTHLY",
    vocabulary.YEAR: "YEARLY",
}

_EVERY = r"(?:every|each|chaque|tou(?:te)?s\s+les)"
_START = rf"(?:(?:on\s+)?the|le|{_EVERY})"
_OF_MONTH = r"(?:of\s+(?:the|every|each)\s+month|du\s+mois(?!\s+prochain)|de\s+chaque\s+mois)"
_WORKDAYS = r"(?:weekdays?|work(?:ing)?\s?days?|business\s+days?|jours?\s+ouvr[ée]s?|jours?\s+de\s+(?:la\s+)?semaine)"
_PART = (
    r"(?P<morning>mornings?|matins?)|(?P<afternoon>afternoons?|apr[eè]s-midis?)|(?P<evening>evenings?|nights?|soirs?)"
)
_DATE = r"(?P<day>\d{1,2})\s?(?:st|nd|rd|th|er|e)?"


@dataclass(frozen=True, slots=True)
class Repeating:
    """A rule without its beginning. `by` are its parts beside the interval; `hour_said`: as in `once.Once`."""

    frequency: str
    interval: int = 1
    by: dict[str, str] = field(default_factory=dict)
    hour: time = days.WHOLE_DAY
    hour_said: bool = False

    @property
    def is_sub_daily(self) -> bool:
        return self.frequency in SUB_DAILY

    def rule(self, *, interval: int) -> str:
        every = {"INTERVAL": str(interval)} if interval > 1 else {}
        parts = {"FREQ": self.frequency, **every, **self.by}
        return ";".join(f"{name}={value}" for name, value in parts.items())


def take(scanner: Scanner, now: datetime) -> Repeating | None:
    """The recurrence that stands here with its times of day; None, with the place where it was, for something else."""
    before = scanner.at
    first = hours.take(scanner, beside_a_day=False)
    found = _days(scanner, now.date())
    if found is None or (first is not None and found.is_sub_daily):
        scanner.at = before
        return None
    return found if found.is_sub_daily else _timed(scanner, found, first)


def _timed(scanner: Scanner, found: Repeating, first: time | None) -> Repeating:
    if part := scanner.take(_PART, rf"(?:in\s+the|le)\s+(?:{_PART})"):
        found = _in_part(found, part)
    if first is None:
        first = hours.take(scanner, beside_a_day=True)
    times = sorted({first, *hours.more(scanner)}) if first is not None else [found.hour]
    if first is not None and found.hour == days.PARTS["evening"]:
        times = [days.late(each) for each in times]
    if len({each.minute for each in times}) > 1:
        raise Refusal("minutes_differ")
    at_hours = ",".join(str(each.hour) for each in times)
    by = {**found.by, "BYHOUR": at_hours, "BYMINUTE": str(times[0].minute)}
    return replace(found, by=by, hour=times[0], hour_said=found.hour_said or first is not None)


def _in_part(found: Repeating, part: re.Match[str]) -> Repeating:
    return replace(found, hour=days.PARTS[days.part_of_day(part)], hour_said=True)


def _days(scanner: Scanner, today: date) -> Repeating | None:
    return (
        _workdays(scanner)
        or _last_day(scanner)
        or _ordinal_weekday(scanner)
        or _date_of_month(scanner, today)
        or _date_of_year(scanner, today)
        or _parts_of_days(scanner)
        or _alternate(scanner)
        or _weekdays(scanner)
        or _units(scanner, today)
    )


def _workdays(scanner: Scanner) -> Repeating | None:
    if scanner.take(rf"{_EVERY}\s+{_WORKDAYS}", r"on\s+(?:weekdays|working days)", r"en\s+semaine"):
        return Repeating("WEEKLY", by={"BYDAY": ",".join(DAYS[:5])})
    return None


def _last_day(scanner: Scanner) -> Repeating | None:
    if scanner.take(rf"{_START}\s+(?:last\s+day|dernier\s+jour)\s+{_OF_MONTH}"):
        return Repeating("MONTHLY", by={"BYMONTHDAY": "-1"})
    return None


def _ordinal_weekday(scanner: Scanner) -> Repeating | None:
    which = rf"(?P<ordinal>{ORDINAL})\s+(?P<weekday>{WEEKDAY})"
    first_or_last = rf"{_EVERY}\s+(?P<ordinal>first|last|premiers?|derniers?)\s+(?P<weekday>{WEEKDAY})"
    if found := scanner.take(rf"{_START}\s+{which}\s+{_OF_MONTH}", first_or_last):
        return _nth(found)
    return None


def _nth(found: re.Match[str]) -> Repeating:
    nth, day = vocabulary.ordinal(found["ordinal"]), vocabulary.weekday(found["weekday"])
    return Repeating("MONTHLY", by={"BYDAY": f"{nth}{DAYS[day]}"})


def _date_of_month(scanner: Scanner, today: date) -> Repeating | None:
    if found := scanner.take(rf"{_START}\s+{_DATE}\s+{_OF_MONTH}"):
        return _on_day(int(found["day"]), today, said=found[0])
    return None


def _on_day(day: int, today: date, *, said: str, interval: int = 1) -> Repeating:
    return Repeating("MONTHLY", interval, by={"BYMONTHDAY": str(dates.of_month(day, today, said=said))})


def _date_of_year(scanner: Scanner, today: date) -> Repeating | None:
    before = scanner.at
    if scanner.take(_EVERY) and (found := dates.month_day(scanner, today)):
        return _yearly(found)
    scanner.at = before
    return None


def _yearly(found: tuple[int, int], interval: int = 1) -> Repeating:
    return Repeating("YEARLY", interval, by={"BYMONTH": str(found[0]), "BYMONTHDAY": str(found[1])})


def _parts_of_days(scanner: Scanner) -> Repeating | None:
    if found := scanner.take(rf"{_EVERY}\s+(?:{_PART})"):
        return _in_part(Repeating("DAILY"), found)
    return None


def _alternate(scanner: Scanner) -> Repeating | None:
    """Every other Monday."""
    if found := scanner.take(rf"every\s+other\s+(?P<day>{WEEKDAY})", rf"une?\s+(?P<day>{WEEKDAY})\s+sur\s+deux"):
        return Repeating("WEEKLY", 2, by={"BYDAY": DAYS[vocabulary.weekday(found["day"])]})
    return None


def _weekdays(scanner: Scanner) -> Repeating | None:
    if not (first := scanner.take(rf"{_EVERY}\s+(?P<day>{SHORT_WEEKDAY})")):
        return None
    return Repeating("WEEKLY", by={"BYDAY": _list(scanner, first)})


def _list(scanner: Scanner, first: re.Match[str]) -> str:
    found_days = {vocabulary.weekday(first["day"])}
    is_short = re.fullmatch(WEEKDAY, first["day"], re.IGNORECASE) is None
    names = SHORT_WEEKDAY if is_short else WEEKDAY  # "mon" is French for "my": not after "lundi"
    while found := scanner.take(rf"(?:(?:and|et|&)\s+)?(?:on\s+|le\s+|les\s+)?(?P<day>{names})"):
        found_days.add(vocabulary.weekday(found["day"]))
    return ",".join(DAYS[day] for day in sorted(found_days))


def _units(scanner: Scanner, today: date) -> Repeating | None:
    found = scanner.take(rf"{_EVERY}\s+(?:(?P<other>other)\s+|{NUMBER}\s*)?(?:{UNIT})")
    if not found:
        return None
    if re.search(r"les\s+(?:15|quinze)\s*(?:jours|j)$", found[0], re.IGNORECASE):
        raise Refusal("fortnight", said=found[0].strip(" ,"))
    interval = 2 if found["other"] else vocabulary.number(found["number"] or "1")
    if interval not in INTERVALS:
        raise Refusal("interval")
    return _of_unit(scanner, vocabulary.unit(found), interval, today)


def _of_unit(scanner: Scanner, unit: str, interval: int, today: date) -> Repeating:
    match unit:
        case vocabulary.WEEK:
            on = scanner.take(rf"(?:on|le|les)\s+(?P<day>{SHORT_WEEKDAY})")
            return Repeating("WEEKLY", interval, by={"BYDAY": _list(scanner, on) if on else DAYS[today.weekday()]})
        case vocabulary.MONTH:
            return _of_month(scanner, interval, today)
        case vocabulary.YEAR:
            scanner.take("on|le")
            return _yearly(dates.month_day(scanner, today) or (today.month, today.day), interval)
    return Repeating(FREQUENCIES[unit], interval)


def _of_month(scanner: Scanner, interval: int, today: date) -> Repeating:
    if scanner.take(r"(?:on\s+the\s+last\s+day|le\s+dernier\s+jour)"):
        return Repeating("MONTHLY", interval, by={"BYMONTHDAY": "-1"})
    if found := scanner.take(rf"(?:on\s+the|le)\s+(?P<ordinal>{ORDINAL})\s+(?P<weekday>{WEEKDAY})"):
        return replace(_nth(found), interval=interval)
    if not (found := scanner.take(rf"(?:on(?:\s+the)?|le)\s+{_DATE}")):
        return _on_day(today.day, today, said="", interval=interval)
    numbers = [dates.of_month(int(found["day"]), today, said=found[0])]
    while found := scanner.take(rf"(?:and|et)\s+(?:the\s+|le\s+)?{_DATE}"):
        numbers.append(dates.of_month(int(found["day"]), today, said=found[0]))
    return Repeating("MONTHLY", interval, by={"BYMONTHDAY": ",".join(str(day) for day in sorted(set(numbers)))})
