"""Long answers in pieces that Slack takes: cut where blocks end, so that every piece reads as Markdown by itself.
A heading stays with what it is the heading of.

No text is lost, and none is repeated but what makes a piece readable: a fence that had to be cut is closed and opened
again with its language, a table repeats its head. What does not fit into the allowed messages is the rest, meant for
a file. No I/O.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

LIMIT = 11_000  # Slack allows 12,000 for all Markdown of a message
MESSAGES = 3
SMALLEST_LIMIT = 80

BLOCK, NESTED, LINE, NOWHERE = (
    3,
    2,
    1,
    0,
)  # how good a place for a cut is: between blocks, within one, within a paragraph


@dataclass(frozen=True, slots=True)
class Pieces:
    """The messages in order, and what they could not hold (Markdown; empty when all fits)."""

    messages: list[str]
    rest: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A line, or a part of a very long one; all units together are the text.

    `cut` is how good it is to cut before it. A piece that begins here begins with `before` (the fence or table around
    it, opened again) and loses `dedent` spaces of indentation, which would be code without the list around it.
    """

    text: str
    cut: int
    before: str = ""
    dedent: int = 0


def split(text: str, *, limit: int = LIMIT, messages: int = MESSAGES) -> Pieces:
    """Cut `text` into at most `messages` pieces of at most `limit` characters each; blank edges are left out."""
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"a piece needs at least {SMALLEST_LIMIT} characters, not {limit}")
    if len(text) <= limit:  # nearly always
        return Pieces([text] if text.strip() else [], "")
    text = re.sub(r"\r\n?", "\n", text)  # as the parser counts lines
    # Parsing costs about 3 us a character: what lies beyond all messages is not looked at.
    text, beyond = text[: limit * (messages + 1)], text[limit * (messages + 1) :]
    units = units_of(text, limit)
    pieces: list[str] = []
    start = 0
    while start < len(units) and len(pieces) < messages:
        end = _end(units, start, limit - _reserve(text, limit))
        if piece := drawn(units[start:end]):
            pieces.append(_closed(piece))
        start = end
    rest = drawn(units[start:], beyond) if start < len(units) else beyond
    return Pieces(pieces, rest if rest.strip() else "")


def drawn(units: list[Unit], beyond: str = "") -> str:
    """What these units make, and what comes after them, read by itself."""
    body = "".join(unit.text for unit in units) + beyond
    if units[0].dedent:
        body = _dedented(body, units[0].dedent)
    if not body.strip():
        return ""
    if not units[0].before:
        body = body.lstrip("\n")
    return (units[0].before + body).rstrip()


