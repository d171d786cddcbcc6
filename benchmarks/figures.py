"""What was measured, against its goal and against the floor of the same run; one table at the end."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

COLUMNS = ("what", "measured", "goal", "floor", "ratio", "")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line. Without a goal it explains another one; `at_least` turns the goal round."""

    what: str
    measured: float
    unit: str
    goal: float | None = None
    at_least: bool = False
    floor: float | None = None

    @property
    def met(self) -> bool:
        if self.goal is None:
            return True
        return self.measured >= self.goal if self.at_least else self.measured <= self.goal

    def cells(self) -> tuple[str, ...]:
        sign = "≥" if self.at_least else "≤"
        return (
            self.what,
            f"{_plain(self.measured)} {self.unit}",
            "" if self.goal is None else f"{sign} {_plain(self.goal)} {self.unit}",
            "" if self.floor is None else f"{_plain(self.floor)} {self.unit}",
            f"{self.measured / self.floor:.2f}" if self.floor else "",
            "" if self.goal is None else "met" if self.met else "MISSED",
        )


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def table(figures: Sequence[Figure]) -> str:
    rows = [COLUMNS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    aligned: list[Callable[[str, int], str]] = [str.ljust, *[str.rjust] * (len(COLUMNS) - 2), str.ljust]
    lines = ["  ".join(put(cell, width) for put, cell, width in zip(aligned, row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in (lines[0], "  ".join("─" * width for width in widths), *lines[1:]))


def _plain(value: float) -> str:
    """Three digits that count, and no exponent."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"
