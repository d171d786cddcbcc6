"""What a call would send, in lines that a person can read before allowing it. A rule: no I/O.

Always holds: nothing is left out or abridged, and nothing hides: signs that no screen shows, or that turn the reading
direction, stand as their escapes. One line a field, nested ones further in, long texts as quotes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.unseen import is_unseen

LONG = 160  # characters; a longer text, or one of several lines, is quoted below its name
FRAME = 40
PIECE = 1_000  # characters of one line; a longer text takes several
DEEPEST = 12  # levels drawn one below the other; what is deeper stays JSON
SPACES = " \u00a0\u202f"  # that one sees, the French ones too
INDENT = "\u2003"  # Slack swallows plain spaces at a line's beginning


@dataclass(frozen=True, slots=True)
class Line:
    """`name` may be empty (the rest of a long text), `value` too (what belongs to it follows). `depth` from 0."""

    name: str
    value: str
    depth: int = 0
    quoted: bool = False

    @property
    def size(self) -> int:
        """Characters, and what a line takes of a screen and of Slack's limits besides."""
        return len(self.name) + len(self.value) + self.depth + FRAME

    def plain(self) -> str:
        """For where nothing is drawn."""
        head = f"{INDENT * self.depth}{self.name}: " if self.name else INDENT * self.depth
        return head + (self.value if not self.quoted else "> " + self.value.replace("\n", "\n> "))


def lines(arguments: str) -> list[Line]:
    """The model's own JSON text, field by field; what is no JSON object stands as it is."""
    if not arguments.strip():
        return []
    try:
        given = json.loads(arguments)
    except (ValueError, RecursionError):
        return list(_quoted("", arguments, 0))
    return list(_fields(given, 0) if isinstance(given, dict) else _value("", given, 0))


def pages(lines: Sequence[Line], most: int) -> list[list[Line]]:
    """The lines in order, in pages of about `most` characters; at least one page."""
    made: list[list[Line]] = [[]]
    left = most
    for line in lines:
        if made[-1] and line.size > left:
            made.append([])
            left = most
        made[-1].append(line)
        left -= line.size
    return made


def visible(text: str) -> str:
    """`text` with everything that could hide or turn it spelled out."""
    return "".join(_escape(sign) if is_unseen(sign) and sign not in SPACES else sign for sign in text)


def _escape(sign: str) -> str:
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(sign, f"\\u{{{ord(sign):x}}}")


def _fields(given: dict[str, object], depth: int) -> Iterator[Line]:
    for name, value in given.items():
        yield from _value(visible(name) or '""', value, depth)


def _value(name: str, value: object, depth: int) -> Iterator[Line]:
    if isinstance(value, str):
        if len(value) > LONG or "\n" in value:
            yield from _quoted(name, value, depth)
        else:
            yield Line(name, visible(value) or '""', depth)
    elif isinstance(value, dict | list) and value and depth < DEEPEST:
        yield Line(name, "", depth)
        inner = value if isinstance(value, dict) else {f"{number}.": item for number, item in enumerate(value, 1)}
        yield from _fields(inner, depth + 1)
    else:
        words = visible(json.dumps(value, ensure_ascii=False))
        if len(words) > LONG:
            yield from _quoted(name, words, depth)
        else:
            yield Line(name, words, depth)


def _quoted(name: str, text: str, depth: int) -> Iterator[Line]:
    if name:
        yield Line(name, "", depth)
    shown = "\n".join(visible(line) for line in text.split("\n"))
    for start in range(0, len(shown), PIECE):
        yield Line("", shown[start : start + PIECE], depth + 1, quoted=True)
