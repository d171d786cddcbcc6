"""Forms of servers: which can be shown, and what is held against each field."""

from __future__ import annotations

from typing import Any

import pytest

from bot.inquiries.addresses import host_of
from bot.inquiries.checking import Held, checked
from bot.inquiries.form import MOST_FIELDS, Unusable, fields
from bot.slack.inquiry_form import inputs


def form(required: bool = True, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties) if required else []}


NUMBER = {"type": "number", "minimum": 0.5, "maximum": 9}
WHOLE = {"type": "integer"}
SHORT = {"type": "string", "minLength": 2, "maxLength": 3}
SOME = {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 1, "maxItems": 2}


@pytest.mark.parametrize(
    ("field", "held", "key"),
    [
        (NUMBER, "0.4", "number_least"),
        (NUMBER, "9.1", "number_most"),
        (NUMBER, "nan", "number"),
        (NUMBER, "many", "number"),
        (WHOLE, "1.5", "integer"),
        (WHOLE, "1e300", "integer"),
        (SHORT, "a", "length_least"),
        (SHORT, "abcd", "length_most"),
        (SHORT, "", "missing"),
        (SOME, [], "missing"),
        (SOME, ["a", "b", "c"], "items_most"),
        ({"type": "string", "format": "email"}, "ada", "email"),
        ({"type": "string", "format": "uri"}, "example.com", "uri"),
        ({"type": "string", "format": "date"}, "23.11.2026", "date"),
    ],
)
def test_what_does_not_fit_a_field_is_said_at_it(field: dict[str, Any], held: Held, key: str) -> None:
    content, mistakes = checked(fields(form(it=field)), {"it": held})
    assert content == {}
    assert mistakes["it"].key == f"inquiry.wrong.{key}"


@pytest.mark.parametrize(
    ("field", "held", "value"),
    [
        (NUMBER, "1,5", 1.5),
        (WHOLE, "-3", -3),
        (SHORT, "abc", "abc"),
        (SOME, ["a", "c"], ["a", "c"]),
        ({"type": "boolean"}, False, False),
        ({"type": "string", "oneOf": [{"const": "x", "title": "The X"}]}, "x", "x"),
        ({"type": "string", "format": "date-time"}, 1_795_000_000, "2026-11-18T11:06:40Z"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "yes", "yes"),
    ],
)
def test_what_fits_is_the_content(field: dict[str, Any], held: Held, value: object) -> None:
    content, mistakes = checked(fields(form(it=field)), {"it": held})
    assert mistakes == {}
    assert content == {"it": value}
    assert type(content["it"]) is type(value)


def test_what_is_left_empty_is_left_out() -> None:
    assert checked(fields(form(required=False, a=SHORT, b=NUMBER, c=SOME)), {}) == ({}, {})


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": []},
        form(it={"type": "object"}),
        form(it={"type": "array", "items": {"type": "string"}}),
        form(it={"type": "string", "enum": [1, 2]}),
        form(it={"type": "string", "enum": [str(number) for number in range(101)]}),
        form(it=True),
        {"properties": {f"field{number}": WHOLE for number in range(MOST_FIELDS + 1)}},
    ],
)
def test_a_form_that_cannot_be_shown_whole_is_not_shown(schema: dict[str, Any]) -> None:
    with pytest.raises(Unusable):
        fields(schema)


@pytest.mark.parametrize("default", [3, "z", ["a"], None])
def test_a_default_that_does_not_fit_is_none(default: object) -> None:
    [field] = fields(form(it={"type": "string", "enum": ["a"], "default": default}))
    assert field.default is None


def initial(default: object, **field: object) -> object:
    """What the modal has put in already."""
    [block] = inputs(fields(form(it={"type": "string", **field, "default": default})), yes="Yes")
    return next((value for name, value in block["element"].items() if name.startswith("initial")), None)


@pytest.mark.parametrize(
    ("default", "field"),
    [
        ("tomorrow", {"format": "date"}),
        ("2026-02-30", {"format": "date"}),
        ("ada", {"format": "email"}),
        ("example.com", {"format": "uri"}),
        ("soon", {"format": "date-time"}),
        ("0001-01-01T00:00:00", {"format": "date-time"}),
        ("1969-07-20T20:17:40Z", {"format": "date-time"}),
        ("abcd", {"maxLength": 3}),
        (1.5, {"type": "integer"}),
        (float("inf"), {"type": "number"}),
        (1e20, {"type": "number"}),
        (12, {"type": "number", "maximum": 9}),
    ],
)
def test_a_default_for_which_slack_would_refuse_the_form_is_left_out(default: object, field: dict[str, object]) -> None:
    assert initial(default, **field) is None


def test_a_default_that_fits_is_in_the_form_already() -> None:
    assert initial("2026-11-28", format="date") == "2026-11-28"
    assert initial("2026-11-18T11:06:40Z", format="date-time") == 1_795_000_000
    assert initial("ada@example.com", format="email") == "ada@example.com"
    assert initial(2.5, type="number") == "2.5"
    assert initial("abc", maxLength=3) == "abc"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.com/a?b", "example.com"),
        ("https://good.example@evil.example:8443/", "evil.example:8443"),
        ("https://аpple.com/", "xn--pple-43d.com"),
        ("http://127.0.0.1:8000/visit", "127.0.0.1:8000"),
        ("http://example.com/", None),
        ("javascript:alert(1)", None),
        ("https://exam ple.com/", None),
        ("https:///nowhere", None),
        ("https://example.com/" + "a" * 3_000, None),
    ],
)
def test_only_safe_addresses_are_shown_and_by_the_host_that_a_browser_asks(url: str, host: str | None) -> None:
    assert host_of(url) == host
