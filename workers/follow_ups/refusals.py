"""Why a time is refused: the key of a text for people and its values, the nearest sensible time among them.

A moment or a day among the values stays what it is until somebody's words are put to it (`described.refusal`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Value = str | int | date  # a datetime is a date, too


@dataclass(frozen=True, slots=True)
class Wrong:
    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


class Refusal(Exception):
    """Raised where a time is understood and cannot be taken, for whoever reads the whole of it."""

    def __init__(self, key: str, **values: Value) -> None:
        super().__init__(key)
        self.wrong = Wrong(f"follow_up.time.{key}", values)
