"""What Mistral's models and tools cost, as an operator wrote it down in one TOML file; the rest has no price."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.catalog.forms import Form, Lines, check
from bot.catalog.problem import Problem

KEY = re.compile(r'^\s*"?([A-Za-z0-9_.-]+)"?\s*=')

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPrice:
    """Per million tokens. `connector`: of the tokens that Mistral's own tools put before the model."""

    prompt: float
    completion: float
    connector: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """`connectors` per call. A model or tool that is not named has no price, which is not the same as 0."""

    currency: str = "USD"
    models: Mapping[str, ModelPrice] = field(default_factory=dict)
    connectors: Mapping[str, float] = field(default_factory=dict)


class ModelForm(Form):
    prompt: Amount
    completion: Amount
    connector: Amount | None = None


class PricesForm(Form):
    currency: str = Field("USD", min_length=1, max_length=10)
    models: dict[str, ModelForm] = Field(default_factory=dict)
    connectors: dict[str, Amount] = Field(default_factory=dict)


def load(file: Path) -> tuple[Prices, list[Problem]]:
    """The prices in `file`; none at all where it is wrong or not there."""
    if not file.exists():
        return Prices(), []
    try:
        text = file.read_text(encoding="utf-8-sig")
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        line = re.search(r"line (\d+)", str(exc))
        return Prices(), [Problem(file, int(line[1]) if line else None, "", f"this is not TOML: {exc}")]
    except (OSError, ValueError) as exc:
        return Prices(), [Problem(file, None, "", f"cannot be read: {exc}")]
    form = check(PricesForm, tables, file=file, lines=_lines(text))
    if isinstance(form, list):
        return Prices(), form
    models = {
        name: ModelPrice(
            prompt=model.prompt,
            completion=model.completion,
            connector=model.prompt if model.connector is None else model.connector,
        )
        for name, model in form.models.items()
    }
    return Prices(currency=form.currency, models=models, connectors=form.connectors), []


def _lines(text: str) -> Lines:
    """Where tables and keys stand; tomllib does not tell."""
    lines: dict[tuple[str | int, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, row in enumerate(text.splitlines(), 1):
        if row.lstrip().startswith("["):
            table = _path(tomllib.loads(row))
            for length in range(1, len(table) + 1):
                lines.setdefault(table[:length], number)
        elif key := KEY.match(row):
            lines.setdefault((*table, key[1]), number)
    return lines


def _path(table: Mapping[str, object]) -> tuple[str, ...]:
    """The names in a table's header: its line alone is a table in tables."""
    path: list[str] = []
    inner: object = table
    while isinstance(inner, dict) and inner:
        [(name, inner)] = inner.items()
        path.append(name)
    return tuple(path)
