"""Answers in a form of their own: read, checked, and shown so that a person can read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.catalog.agents import Agent
from bot.texts import words_for
from workers.structured import Form, form_of, read, shown

EN = words_for("en-GB")
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}


def agent(response_format: Any) -> Agent:
    args = {"response_format": response_format} if response_format else {}
    return Agent(name="x", description="", model="m", instructions="", source=Path("x.md"), completion_args=args)


def test_only_json_formats_are_forms() -> None:
    assert form_of(agent(None)) is None
    assert form_of(agent({"type": "text"})) is None
    assert form_of(agent({"type": "json_object"})) == Form("x")
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}}
    assert form_of(agent(wanted)) == Form("n", SCHEMA)


@pytest.mark.parametrize(
    ("text", "is_json", "fault"),
    [
        ('{"a": 1}', True, ""),
        (' ```json\n{"a": 1}\n```\n', True, ""),
        ('{"a": "1"}', True, "a: '1' is not of type 'integer'"),
        ("{}", True, "'a' is a required property"),
        ('{"a": 1, "b": 2}', True, "Additional properties are not allowed ('b' was unexpected)"),
        ("hello", False, "not valid JSON"),
        ("", False, "not valid JSON"),
    ],
)
def test_what_breaks_the_schema_is_said(text: str, is_json: bool, fault: str) -> None:
    found = read(text, Form("n", SCHEMA))
    assert found.is_json is is_json
    assert found.fault.startswith(fault) if fault else not found.fault
    assert len(read("x" * 5000, Form("n", SCHEMA)).fault) < 400


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://elsewhere.example/schema.json"},
        {"type": "nonsense"},
        {"properties": {"a": {"pattern": "("}}},
    ],
)
def test_a_schema_that_cannot_be_used_asks_nothing_of_the_model(schema: dict[str, Any]) -> None:
    """It is the operator's mistake; and nothing is fetched from an address in it."""
    assert read('{"a": "x"}', Form("n", schema)).fault == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            {"total_price": 1.5, "is_paid": False, "note": None},
            "- **Total price:** 1.5\n- **Is paid:** no\n- **Note:** –",
        ),
        ({"a": {"b": {"c": "d"}}}, "- **A:**\n  - **B:**\n    - **C:** d"),
        ({"tags": ["x", "y"], "none": []}, "- **Tags:**\n  - x\n  - y\n- **None:** –"),
        ([{"a": 1, "b": "x|y"}, {"b": "*z*\nw"}], "| A | B |\n| --- | --- |\n| 1 | x\\|y |\n|  | \\*z\\* w |"),
        ([{"a": [1]}, "s"], "- 1\n  - **A:**\n    - 1\n- s"),
        ({"rows": [{"a": 1}]}, "**Rows**\n\n| A |\n| --- |\n| 1 |"),
        ([1, "two", True], "- 1\n- two\n- yes"),
        ({}, "The answer is empty."),
        ([], "The answer is empty."),
        ("plain [text](https://evil.example)", "plain \\[text\\](https://evil.example)"),
        (2026, "2026"),
    ],
)
def test_values_are_shown_readable(value: Any, text: str) -> None:
    assert shown(value, EN) == text


def test_long_tables_say_what_is_missing_and_deep_values_end() -> None:
    table = shown([{"n": number} for number in range(80)], EN)
    assert table.endswith("30 more rows are in the file.")
    deep: Any = "end"
    for _ in range(50):
        deep = {"in": deep}
    assert len(shown(deep, EN).splitlines()) < 10
