"""The modal of a person's connections and standing yeses, page by page within Slack's limits. No I/O.

Each thing has a row with at most one button. https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack import blocks
from bot.slack.connections import DISCONNECT, PAGE, REVOKE

ROWS = 20  # on a page; a modal may have 100 blocks
DANGER = frozenset({DISCONNECT, REVOKE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`act` and `value` are its button's, whose words are `label`; no button where there is no `act`."""

    words: str
    act: str = ""
    value: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows of one kind below their `head`."""

    head: str
    rows: Sequence[Row]


def page(
    parts: Sequence[Part], number: int, *, notice: str, note: str, earlier: str, more: str
) -> tuple[blocks.Blocks, int]:
    """One page, and which it is: `notice` is what came of the last press, `note` stands at the end."""
    flat = [(part.head, row) for part in parts for row in part.rows]
    count = max(1, -(-len(flat) // ROWS))
    number = min(max(number, 1), count)
    body, head = blocks.notice(notice) if notice else [], ""
    for above, row in flat[(number - 1) * ROWS : number * ROWS]:
        if above != head:
            body += blocks.notice(above)
            head = above
        body.append(_drawn(row))
    turning = [(number - 1, earlier)] * (number > 1) + [(number + 1, more)] * (number < count)
    buttons = [blocks.button_for(f"{PAGE}:{other}", label, str(other)) for other, label in turning]
    return [*body, *blocks.footer(note), *([{"type": "actions", "elements": buttons}] if buttons else [])], number


def link(words: str, *, label: str, url: str, back: str, number: int) -> blocks.Blocks:
    """The way to a sign-in, and back to the list."""
    return blocks.with_buttons(words, [(f"{PAGE}:{number}", back)], value=str(number), link=(label, url))


def _drawn(row: Row) -> blocks.Block:
    [drawn] = blocks.notice(row.words)
    if row.act:
        style = "danger" if row.act in DANGER else None
        drawn["accessory"] = blocks.button_for(f"{row.act}:{row.value}", row.label, row.value, style=style)
    return drawn