def units_of(text: str, limit: int) -> list[Unit]:
    """The text in units that are short against `limit`."""
    lines = text.split("\n")
    plan = [Unit(line + "\n", LINE, dedent=_indent(line)) for line in lines]
    plan[-1] = replace(plan[-1], text=lines[-1])
    tokens = [token for token in _parser().parse(text) if token.map is not None and token.nesting >= 0]
    for token in tokens:
        _mark(plan, lines, token, limit)
    for token in tokens:
        if token.type == "heading_open":
            _keep_with_next(plan, lines, token)
    return [unit for line in plan if line.text for unit in _short(line, limit // 8)]


def _mark(plan: list[Unit], lines: list[str], token: Token, limit: int) -> None:
    """Note on the lines of a block how they may be cut."""
    assert token.map is not None
    first, end = token.map[0], min(token.map[1], len(lines))
    if first >= len(lines):
        return
    if token.level == 0:
        plan[first] = replace(plan[first], cut=BLOCK, dedent=0)
    elif plan[first].cut == LINE:
        plan[first] = replace(plan[first], cut=NESTED)
    if token.type not in ("fence", "table_open", "code_block"):
        return
    before, dedent = _fence(lines[first], token) if token.type == "fence" else ("", 0)
    if token.type == "table_open":
        before, dedent = _head(lines[first : first + 2]), _indent(lines[first])
    cut = LINE if token.type == "code_block" else NOWHERE
    for line in range(first + 1, end):
        plan[line] = replace(plan[line], cut=cut, before=before if len(before) <= limit // 4 else "", dedent=dedent)
    if token.type == "fence" and _is_closed(token) and end - first > 2:
        # The closing line stays with the last line of code.
        joined = plan[end - 2].text + plan[end - 1].text
        plan[end - 2], plan[end - 1] = replace(plan[end - 2], text=joined), replace(plan[end - 1], text="")


def _keep_with_next(plan: list[Unit], lines: list[str], heading: Token) -> None:
    """No cut within the heading, nor between it and the first line of the block after it."""
    assert heading.map is not None
    first, line = heading.map[0], heading.map[1]
    while line < len(lines) and not lines[line].strip(" \t>"):
        line += 1
    for number in range(first + 1, min(line + 1, len(lines))):
        plan[number] = replace(plan[number], cut=NOWHERE)


def _fence(opening: str, token: Token) -> tuple[str, int]:
    """How a continuation of the fence opens, and how far its lines are indented."""
    margin = opening[: opening.find(token.markup)]
    quote = margin[: margin.rfind(">") + 1]
    language = token.info.strip().split(" ")[0]
    return f"{quote and quote + ' '}{token.markup}{language}\n", 0 if quote else len(margin)


def _head(lines: list[str]) -> str:
    return "".join(f"{line.lstrip(' ')}\n" for line in lines)


def _short(unit: Unit, longest: int) -> Iterator[Unit]:
    """The unit, in parts if it is long: after words where there are any."""
    text = unit.text
    while len(text) > longest:
        space = text.rfind(" ", longest // 2, longest)
        end = space + 1 if space >= 0 else longest
        yield replace(unit, text=text[:end])
        unit, text = replace(unit, cut=NOWHERE, dedent=0), text[end:]
    yield replace(unit, text=text)


def _end(units: list[Unit], start: int, room: int) -> int:
    """Where the piece that begins with unit `start` ends: at the best place of its second half, else of its first."""
    size, end, middle = len(units[start].before), start, start
    while end < len(units) and size + len(units[end].text) <= room:
        size += len(units[end].text)
        end += 1
        if size <= room // 2:
            middle = end
    if end == len(units):
        return end
    for places in (range(end, middle, -1), range(middle, start, -1)):
        for cut in (BLOCK, NESTED, LINE):
            for place in places:
                if units[place].cut == cut:
                    return place
    return max(end, start + 1)


def _reserve(text: str, limit: int) -> int:
    """Room for closing any fence of the text."""
    longest = max((len(run) for run in re.findall(r"[> \t]*(?:`{3,}|~{3,})", text)), default=0)
    return min(longest + 1, limit // 4) if longest else 0


def _closed(piece: str) -> str:
    """The piece, with a fence that is open at its end closed."""
    if "```" not in piece and "~~~" not in piece:
        return piece
    lines = piece.split("\n")
    fences = [token for token in _parser().parse(piece) if token.type == "fence" and token.map]
    if not fences or fences[-1].map is None or fences[-1].map[1] < len(lines):
        return piece
    if _is_closed(fences[-1]):
        return piece
    first, markup = fences[-1].map[0], fences[-1].markup
    margin = re.sub(r"[^>\s]", " ", lines[first][: lines[first].find(markup)])
    return f"{piece}\n{margin}{markup}"


def _is_closed(fence: Token) -> bool:
    """Has the fence a closing line? The parser does not say; its content is shorter by that line."""
    assert fence.map is not None
    code = fence.content.count("\n") + (not fence.content.endswith("\n") and fence.content != "")
    return code == fence.map[1] - fence.map[0] - 2


def _dedented(body: str, width: int) -> str:
    """Without up to `width` spaces before each line, as far as the indented lines go."""
    lines = body.split("\n")
    for number, line in enumerate(lines):
        indent = _indent(line)
        if line.strip() and not indent:
            break
        lines[number] = line[min(width, indent) :]
    return "\n".join(lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


@cache
def _parser() -> MarkdownIt:
    # Blocks only: what stands within a paragraph does not matter here, and takes most of the time.
    parser = MarkdownIt("commonmark", {"maxNesting": 50}).enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser
