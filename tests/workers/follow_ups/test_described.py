"""When a follow-up is due, said to people in their language."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.follow_ups.models import When
from bot.texts import words_for
from workers.follow_ups import described
from workers.follow_ups.refusals import Wrong

PARIS = "Europe/Paris"
NOW = datetime(2026, 11, 28, 10, 23, tzinfo=ZoneInfo(PARIS))
MONDAY = int(datetime(2026, 11, 30, 9, 0, tzinfo=ZoneInfo(PARIS)).timestamp())
MARCH = int(datetime(2027, 3, 3, 9, 0, tzinfo=ZoneInfo(PARIS)).timestamp())


def rule(text: str) -> When:
    return When(rule=text, start="2026-12-01T09:00", zone=PARIS)


@pytest.mark.parametrize(
    ("when", "english", "french"),
    [
        (When(hook=True), "whenever a webhook comes in", "chaque fois qu’un webhook arrive"),
        (When(at=MONDAY, zone=PARIS), "on Monday, 30 November at 09:00", "le lundi 30 novembre à 09:00"),
        (When(at=MARCH, zone=PARIS), "on Wednesday, 3 March 2027 at 09:00", "le mercredi 3 mars 2027 à 09:00"),
        (
            rule("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=0"),
            "every weekday at 09:00 (Europe/Paris)",
            "tous les jours ouvrés à 09:00 (Europe/Paris)",
        ),
        (rule("FREQ=DAILY"), "every day at 09:00 (Europe/Paris)", "tous les jours à 09:00 (Europe/Paris)"),
        (
            rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH"),
            "every 2 weeks on Tuesday and Thursday at 09:00 (Europe/Paris)",
            "toutes les 2 semaines le mardi et jeudi à 09:00 (Europe/Paris)",
        ),
        (
            rule("FREQ=MONTHLY;BYDAY=-1FR"),
            "every month on the last Friday at 09:00 (Europe/Paris)",
            "chaque mois, le dernier vendredi à 09:00 (Europe/Paris)",
        ),
        (
            rule("FREQ=MONTHLY;BYMONTHDAY=1"),
            "every month on day 1 at 09:00 (Europe/Paris)",
            "chaque mois, le 1er à 09:00 (Europe/Paris)",
        ),
        (
            rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"),
            "every year on 29 February at 09:00 (Europe/Paris)",
            "chaque année le 29 février à 09:00 (Europe/Paris)",
        ),
        (rule("FREQ=MINUTELY;INTERVAL=20"), "every 20 minutes", "toutes les 20 minutes"),
        (rule("FREQ=HOURLY"), "every hour", "toutes les heures"),
        (
            rule("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1"),
            "by the rule FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1 (Europe/Paris)",
            "selon la règle FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1 (Europe/Paris)",
        ),
        (
            When(cron="30 9,17 * * MON,7", zone=PARIS),
            "every Monday and Sunday at 09:30 and 17:30 (Europe/Paris)",
            "chaque lundi et dimanche à 09:30 et 17:30 (Europe/Paris)",
        ),
        (
            When(cron="0 9 1 * *", zone=PARIS),
            "by the cron expression 0 9 1 * * (Europe/Paris)",
            "selon l’expression cron 0 9 1 * * (Europe/Paris)",
        ),
    ],
    ids=str,
)
def test_a_time_is_said_in_plain_words(when: When, english: str, french: str) -> None:
    assert described.when(when, words_for("en-GB"), now=NOW) == english
    assert described.when(when, words_for("fr-FR"), now=NOW) == french


def test_the_country_decides_how_a_date_is_written() -> None:
    said = described.when(When(at=MONDAY, zone=PARIS), words_for("en-US"), now=NOW)
    assert said == "on Monday, November 30 at 9:00\u00a0AM"


def test_what_comes_once_is_said_in_the_zone_of_who_reads_it() -> None:
    elsewhere = When(at=MONDAY, zone="America/New_York")
    assert described.when(elsewhere, words_for("en-GB"), now=NOW) == "on Monday, 30 November at 09:00"


def test_where_others_read_it_or_nobody_knows_theirs_its_zone_is_named() -> None:
    once, words = When(at=MONDAY, zone=PARIS), words_for("fr-FR")
    there = "le lundi 30 novembre à 09:00 (Europe/Paris)"
    assert described.when(once, words, now=NOW, names_zone=True) == there
    utc = described.when(once, words, now=NOW.astimezone(ZoneInfo("UTC")))
    assert utc == "le lundi 30 novembre à 08:00 (UTC)"


@pytest.mark.parametrize(
    ("events", "english", "french"),
    [
        ((), "whenever a webhook comes in", "chaque fois qu’un webhook arrive"),
        (
            ("issues.closed",),
            "whenever `issues.closed` comes in by its webhook",
            "chaque fois que `issues.closed` arrive par son webhook",
        ),
        (
            ("issues.*", "push"),
            "whenever `issues.*` or `push` comes in by its webhook",
            "chaque fois que `issues.*` ou `push` arrive par son webhook",
        ),
        (
            ("a` *b* `c",),
            "whenever `a *b* c` comes in by its webhook",
            "chaque fois que `a *b* c` arrive par son webhook",
        ),
    ],
)
def test_of_a_webhook_its_events_are_named(events: tuple[str, ...], english: str, french: str) -> None:
    assert described.woken(events, words_for("en-GB")) == english
    assert described.woken(events, words_for("fr-FR")) == french


def test_of_many_events_some_are_named() -> None:
    said = described.woken([f"e{number}" for number in range(20)], words_for("en"))
    assert "`e9`, or … comes in" in said
    assert "e10" not in said


def test_what_somebody_wrote_is_shown_to_people_as_plain_words() -> None:
    wrong = Wrong("follow_up.time.put_first", {"said": "<!channel> *at 9*"})
    assert "<!channel>" not in described.refusal(wrong, words_for("en"))
    assert "<!channel>" in described.refusal(wrong, words_for("en"), to_a_model=True)
