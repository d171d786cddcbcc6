"""A webhook's payload in a size that a model can take: always JSON, and what was left out says so. No I/O.

What looks like a secret is left out at any size. Beyond the limit, what a reader misses least goes first: addresses for
programs, then the rest of long texts and lists and what lies deep, in steps until it fits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

MOST = 20_000  # characters; about 6,000 tokens, a tenth of what a turn may take in
CUT = "…"
LONGEST_NAME = 100

_SECRET = re.compile(
    r"secret|password|passwd|token|authorization|cookie|signature|credential|api_?-?key|private_?-?key|session_?id",
    re.IGNORECASE,
)
# GitHub's repository alone has 40 of these; `html_url` and `url` are kept, people can follow them.
_FOR_PROGRAMS = re.compile(r"(?<!^html)_url$|^node_id$|^gravatar_id$|^_links$|Url$")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measure:
    """How much of it is kept: characters of a text, entries of a list, members of an object, levels below it."""

    text: int
    entries: int
    members: int
    levels: int
    for_programs: bool = False


ALL = Measure(text=MOST, entries=MOST, members=MOST, levels=100, for_programs=True)
STEPS = (
    ALL,
    Measure(text=8_000, entries=100, members=200, levels=12),
    Measure(text=2_000, entries=30, members=100, levels=6),
    Measure(text=500, entries=10, members=60, levels=4),
    Measure(text=150, entries=3, members=30, levels=3),
)


def shortened(said: Json, most: int = MOST) -> str:
    """Compact JSON of at most `most` characters."""
    kept: Json = {}
    for measure in STEPS:
        kept = _object(said, measure, measure.levels)
        text = _written(kept)
        if len(text) <= most:
            return text
    return _written(_what_fits(kept, most))


def _what_fits(kept: Json, most: int) -> Json:
    """The members that take least, in their order; what is left out is said."""
    sizes = {name: len(_written({name: value})) for name, value in kept.items()}
    room, fitting = most - len(_written({CUT: CUT})), set()
    for name in sorted(sizes, key=lambda one: sizes[one]):
        room -= sizes[name]
        if room < 0:
            break
        fitting.add(name)
    return {**{name: value for name, value in kept.items() if name in fitting}, CUT: CUT}


def _part(value: Any, measure: Measure, levels: int) -> Any:
    match value:
        case dict():
            return _object(value, measure, levels - 1) if levels > 0 else CUT
        case list():
            return _list(value, measure, levels - 1) if levels > 0 else CUT
        case str():
            return value if len(value) <= measure.text else f"{value[: measure.text]}{CUT}"
        case float() if not isfinite(value):  # 1e999: valid on its way in, not on its way out
            return CUT
        case _:
            return value


def _object(value: Json, measure: Measure, levels: int) -> Json:
    names = list(_names(value, measure))
    kept = {name: _part(value[name], measure, levels) for name in names[: measure.members]}
    return kept if len(names) <= measure.members else {**kept, CUT: f"{len(names) - measure.members} more"}


def _list(value: list[Any], measure: Measure, levels: int) -> list[Any]:
    kept = [_part(one, measure, levels) for one in value[: measure.entries]]
    return kept if len(value) <= measure.entries else [*kept, f"{CUT} {len(value) - measure.entries} more"]


def _names(value: Json, measure: Measure) -> Iterator[str]:
    for name in value:
        if len(name) > LONGEST_NAME or _SECRET.search(name):
            continue
        if measure.for_programs or not _FOR_PROGRAMS.search(name):
            yield name


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
