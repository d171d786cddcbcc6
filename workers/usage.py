"""What a turn used of models and of Mistral's own tools, and what that costs. Rules, and their field in the journal.

Counted from the usage of each answer, over all rounds and all owners of the turn. An answer that was read from the
history, or lost with its stream, brings no usage: then the count is incomplete and says so. What has no price in
prices.toml makes the price unknown, never smaller.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from bot.catalog.prices import Prices
from workers.conversations.port import Done, Handoff
from workers.handoffs.cast import Cast
from workers.journal import Journal

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


class Tally:
    """Counts one turn, in its journal's field `used`. `speaker` is the agent that the next request goes to."""

    def __init__(self, journal: Journal, cast: Cast) -> None:
        self._journal = journal
        self._cast = cast
        self.speaker = ""

    async def add(self, done: Done) -> None:
        """Count one answer."""
        used, usage = Used.load(self._journal.get("used")), done.usage
        heard = bool(usage.total_tokens or usage.prompt_tokens or usage.completion_tokens)
        models, calls = dict(used.models), dict(used.calls)
        if heard:
            model = await self._model_of(done)
            new = Tokens(usage.prompt_tokens, usage.completion_tokens, usage.connector_tokens)
            models[model] = models.get(model, Tokens()) + new
        for name, count in usage.connectors.items():
            calls[name] = calls.get(name, 0) + count
        self._journal.set(used=Used(models, calls, used.incomplete or not heard).dump())

    def lose(self) -> None:
        """A request ran, at least in part, and its usage will never be told."""
        used = Used.load(self._journal.get("used"))
        self._journal.set(used=Used(used.models, used.calls, incomplete=True).dump())

    async def _model_of(self, done: Done) -> str:
        """The model of whoever answered; one usage for several models belongs to none of them."""
        agents = [await self._cast.agent(None, speaking=self.speaker)]
        agents += [await self._cast.agent(entry.to_id) for entry in done.entries if isinstance(entry, Handoff)]
        models = {agent.model if agent else SEVERAL for agent in agents}
        return models.pop() if len(models) == 1 else SEVERAL
