"""What a turn used of models and of Mistral's own tools, and what that costs. Rules, and the words they are kept in.

What has no price in prices.toml makes the price unknown, never smaller. `tally.py` counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:  # the command that tells of a turn needs no files of agents and prices
    from bot.catalog.prices import Prices

MILLION = 1_000_000
DIGITS = 6  # of a price; a short answer costs fractions of a cent
ALL = ""  # models that are not told apart any more
SEVERAL = "?"  # one usage for several models: which tokens are whose is not told


@dataclass(frozen=True, slots=True)
class Tokens:
    prompt: int = 0
    completion: int = 0
    connector: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.prompt + other.prompt, self.completion + other.completion, self.connector + other.connector)

    @property
    def total(self) -> int:
        return self.prompt + self.completion + self.connector


@dataclass(frozen=True, slots=True)
class Used:
    """Tokens by model, calls by the tool's name."""

    models: Mapping[str, Tokens] = field(default_factory=dict)
    calls: Mapping[str, int] = field(default_factory=dict)
    incomplete: bool = False

    @classmethod
    def load(cls, text: str | None) -> Self:
        raw: Any = json.loads(text or "{}")
        if isinstance(raw, list):  # of an ended turn
            whole: list[Any] = [*raw, *[0, 0, 0, {}, 0][len(raw) :]]
            prompt, completion, connector, calls, incomplete = whole
            return cls({ALL: Tokens(prompt, completion, connector)}, calls, bool(incomplete))
        return cls({model: Tokens(*counts) for model, counts in raw.get("m", {}).items()}, raw.get("c", {}), "i" in raw)

    def in_short(self) -> list[Any]:
        """As it is kept of each ended turn: the models are in the log."""
        total = self.tokens
        body: list[Any] = [total.prompt, total.completion, total.connector, dict(self.calls), int(self.incomplete)]
        while body and not body[-1]:
            body.pop()
        return body

    def dump(self) -> str:
        models = {model: _counts(tokens) for model, tokens in self.models.items()}
        body = {"m": models, "c": dict(self.calls), "i": int(self.incomplete)}
        return json.dumps({name: value for name, value in body.items() if value}, separators=(",", ":"))

    @property
    def tokens(self) -> Tokens:
        total = Tokens()
        for tokens in self.models.values():
            total += tokens
        return total


def _counts(tokens: Tokens) -> list[int]:
    counts = [tokens.prompt, tokens.completion, tokens.connector]
    return counts if tokens.connector else counts[:2]


def price_of(used: Used, prices: Prices) -> float | None:
    """None when anything in it has no price."""
    price = 0.0
    for model, tokens in used.models.items():
        rate = prices.models.get(model)
        if rate is None:
            return None
        price += tokens.prompt * rate.prompt + tokens.completion * rate.completion + tokens.connector * rate.connector
    price /= MILLION
    for name, calls in used.calls.items():
        if name not in prices.connectors:
            return None
        price += calls * prices.connectors[name]
    return round(price, DIGITS)


def written_price(price: float, currency: str) -> str:
    """ "0.000123 USD": without an exponent, which Python writes for small numbers."""
    return f"{f'{price:.{DIGITS}f}'.rstrip('0').rstrip('.')} {currency}"
