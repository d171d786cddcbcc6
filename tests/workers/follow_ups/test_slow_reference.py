"""Occurrences are those that a slow and obvious walk finds: minute by minute in UTC, looking at the clock of the place.

The walks go across changes of the clocks, where they are hard, and over whole years by days, where months end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.follow_ups.models import When
from tests.workers.follow_ups.test_recurrence import upcoming

Matches = Callable[[datetime], bool]
MINUTE = timedelta(minutes=1)
WALK = timedelta(hours=30)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

# Zones and the dates on which their clocks are changed: an hour, half an hour, at midnight, by a day, not at all.
CHANGES = [
    ("Europe/Paris", "2026-03-29"),
    ("Europe/Paris", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Africa/Casablanca", "2026-02-15"),
    ("Africa/Casablanca", "2026-03-22"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("America/Sao_Paulo", "2019-02-17"),
    ("America/Havana", "2026-11-01"),
    ("America/St_Johns", "2010-03-14"),
    ("Pacific/Chatham", "2026-04-05"),
    ("Pacific/Apia", "2011-12-30"),
    ("Asia/Kathmandu", "1986-01-01"),
    ("UTC", "2026-02-28"),
]


def minutes(begin: datetime, zone: ZoneInfo) -> Iterator[tuple[int, datetime, list[datetime]]]:
    """Each minute of the walk after `begin`: the moment, what the clock shows, and what it skipped just before."""
    before = begin.astimezone(zone).replace(tzinfo=None)
    for number in range(1, WALK // MINUTE + 1):
        moment = begin + number * MINUTE
        local = moment.astimezone(zone).replace(tzinfo=None)
        skipped = [before + step * MINUTE for step in range(1, (local - before) // MINUTE)]
        yield int(moment.timestamp()), local, skipped
        before = local.replace(fold=0)


def by_the_clock(begin: datetime, zone: ZoneInfo, matches: Matches) -> list[int]:
    """Whatever the clock shows, as often as it shows it."""
    return [moment for moment, local, _ in minutes(begin, zone) if matches(local)]


def at_fixed_times(begin: datetime, zone: ZoneInfo, matches: Matches, *, at_once: bool) -> list[int]:
    """What comes twice means the first; what is skipped comes `at_once`, or as much later as it was to come."""
    found = set()
    for moment, local, skipped in minutes(begin, zone):
        if local.fold == 0 and matches(local):
            found.add(moment)
        found |= {moment + (0 if at_once else 60 * late) for late, each in enumerate(skipped) if matches(each)}
    return sorted(found)


def ours(when: When, begin: datetime) -> list[int]:
    end = (begin + WALK).timestamp()
    return list(takewhile(lambda each: each <= end, upcoming(when, begin.timestamp())))


@st.composite
def places(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    """A zone, and a whole minute not long before its clocks are changed."""
    name, day = draw(st.sampled_from(CHANGES))
    zone = ZoneInfo(name)
    midnight = datetime.fromisoformat(day).replace(tzinfo=zone).astimezone(UTC)
    return zone, midnight.replace(second=0) - timedelta(minutes=draw(st.integers(0, 1500)))


def some(least: int, most: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(least, most), min_size=1, max_size=4, unique=True).map(sorted)


def text(values: list[int] | None) -> str:
    return "*" if values is None else ",".join(str(value) for value in values)


@settings(max_examples=60, deadline=None)
@given(place=places(), minute=some(0, 59), hour=st.none() | some(0, 4) | some(0, 23), days=st.none() | some(1, 31))
def test_cron(
    place: tuple[ZoneInfo, datetime], minute: list[int], hour: list[int] | None, days: list[int] | None
) -> None:
    zone, begin = place

    def matches(local: datetime) -> bool:
        return local.minute in minute and (hour is None or local.hour in hour) and (days is None or local.day in days)

    if hour is None:
        expected = by_the_clock(begin, zone, matches)
    else:
        expected = at_fixed_times(begin, zone, matches, at_once=True)
    assert ours(When(cron=f"{text(minute)} {text(hour)} {text(days)} * *", zone=zone.key), begin) == expected


@settings(max_examples=30, deadline=None)
@given(place=places(), step=st.sampled_from([1, 7, 15, 20, 45]), hour=st.none() | some(0, 4), weekday=some(0, 6))
def test_cron_with_a_star_in_its_minute(
    place: tuple[ZoneInfo, datetime], step: int, hour: list[int] | None, weekday: list[int]
) -> None:
    zone, begin = place

    def matches(local: datetime) -> bool:
        fits = local.minute % step == 0 and (hour is None or local.hour in hour)
        return fits and (local.weekday() + 1) % 7 in weekday

    when = When(cron=f"*/{step} {text(hour)} * * {text(weekday)}", zone=zone.key)
    assert ours(when, begin) == by_the_clock(begin, zone, matches)


@settings(max_examples=60, deadline=None)
@given(place=places(), minute=some(0, 59), hour=some(0, 4) | some(0, 23), weekly=st.booleans(), weekday=some(0, 6))
def test_a_rule_by_days_or_weeks(
    place: tuple[ZoneInfo, datetime], minute: list[int], hour: list[int], weekly: bool, weekday: list[int]
) -> None:
    zone, begin = place

    def matches(local: datetime) -> bool:
        return local.minute in minute and local.hour in hour and local.weekday() in weekday

    frequency = "WEEKLY" if weekly else "DAILY"
    days = ",".join(DAYS[day] for day in weekday)
    rule = f"FREQ={frequency};BYDAY={days};BYHOUR={text(hour)};BYMINUTE={text(minute)}"
    expected = at_fixed_times(begin, zone, matches, at_once=False)
    end = (begin + WALK).timestamp()
    found = ours(When(rule=rule, start="1980-01-01T00:00", zone=zone.key), begin)
    # The walk does not see what was skipped before it began, nor what it finds too late.
    assert [each for each in found if each <= end] == [each for each in expected if each <= end]


@settings(max_examples=60, deadline=None)
@given(
    place=places(),
    interval=st.integers(1, 400),
    hourly=st.booleans(),
    ago=st.integers(0, 100_000),
    hour=st.none() | some(0, 23),
)
def test_a_rule_by_minutes_or_hours(
    place: tuple[ZoneInfo, datetime], interval: int, hourly: bool, ago: int, hour: list[int] | None
) -> None:
    zone, begin = place
    start = (begin - ago * MINUTE).astimezone(zone).replace(tzinfo=None, fold=0)
    first = int(start.replace(tzinfo=zone).timestamp())
    length = interval * (3600 if hourly else 60)
    expected = [
        moment
        for moment, local, _ in minutes(begin, zone)
        if moment >= first and (moment - first) % length == 0 and (hour is None or local.hour in hour)
    ]
    rule = f"FREQ={'HOURLY' if hourly else 'MINUTELY'};INTERVAL={interval}" + (f";BYHOUR={text(hour)}" if hour else "")
    assert ours(When(rule=rule, start=start.isoformat(), zone=zone.key), begin) == expected


def ordinals(day: date) -> set[str]:
    """What a day is called in a BYDAY of a month: "MO", "2MO", "-1MO"."""
    name = DAYS[day.weekday()]
    from_end = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - day).days
    return {name, f"{(day.day + 6) // 7}{name}", f"-{(from_end + 6) // 7}{name}"}


@settings(max_examples=40, deadline=None)
@given(
    begin=st.dates(date(2026, 1, 1), date(2104, 1, 1)),
    interval=st.integers(1, 5),
    numbers=st.lists(st.integers(-31, 31).filter(bool), min_size=1, max_size=4, unique=True),
    names=st.lists(
        st.sampled_from([f"{nth}{day}" for nth in ("", "1", "2", "5", "-1", "-2") for day in DAYS]), max_size=4
    ),
)
def test_a_rule_by_months(begin: date, interval: int, numbers: list[int], names: list[str]) -> None:
    def matches(day: date) -> bool:
        from_end = day.day - ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day - 1
        if ((day.year - 2026) * 12 + day.month - 1) % interval:
            return False
        return bool(ordinals(day) & set(names)) if names else day.day in numbers or from_end in numbers

    part = f"BYDAY={','.join(dict.fromkeys(names))}" if names else f"BYMONTHDAY={text(numbers)}"
    when = When(rule=f"FREQ=MONTHLY;INTERVAL={interval};{part};BYHOUR=9;BYMINUTE=0", start="2026-01-01T09:00")
    noon = datetime(begin.year, begin.month, begin.day, 12, tzinfo=UTC)
    end = noon + timedelta(days=700)
    found = takewhile(lambda each: each <= end.timestamp(), upcoming(when, noon.timestamp()))
    walked = [begin + timedelta(days=number) for number in range(1, 701)]
    assert [datetime.fromtimestamp(each, UTC).date() for each in found] == [day for day in walked if matches(day)]
