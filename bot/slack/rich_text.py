"""What a person typed, from the `rich_text` block of their message, as wire text with Markdown marks. No I/O.

The message's `text` is a lossy rendering: links are made inside code, lists lose their structure. The block is exact.
Shapes that are not known give None, and the caller takes `text`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.slack.wire import escape

LISTS = 8  # levels
PARTS = 5_000  # of a message are rendered at most; a person's message has a few dozen


class _Strange(Exception):
    """An element of a kind or shape we do not know."""


def wire_text(blocks: Any) -> str | None:
    """The blocks' wire text; None unless they are rich text through and through."""
    if not isinstance(blocks, list) or not blocks:
        return None
    try:
        parts = [_element(element) for block in blocks for element in _elements(block, "rich_text")]
    except _Strange:
        return None
    return "\n".join(part.strip("\n") for part in parts).strip() or None


def _elements(holder: Any, kind: str) -> Sequence[Any]:
    if not isinstance(holder, dict) or holder.get("type") != kind:
        raise _Strange
    elements = holder.get("elements")
    if not isinstance(elements, list) or len(elements) > PARTS:
        raise _Strange
    return elements


def _element(element: Any) -> str:
    kind = element.get("type") if isinstance(element, dict) else None
    match kind:
        case "rich_text_section":
            return _inline(element, kind)
        case "rich_text_preformatted":
            code = "".join(_bare(part) for part in _elements(element, kind)).strip("\n")
            return f"```\n{code}\n```"
        case "rich_text_quote":
            return "\n".join(f"&gt; {line}" for line in _inline(element, kind).strip("\n").split("\n"))
        case "rich_text_list":
            return _list(element)
    raise _Strange


def _list(element: dict[str, Any]) -> str:
    indent, offset = element.get("indent", 0), element.get("offset", 0)
    if not isinstance(indent, int) or not isinstance(offset, int):
        raise _Strange
    margin = "    " * max(0, min(indent, LISTS))
    ordered = element.get("style") == "ordered"
    items = [_inline(item, "rich_text_section") for item in _elements(element, "rich_text_list")]
    return "\n".join(
        f"{margin}{f'{offset + number}.' if ordered else '-'} {item}" for number, item in enumerate(items, 1)
    )


def _inline(holder: dict[str, Any], kind: str) -> str:
    return "".join(_styled(part) for part in _elements(holder, kind))


def _styled(part: Any) -> str:
    text = _bare(part)
    style = part.get("style")
    if not isinstance(style, dict) or not text.strip():
        return text
    # Marks go inside the spaces around the words: "** bold **" is not bold.
    core = text.strip()
    before, after = text[: text.index(core)], text[text.index(core) + len(core) :]
    for name, mark in (("code", "`"), ("strike", "~~"), ("italic", "_"), ("bold", "**")):
        if style.get(name) is True:
            core = f"{mark}{core}{mark}"
    return f"{before}{core}{after}"


def _bare(part: Any) -> str:
    match part:
        case {"type": "text", "text": str(text)}:
            return escape(text)
        case {"type": "link", "url": str(url)}:
            label = part.get("text")
            return f"<{_inside(url)}|{_inside(label)}>" if isinstance(label, str) and label else f"<{_inside(url)}>"
        case {"type": "emoji", "name": str(name)}:
            return f":{escape(name)}:"
        case {"type": "user", "user_id": str(user)}:
            return f"<@{_inside(user)}>"
        case {"type": "channel", "channel_id": str(channel)}:
            return f"<#{_inside(channel)}>"
        case {"type": "usergroup", "usergroup_id": str(group)}:
            return f"<!subteam^{_inside(group)}>"
        case {"type": "broadcast", "range": str(reach)}:
            return f"<!{_inside(reach)}>"
        case {"type": "date", "fallback": str(fallback)}:
            return escape(fallback)
        case {"type": "color", "value": str(value)}:
            return escape(value)
    raise _Strange


def _inside(text: str) -> str:
    """For use between `<` and `>`: nothing that could end or split the token."""
    return escape(text).replace("|", "¦").replace("\n", " ")
