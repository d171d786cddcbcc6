"""When a follow-up is due, in words for people: "every weekday at 09:00 (Europe/Paris)", "le lundi 30 novembre".

A recurrence that has no plain words is shown as it is. Refusals get their words here, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from bot.follow_ups.hook_events import LONGEST_NAME
from bot.follow_ups.models import When
from bot.slack.text import code, shown
from bot.texts import Words
from workers.follow_ups import cron, local_times, rules
from workers.follow_ups.refusals import Value, Wrong
from workers.follow_ups.rules import Rule

VALUE_SHOWN = 300  # characters of what somebody wrote
EVENTS_SHOWN = 10
WORKDAYS = tuple((0, day) for day in range(5))
NTH = (1, 2, 3, 4, -1)


def when(when: When, words: Words, *, now: datetime, names_zone: bool = False) -> str:
    """What comes once is said as `moment` does, in the zone of `now`."""
    if when.hook:
        return words.say("follow_up.when.hook")
    if when.at:
        return moment(datetime.fromtimestamp(when.at, now.tzinfo), words, now=now, names_zone=names_zone)
    return _cron(when, words) if when.cron else _rule(when, words)


def moment(moment: datetime, words: Words, *, now: datetime | None = None, names_zone: bool = False) -> str:
    """A time that comes once, on the clocks of its zone; its year where it is not that of `now`.

    `names_zone`: people of other zones may read it. UTC, which is hardly anybody's own, is named to everybody.
    """
    with_year = now is None or now.astimezone(moment.tzinfo).year != moment.year
    day, at, zone = words.day(moment.date(), with_year=with_year), words.time(moment, moment.tzinfo), str(moment.tzinfo)
    if names_zone or zone == "UTC":
        return words.say("follow_up.when.once_there", day=day, time=at, zone=zone)
    return words.say("follow_up.when.once", day=day, time=at)


def woken(events: Sequence[str], words: Words) -> str:
    """When one is due that a webhook wakes, by `events`; none: by all."""
    if not events:
        return words.say("follow_up.when.hook")
    named = [code(event, LONGEST_NAME) for event in events[:EVENTS_SHOWN]]
    more = ["…"] if len(events) > EVENTS_SHOWN else []
    return words.say("follow_up.when.hook_events", events=words.names([*named, *more], any_of=True))


def refusal(wrong: Wrong, words: Words, *, to_a_model: bool = False) -> str:
    """One sentence. What somebody wrote is shown in it as plain words; a model reads it as it is."""
    return words.say(wrong.key, **{name: _value(value, words, to_a_model) for name, value in wrong.values.items()})


def _value(value: Value, words: Words, to_a_model: bool) -> str | int:
    match value:
        case datetime():
            return value.isoformat() if to_a_model else moment(value, words)
        case date():
            return value.isoformat() if to_a_model else words.day(value)
        case str():
            return value if to_a_model else shown(value, VALUE_SHOWN)
    return value


def _rule(when: When, words: Words) -> str:
    rule, start = rules.parse(when.rule), datetime.fromisoformat(when.start)
    if rule.is_sub_daily and not rule.numbers and not rule.days:
        return _elapsed(rule, words)
    days = None if rule.is_sub_daily else _days(rule, start, words)
    if days is None:
        return words.say("follow_up.when.rule", rule=when.rule, zone=when.zone)
    return _with_times(days, local_times.hours(rule, start), when.zone, words)


def _cron(when: When, words: Words) -> str:
    """The plain ones are said as the rule that means the same."""
    _, _, *days, weekday = when.cron.split()
    expression = cron.parse(when.cron)
    named = tuple((0, (day - 1) % 7) for day in _weekdays(expression))
    plain = days == ["*", "*"] and not expression.follows_the_clock and len(expression.minutes) == 1
    if not plain or (weekday != "*" and not named):
        return words.say("follow_up.when.cron", cron=when.cron, zone=when.zone)
    rule = Rule("DAILY", 1, {}, ()) if weekday == "*" else Rule("WEEKLY", 1, {}, tuple(sorted(set(named))))
    times = [time(hour, expression.minutes[0]) for hour in expression.hours]
    said = _days(rule, datetime.combine(date(2000, 1, 1), time()), words) or ""
    return _with_times(said, times, when.zone, words)


def _weekdays(expression: cron.Expression) -> list[int]:
    """Those that are each named for itself; none where one is the last or the second of a month."""
    found = expression.days.weekdays if expression.days else set()
    return [day for day in found if isinstance(day, int)] if all(isinstance(day, int) for day in found) else []


def _with_times(days: str, times: list[time], zone: str, words: Words) -> str:
    said = [words.time(datetime.combine(date(2000, 1, 1), each, UTC), UTC) for each in times]
    return words.say("follow_up.when.at", days=days, times=words.names(said), zone=zone)


def _elapsed(rule: Rule, words: Words) -> str:
    if rule.frequency == "MINUTELY":
        return words.say("follow_up.when.minutes", count=rule.interval)
    return words.say("follow_up.when.hours", count=rule.interval)


def _days(rule: Rule, start: datetime, words: Words) -> str | None:
    """The days of a rule, None where there are no plain words for them."""
    parts = set(rule.numbers) - {"BYHOUR", "BYMINUTE"}
    match rule.frequency:
        case "DAILY" if not parts and not rule.days:
            return words.say("follow_up.when.days", count=rule.interval)
        case "WEEKLY" if not parts:
            return _weekly(rule, start, words)
        case "MONTHLY" if parts <= {"BYMONTHDAY"} and not (parts and rule.days):
            return _monthly(rule, start, words)
        case "YEARLY" if parts == {"BYMONTH", "BYMONTHDAY"} and not rule.days:
            return _yearly(rule, rule.get("BYMONTH"), rule.get("BYMONTHDAY"), words)
        case "YEARLY" if not parts and not rule.days:
            return _yearly(rule, (start.month,), (start.day,), words)
    return None


def _weekly(rule: Rule, start: datetime, words: Words) -> str:
    if rule.interval == 1 and rule.days == WORKDAYS:
        return words.say("follow_up.when.weekdays")
    names = [words.weekday(day) for _, day in sorted(rule.days)] or [words.weekday(start.weekday())]
    return words.say("follow_up.when.weeks", count=rule.interval, days=words.names(names))


def _monthly(rule: Rule, start: datetime, words: Words) -> str | None:
    if rule.days:
        (nth, day), *others = rule.days
        if others or nth not in NTH:
            return None
        said = words.say(f"follow_up.when.nth.{'last' if nth < 0 else nth}", weekday=words.weekday(day))
    elif (days := rule.get("BYMONTHDAY") or (start.day,)) == (-1,):
        said = words.say("follow_up.when.last_day")
    elif days == (1,):
        said = words.say("follow_up.when.first_day")  # French says "le 1er", but "le 2"
    elif min(days) < 0:
        return None
    else:
        numbers = [words.number(day) for day in days]
        said = words.say("follow_up.when.day_of_month", count=len(days), days=words.names(numbers))
    return words.say("follow_up.when.months", count=rule.interval, day=said)


def _yearly(rule: Rule, months: tuple[int, ...], days: tuple[int, ...], words: Words) -> str | None:
    if len(months) * len(days) != 1 or days[0] < 0:
        return None
    day = words.day_of_year(months[0], days[0])
    return words.say("follow_up.when.years", count=rule.interval, day=day)
