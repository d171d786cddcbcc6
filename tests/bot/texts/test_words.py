"""Words speak the reader's language, with its plurals, numbers, times and lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.texts import words_for

NIGHT = datetime(2026, 11, 23, 22, 5, tzinfo=UTC)


def plain(text: str) -> str:
    """`text` with plain spaces: some languages keep a number and its unit together, some not."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("en-US", "en"),
        ("en-GB", "en"),
        ("fr-FR", "fr"),
        ("fr_CA", "fr"),
        ("FR", "fr"),
        ("fr-nowhere", "fr"),
        ("de-DE", "en"),
        ("french", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_language_follows_the_locale_and_is_english_for_one_we_do_not_speak(
    locale: str | None, language: str
) -> None:
    assert words_for(locale).locale == language


def test_a_text_is_filled_with_its_values() -> None:
    assert words_for("en-US").say("status.tool", tool="time") == "is using time…"
    assert words_for("fr-FR").say("status.tool", tool="time") == "utilise time…"


def test_braces_in_a_value_stay_as_they_are() -> None:
    assert "{0.__class__}" in words_for("en").say("agent.unknown", name="{0.__class__}", nearest="assistant")


@pytest.mark.parametrize(
    ("locale", "count", "text"),
    [
        ("en", 0, "I have read 0 earlier messages in this thread."),
        ("en", 1, "I have read 1 earlier message in this thread."),
        ("en", 2, "I have read 2 earlier messages in this thread."),
        ("fr", 0, "J’ai lu 0 message précédent de ce fil."),
        ("fr", 1, "J’ai lu 1 message précédent de ce fil."),
        ("fr", 1000, "J’ai lu 1\u202f000 messages précédents de ce fil."),
        ("fr", 1_000_000, "J’ai lu 1\u202f000\u202f000 messages précédents de ce fil."),  # French has a form "many"
    ],
)
def test_plurals_follow_the_language(locale: str, count: int, text: str) -> None:
    assert words_for(locale).say("thread.context_read", count=count) == text


def test_a_key_or_a_value_that_is_missing_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        words_for("en").say("no.such.text")
    with pytest.raises(KeyError):
        words_for("en").say("status.tool")


def test_a_time_must_be_written_by_the_caller_who_knows_the_zone() -> None:
    with pytest.raises(TypeError, match="Words\\.time"):
        words_for("en").say("status.busy", until=NIGHT)  # type: ignore[arg-type]  # the mistake under test


@pytest.mark.parametrize(
    ("locale", "zone", "text"),
    [
        ("en-US", "America/New_York", "5:05\u00a0PM"),
        ("en-GB", "Europe/London", "22:05"),
        ("fr-FR", "Europe/Paris", "23:05"),
        ("en-GB", UTC, "22:05"),
        ("en-GB", None, "22:05 UTC"),
        ("en-GB", "Mars/Olympus", "22:05 UTC"),
    ],
)
def test_times_are_the_readers_own(locale: str, zone: str | None, text: str) -> None:
    assert words_for(locale).time(NIGHT, zone) == text


@pytest.mark.parametrize(
    ("length", "english", "french"),
    [
        (timedelta(seconds=40), "40 seconds", "40 secondes"),
        (timedelta(minutes=2), "2 minutes", "2 minutes"),
        (timedelta(minutes=15), "15 minutes", "15 minutes"),
        (timedelta(hours=24), "1 day", "1 jour"),
    ],
)
def test_durations_are_written_out(length: timedelta, english: str, french: str) -> None:
    assert plain(words_for("en").duration(length)) == english
    assert plain(words_for("fr").duration(length)) == french


def test_durations_and_numbers_in_a_text_are_written_as_the_language_writes_them() -> None:
    assert "15 minutes" in words_for("en").say("turn.limit_time", duration=timedelta(minutes=15))
    assert "200,000" in words_for("en").say("turn.limit_tokens", count=200_000)
    assert "200\u202f000" in words_for("fr").say("turn.limit_tokens", count=200_000)


def test_names_are_joined_as_the_language_joins_them() -> None:
    assert words_for("en-GB").names(["a", "b", "c"]) == "a, b and c"
    assert words_for("fr").names(["a", "b"], any_of=True) == "a ou b"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Ada", "d’Ada"),
        ("Élodie", "d’Élodie"),
        ("E\N{COMBINING ACUTE ACCENT}lodie", "d’E\N{COMBINING ACUTE ACCENT}lodie"),
        ("œdipe", "d’œdipe"),
        ("Yves", "d’Yves"),
        ("Yann", "de Yann"),
        ("Camille", "de Camille"),
        ("Hugo", "de Hugo"),
        ("<@U0ADA>", "de <@U0ADA>"),
        ("", "de "),
    ],
)
def test_french_writes_its_de_as_the_name_wants_it(name: str, said: str) -> None:
    assert words_for("fr").say("follow_up.run.once", person=name) == f"Un suivi {said}."
