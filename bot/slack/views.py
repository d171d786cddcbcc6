"""The modals we show, as views within Slack's limits. No I/O. https://docs.slack.dev/surfaces/modals"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.slack import blocks
from bot.slack.shortcuts import EXPORT
from bot.slack.text import shortened

TITLE_LIMIT = 24  # of title and buttons
BLOCKS_LIMIT = 100
ENTRIES_SHOWN = 45  # each takes two blocks at most

View = dict[str, Any]


def modal(title: str, body: blocks.Blocks, *, close: str, external_id: str, private_metadata: str = "") -> View:
    """One without inputs. `external_id` is our own name for it, unique in the workspace."""
    return {
        "type": "modal",
        "title": plain(title),
        "close": plain(close),
        "external_id": external_id,
        "private_metadata": private_metadata,
        "blocks": body[:BLOCKS_LIMIT],
    }


def conversation(head: str, entries: Sequence[tuple[str, str]], exports: Sequence[tuple[str, str]]) -> blocks.Blocks:
    """What a modal shows of a conversation: `head`, buttons (format, label), then who said what, oldest first."""
    buttons = [blocks.button_for(f"{EXPORT}:{name}", label, name) for name, label in exports]
    body: blocks.Blocks = [*blocks.notice(head)]
    if buttons:
        body.append({"type": "actions", "elements": buttons})
    for who, words in entries[-ENTRIES_SHOWN:]:
        body += [*blocks.footer(who), *(blocks.notice(words) if words else [])]
    return body


def plain(words: str) -> dict[str, Any]:
    """A title or a button of a modal."""
    return {"type": "plain_text", "text": shortened(words, TITLE_LIMIT), "emoji": False}
