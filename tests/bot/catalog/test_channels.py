"""What is set for single channels; without the file the defaults hold."""

from __future__ import annotations

import pytest

from bot.catalog import channels
from bot.catalog.channels import Channel
from tests.bot.catalog.conftest import Files


def test_a_table_a_channel(files: Files) -> None:
    file = files.write(
        "channels.toml",
        """
        [C0123ABC]
        language = "fr"
        mail_during_turn = "queue"
        agent = "Timekeeper"
        instructions = "Keep it short."
        managers = ["U0ADA", "W0GRACE"]

        [C0456DEF]
        """,
    )
    assert channels.load(file) == (
        {
            "C0123ABC": Channel(
                language="fr",
                mail_during_turn="queue",
                agent="timekeeper",
                instructions="Keep it short.",
                managers=frozenset({"U0ADA", "W0GRACE"}),
            ),
            "C0456DEF": Channel(),
        },
        [],
    )


def test_no_file_means_the_defaults(files: Files) -> None:
    assert channels.load(files.root / "channels.toml") == ({}, [])
    assert Channel() == Channel(language=None, mail_during_turn="steer", agent=None, instructions="")


@pytest.mark.parametrize(
    ("rows", "line", "field", "sentence"),
    [
        ('[C01]\n[C02]\nlanguage = "de"', 3, "C02.language", '"de" is not one of en, fr'),
        ('[C02]\nmail_during_turn = "stear"', 2, "C02.mail_during_turn", 'did you mean "steer"?'),
        ('[C02]\nlangage = "fr"', 2, "C02.langage", 'did you mean "language"?'),
        ('[general]\nlanguage = "fr"', 1, "general", "is not a channel's id"),
        ('C02 = "fr"', 1, "C02", "should be"),
        ("[C02]\nlanguage = fr", 2, "", "this is not TOML"),
    ],
)
def test_a_mistake_is_named_and_the_other_channels_stay(
    files: Files, rows: str, line: int, field: str, sentence: str
) -> None:
    found, [problem] = channels.load(files.write("channels.toml", rows))
    assert (problem.line, problem.field) == (line, field)
    assert sentence in problem.message
    assert "C02" not in found
