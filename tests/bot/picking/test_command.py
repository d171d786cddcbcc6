"""What the words after `/agent` mean: a table."""

from __future__ import annotations

import pytest

from bot.picking.command import About, Ask, Help, List, Meaning, SetDefault, meaning


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", List()),
        ("   ", List()),
        ("help", Help()),
        ("AIDE", Help()),
        ("help me please", Ask("help", "me please")),
        ("oracle", About("oracle")),
        ("+oracle", About("oracle")),
        ("Oracle,", About("oracle")),
        ("oracle what is the time?", Ask("oracle", "what is the time?")),
        ("oracle:\nwhat is\nthe time?", Ask("oracle", "what is\nthe time?")),
        ("  oracle   two  spaces ", Ask("oracle", "two  spaces")),
        ("<@U07|ada> hello", Ask("<@u07|ada>", "hello")),
        ("default oracle", SetDefault("oracle")),
        ("default +Oracle", SetDefault("oracle")),
        ("default none", SetDefault(None)),
        ("défaut aucun", SetDefault(None)),
        ("default", Help()),
        ("default oracle for everybody", Help()),
    ],
)
def test_what_is_meant(text: str, meant: Meaning) -> None:
    assert meaning(text) == meant
