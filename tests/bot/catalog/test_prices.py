"""Prices are one file; a mistake in it is named with its line, and then nothing has a price."""

from __future__ import annotations

import pytest

from bot.catalog import prices
from bot.catalog.prices import ModelPrice, Prices
from tests.bot.catalog.conftest import Files


def test_models_and_connectors_have_prices(files: Files) -> None:
    file = files.write(
        "prices.toml",
        """
        currency = "EUR"
        [models."mistral-medium-latest"]
        prompt = 0.4
        completion = 2
        [models.small]
        prompt = 1
        completion = 1
        connector = 0
        [connectors]
        web_search = 0.03
        """,
    )
    models = {
        "mistral-medium-latest": ModelPrice(prompt=0.4, completion=2, connector=0.4),
        "small": ModelPrice(prompt=1, completion=1, connector=0),
    }
    assert prices.load(file) == (Prices(currency="EUR", models=models, connectors={"web_search": 0.03}), [])


def test_no_file_means_no_prices(files: Files) -> None:
    assert prices.load(files.root / "prices.toml") == (Prices(), [])


@pytest.mark.parametrize(
    ("text", "line", "field", "says"),
    [
        ("currency = 'USD'\n[models.x]\nprompt = 1", 2, "models.x.completion", "is missing"),
        ("[models.x]\nprompt = -1\ncompletion = 1", 2, "models.x.prompt", "greater than or equal to 0"),
        ("[connectors]\nweb_search = 'free'", 2, "connectors.web_search", "number"),
        ("[model.x]\nprompt = 1", 1, "model", 'does not know the field "model"'),
        ("[models\nx = 1", 1, "", "this is not TOML"),
    ],
)
def test_mistakes_are_named(files: Files, text: str, line: int, field: str, says: str) -> None:
    file = files.root / "prices.toml"
    file.write_text(text)
    found, problems = prices.load(file)
    assert found == Prices()
    [problem] = problems
    assert (problem.line, problem.field) == (line, field)
    assert says in problem.message
