"""What a call would send, as people read it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.approvals.readable import INDENT, Line, lines, pages


def read(values: Any) -> list[str]:
    return [line.plain().replace(INDENT, "  ") for line in lines(json.dumps(values))]


def test_each_field_has_its_line_nested_ones_further_in_and_long_texts_are_quoted() -> None:
    values = {
        "title": "Ship it",
        "count": 3,
        "draft": False,
        "owner": None,
        "labels": ["bug", "now"],
        "where": {"team": {"id": 7}, "empty": {}},
        "body": "First line.\nSecond line.",
        "": "",
    }
    assert read(values) == [
        "title: Ship it",
        "count: 3",
        "draft: false",
        "owner: null",
        "labels: ",
        "  1.: bug",
        "  2.: now",
        "where: ",
        "  team: ",
        "    id: 7",
        "  empty: {}",
        "body: ",
        "  > First line.\n> Second line.",
        '"": ""',
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\u202eb", "a\\u{202e}b"),  # turns the reading direction
        ("a\u200bb", "a\\u{200b}b"),  # takes no room
        ("a\x07\tb\r", "a\\u{7}\\tb\\r"),
        ("\ud800", "\\u{d800}"),
        ("pay\U000e0100\U000e0131", "pay\\u{e0100}\\u{e0131}"),  # a text can be written in these
        ("\u2764\ufe0f", "\u2764\\u{fe0f}"),
        ("a\u034f\u115f\u180bb", "a\\u{34f}\\u{115f}\\u{180b}b"),
        ("\u3164\u2800", "\\u{3164}\\u{2800}"),  # a letter and a symbol that are blank
        ("1\u00a0000", "1\u00a0000"),
    ],
)
def test_nothing_hides_in_a_value_nor_in_a_name(value: str, shown: str) -> None:
    assert read({"to": value}) == [f"to: {shown}"]
    assert read({value: "to"}) == [f"{shown}: to"]


def test_a_value_cannot_look_like_another_field() -> None:
    assert read({"note": "fine\nto: everybody"}) == ["note: ", "  > fine\n> to: everybody"]
    assert read({"note\nto": "x"}) == ["note\\nto: x"]


@pytest.mark.parametrize("arguments", ["", "  ", "{}"])
def test_no_arguments_have_no_lines(arguments: str) -> None:
    assert lines(arguments) == []


def test_what_is_no_object_stands_as_it_is() -> None:
    assert [line.value for line in lines("{not json")] == ["{not json"]
    assert [line.value for line in lines("[1]")] == ["", "1"]
    assert "[" * 48 in lines("[" * 60 + "]" * 60)[-1].value


@given(st.text(max_size=5000), st.integers(min_value=10, max_value=3000))
def test_a_long_text_is_there_to_its_last_sign_on_whatever_page(text: str, most: int) -> None:
    found = lines(json.dumps({"text": text + "x" * 200}))
    paged = pages(found, most)
    assert [line for page in paged for line in page] == found
    assert "".join(line.value for line in found if line.quoted).endswith("x" * 200)
    assert all(sum(line.size for line in page) <= max(most, 1_060) for page in paged)


def test_no_lines_are_one_page() -> None:
    assert pages([], 10) == [[]]
    assert pages([Line("a", "b")], 1) == [[Line("a", "b")]]
