"""The card on which people decide about a call, and the modals around it, within Slack's limits. No I/O.

What would be sent is rich text, in which Slack interprets nothing: it shows exactly what is there and calls nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.approvals.readable import INDENT, Line
from bot.slack import blocks, mentions, views
from bot.slack.clicks import ARGUMENTS_PAGE, DENY_REASON

LINES_IN_BLOCK = 40
REASON_LIMIT = 500  # characters of why somebody denies
STYLES = {"approve": "primary", "deny": "danger"}


def card(
    question: str,
    shown: Sequence[Line],
    notes: Sequence[str],
    *,
    calls: Sequence[str] = (),
    value: str = "",
    buttons: Sequence[tuple[str, str]] = (),
) -> blocks.Blocks:
    """The question, what would be sent, `notes` in small print, and `buttons` (action, label), which carry `value`.

    `calls` are the people and groups that it is meant to notify.
    """
    if len(value) > blocks.VALUE_LIMIT:
        raise ValueError(f"a button's value is at most {blocks.VALUE_LIMIT} characters; this call's ids take more")
    drawn = [blocks.button_for(action, label, value, style=STYLES.get(action)) for action, label in buttons]
    actions = [{"type": "actions", "elements": drawn}] if drawn else []
    return [*mentions.calling(calls), *blocks.notice(question), *sent(shown), *blocks.small_print(notes), *actions]


def sent(lines: Sequence[Line]) -> blocks.Blocks:
    """What would be sent, as far as these lines say."""
    groups = [lines[start : start + LINES_IN_BLOCK] for start in range(0, len(lines), LINES_IN_BLOCK)]
    return [{"type": "rich_text", "elements": list(_elements(group))} for group in groups]


def page(lines: Sequence[Line], note: str, turning: Sequence[tuple[int, str]]) -> blocks.Blocks:
    """One page of all that would be sent; `turning` are the buttons to others (number, label)."""
    body = [*blocks.small_print([note] if note else []), *sent(lines)]
    buttons = [blocks.button_for(f"{ARGUMENTS_PAGE}:{number}", label, str(number)) for number, label in turning]
    return [*body, {"type": "actions", "elements": buttons}] if buttons else body


def reason(title: str, label: str, submit: str, close: str, *, about: str) -> views.View:
    """The form in which somebody who denies may say why; `about` comes back with it."""
    element = {"type": "plain_text_input", "action_id": "reason", "multiline": True, "max_length": REASON_LIMIT}
    return {
        "type": "modal",
        "callback_id": DENY_REASON,
        "title": views.plain(title),
        "submit": views.plain(submit),
        "close": views.plain(close),
        "private_metadata": about,
        "blocks": [
            {
                "type": "input",
                "block_id": "reason",
                "optional": True,
                "label": {"type": "plain_text", "text": label, "emoji": False},
                "element": element,
            }
        ],
    }


def _elements(lines: Sequence[Line]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for line in lines:
        if line.quoted:
            made.append({"type": "rich_text_quote", "elements": [_text(line.value)]})
            continue
        if not made or made[-1]["type"] != "rich_text_section":
            made.append({"type": "rich_text_section", "elements": []})
        made[-1]["elements"] += [_text(INDENT * line.depth)] if line.depth else []
        made[-1]["elements"] += [_text(f"{line.name}:", bold=True)] if line.name else []
        made[-1]["elements"].append(_text(f" {line.value}\n"))
    return made


def _text(words: str, *, bold: bool = False) -> dict[str, Any]:
    return {"type": "text", "text": words} | ({"style": {"bold": True}} if bold else {})
