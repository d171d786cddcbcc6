"""The parts of an answer: which still stand, who speaks after them, which messages are whose. In tables."""

from __future__ import annotations

import pytest

from bot.slack.ledger import Row
from bot.slack.voices import APP, Voice
from workers.delivery.parts import Part, dump, is_taken_back, load, prefix, settled, standing, voice_of

B, C = Voice(name="B"), Voice(name="C", icon=":c:")
PARTS = [settled("one", B), settled("one\n\ntwo", C)]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("one\n\ntwo\n\nthree", 2),
        ("one\n\ntwo", 2),
        ("one\n\ntw", 1),
        ("one", 1),
        ("One\n\ntwo", 0),
        ("", 0),
    ],
)
def test_a_part_stands_while_the_words_begin_as_they_did(said: str, kept: int) -> None:
    assert standing(PARTS, said) == PARTS[:kept]


def test_parts_come_back_from_the_journal_as_they_went() -> None:
    assert load(dump(PARTS)["parts"]) == PARTS
    assert load(None) == []


def test_who_speaks_next() -> None:
    assert voice_of([], B) == B
    assert voice_of(PARTS[:1]) == B
    assert voice_of(PARTS) == C
    assert voice_of([Part(upto=0, print="")]) == APP


@pytest.mark.parametrize(
    ("row", "gone"),
    [
        (Row(name="answer0", kind="post", part=0), False),
        (Row(name="stream1", kind="stream", part=1), False),  # it is written anew
        (Row(name=prefix(1) + "answer0", kind="post", part=1), True),
        (Row(name="passed1", kind="post", part=1), True),
        (Row(name="passed0", kind="post", part=0), False),
        (Row(name="tools", kind="post", part=1), False),
        (Row(name="stream2", kind="stream", part=2), True),
        (Row(name="part2-file", kind="file", part=2), False),
    ],
)
def test_what_goes_when_the_turn_goes_back_to_its_second_part(row: Row, gone: bool) -> None:
    assert is_taken_back(row, 1) is gone
