"""What the pages say, and in which language."""

from __future__ import annotations

import pytest

from playground.authorization.profiles import PROFILES
from playground.authorization.words import WORDS, language_of


def test_all_words_are_there_in_both_languages() -> None:
    assert WORDS["en"].keys() == WORDS["fr"].keys()
    for profile in PROFILES.values():
        assert all(scope.en and scope.fr for scope in profile().scopes)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("de-DE,fr;q=0.5", "fr"),
        ("en-GB,fr;q=0.9", "en"),
        ("de", "en"),
        ("*", "en"),
    ],
)
def test_the_browsers_first_language_that_is_known_counts(accepted: str | None, language: str) -> None:
    assert language_of(accepted) == language
