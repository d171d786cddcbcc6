"""What a turn used, how it is kept, and what it costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalog import prices as catalog_prices
from bot.catalog.prices import ModelPrice, Prices
from workers.usage import SEVERAL, Tokens, Used, price_of, written_price

PRICES = Prices(
    models={
        "m": ModelPrice(prompt=2, completion=6, connector=2),
        "free": ModelPrice(prompt=0, completion=0, connector=0),
    },
    connectors={"web_search": 0.03},
)


@pytest.mark.parametrize(
    ("used", "price"),
    [
        (Used(), 0.0),
        (Used({"m": Tokens(1_000_000, 0)}), 2.0),
        (Used({"m": Tokens(100, 50, 1000)}, {"web_search": 2}), 0.0625),
        (Used({"free": Tokens(9, 9)}), 0.0),
        (Used({"other": Tokens(1, 1)}), None),
        (Used({"m": Tokens(1, 1), SEVERAL: Tokens(1, 1)}), None),
        (Used({"m": Tokens(1, 1)}, {"code_interpreter": 1}), None),
    ],
)
def test_what_is_not_named_has_no_price(used: Used, price: float | None) -> None:
    assert price_of(used, PRICES) == price


@pytest.mark.parametrize(
    ("used", "kept"),
    [
        (Used(), "{}"),
        (Used({"m": Tokens(41, 6)}), '{"m":{"m":[41,6]}}'),
        (Used({"m": Tokens(41, 6, 7)}, {"web_search": 1}, True), '{"m":{"m":[41,6,7]},"c":{"web_search":1},"i":1}'),
    ],
)
def test_it_is_kept_short(used: Used, kept: str) -> None:
    assert used.dump() == kept
    assert Used.load(kept) == used


def test_of_an_ended_turn_the_sums_are_kept() -> None:
    used = Used({"m": Tokens(41, 6), "n": Tokens(1, 1, 7)}, {"web_search": 1})
    assert used.in_short() == [42, 7, 7, {"web_search": 1}]
    assert Used().in_short() == []
    assert Used({"m": Tokens(41, 6)}).in_short() == [41, 6]
    assert Used.load("[42,7]").tokens == Tokens(42, 7)
    assert Used.load("[0,0,0,{},1]").incomplete


def test_small_prices_have_no_exponent() -> None:
    assert written_price(0.000045, "USD") == "0.000045 USD"
    assert written_price(2.0, "EUR") == "2 EUR"


def test_the_file_that_comes_along_is_right() -> None:
    prices, problems = catalog_prices.load(Path(__file__).parents[2] / "prices.toml")
    assert problems == []
    assert prices.models["mistral-medium-latest"].connector == prices.models["mistral-medium-latest"].prompt
    assert prices.connectors["web_search"] > 0
