"""How the commands write to an operator's terminal: rules, no I/O.

Names of tools and agents come from models, servers and files: what could move a terminal's cursor is taken out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain
from urllib.parse import urlsplit

LONGEST = 120  # characters of a name or a code; longer ones are cut


def plain(value: object, *, longest: int = LONGEST) -> str:
    """A value as one short line without control characters."""
    text = "".join(sign if sign.isprintable() else " " for sign in str(value))
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def moment(seconds: float) -> str:
    """Seconds since the epoch as operators compare them with logs."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def fields(rows: Iterable[tuple[str, object]]) -> list[str]:
    """`name  value` lines, the values below each other; rows without a value are left out."""
    shown = [(name, plain(value)) for name, value in rows if value not in (None, "")]
    width = max((len(name) for name, _ in shown), default=0)
    return [f"{name:<{width}}  {value}" for name, value in shown]


def columns(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    """A table with a line of headings."""
    table = [[plain(cell) for cell in row] for row in chain([head], rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def address(url: str) -> str:
    """Where a URL leads, without the password that may be in it."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}" or "its address"
    except ValueError:
        return "its address"
