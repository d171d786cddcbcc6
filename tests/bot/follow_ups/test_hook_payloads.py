"""A payload of any size becomes JSON that a model can take, without what looks like a secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.follow_ups.hook_payloads import CUT, MOST, shortened

Json = dict[str, Any]


def test_what_is_small_enough_stays_as_it_is() -> None:
    said = {
        "action": "closed",
        "issue": {"html_url": "https://x/1", "url": "https://y/1", "labels_url": "z"},
        "n": [1, None],
    }
    assert json.loads(shortened(said)) == said


@pytest.mark.parametrize(
    "name",
    [
        "secret",
        "client_secret",
        "Authorization",
        "cookie",
        "access_token",
        "apiKey",
        "api_key",
        "x-hub-signature",
        "Password",
    ],
)
def test_what_looks_like_a_secret_is_never_kept(name: str) -> None:
    said: Json = {"hook": {"config": {name: "hush", "url": "u"}}, "headers": [{name: "hush"}], name: {"a": "hush"}}
    assert "hush" not in shortened(said)
    assert json.loads(shortened(said))["hook"] == {"config": {"url": "u"}}


def test_addresses_for_programs_go_before_words_do() -> None:
    issue = {"title": "Login fails", "body": "b" * 5000, "html_url": "https://people", "node_id": "I_1"}
    said = {"issue": issue, "repository": {f"{n}_url": "https://programs/" + "x" * 300 for n in range(60)}}
    kept = json.loads(shortened(said))
    assert kept == {"issue": {name: issue[name] for name in ("title", "body", "html_url")}, "repository": {}}


def test_long_texts_and_lists_say_that_they_were_cut() -> None:
    said = {"action": "push", "body": "b" * 50_000, "commits": [{"id": n, "message": "m" * 40} for n in range(500)]}
    text = shortened(said)
    kept = json.loads(text)
    assert len(text) <= MOST
    assert kept["action"] == "push"
    assert kept["body"].endswith(f"b{CUT}")
    assert kept["commits"][-1].startswith(f"{CUT} ")
    assert len(kept["commits"]) - 1 + int(kept["commits"][-1].split()[1]) == 500


@pytest.mark.parametrize(
    "said",
    [
        {f"name{n}": "x" * 100 for n in range(5000)},
        {"n" * 200_000: 1, "kept": 2},
        {"deep": json.loads("[" * 150 + '"x"' + "]" * 150), "kept": 2},
        {"wide": [[["y" * 1000] * 50] * 50] * 10, "kept": 2},
        {"quotes": '"\\\u0001' * 300_000, "kept": 2},
        {"much": float("inf"), "kept": 2},
        {},
    ],
)
def test_it_always_fits_and_is_always_json(said: Json) -> None:
    text = shortened(said)
    assert len(text) <= MOST
    kept = json.loads(text, parse_constant=lambda _: pytest.fail("no JSON"))
    assert "kept" not in said or kept["kept"] == 2


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(st.text(max_size=120), inner, max_size=12),
    max_leaves=60,
)


@given(st.dictionaries(st.text(max_size=120), ANYTHING, max_size=12), st.integers(min_value=20, max_value=2000))
def test_it_fits_whatever_comes(said: Json, most: int) -> None:
    text = shortened(said, most)
    assert len(text) <= most
    json.loads(text, parse_constant=lambda _: pytest.fail("no JSON"))
