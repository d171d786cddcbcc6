"""What the rules know of Einstein, and when they translate it."""

from __future__ import annotations

import pytest

from playground.agents_api.brains.einstein import SAID, told

ENGLISH, FRENCH = SAID["en"], SAID["fr"]


@pytest.mark.parametrize(
    ("text", "last_said", "language", "answer"),
    [
        ("Who is Albert Einstein?", "", "en", ENGLISH),
        ("who was einstein", FRENCH, "en", ENGLISH),
        ("Qui est Albert Einstein ?", "", "fr", FRENCH),
        ("Qui était Einstein ?", "", "en", FRENCH),
        ("Translate to French.", ENGLISH, "en", FRENCH),
        ("Traduis en français, s’il te plaît", ENGLISH, "fr", FRENCH),
        ("translate that into English", FRENCH, "en", ENGLISH),
        ("Translate to French.", "", "en", None),
        ("Translate to French.", "You are welcome.", "en", None),
        ("Translate to Spanish.", ENGLISH, "en", None),
        ("Who is Marie Curie?", "", "en", None),
    ],
)
def test_einstein_is_told_and_translated(text: str, last_said: str, language: str, answer: str | None) -> None:
    assert told(text, last_said, language) == answer
