"""What the model reads of a tool's answer: text, cut to a size, with a line for what cannot be put into text.

Pure, and independent of the `mcp` package: content blocks are looked at by their `type` and fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

RESULT_LIMIT = 60_000  # characters; some 15,000 tokens, a share of a context that leaves room for the rest of a turn
NOTHING = "(The tool answered without any content.)"

# Tabs and line ends stay; other control characters serve only to hide text from people who read along.
CONTROL = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r"}


def text_of(content: Iterable[Any], structured: Any, *, limit: int = RESULT_LIMIT) -> str:
    """Text blocks as they are; structured content only where there is no text; the rest described in a line each."""
    lines: list[str] = []
    has_text = False
    for block in content:
        if (text := _text(block)) is not None:
            has_text = True
            lines.append(text)
        else:
            lines.append(_described(block))
    if not has_text and structured is not None:
        lines.insert(0, json.dumps(structured, ensure_ascii=False, default=str))
    return cut("\n".join(lines) or NOTHING, limit)


def cut(text: str, limit: int = RESULT_LIMIT) -> str:
    """At most `limit` characters, and a sentence that says so where something is missing."""
    clean = text.translate(CONTROL)
    if len(clean) <= limit:
        return clean
    return (
        f"{clean[:limit]}\n[Cut here: the answer has {len(clean):,} characters, only the first {limit:,} are shown. "
        "Ask for less or for a part if the rest matters.]"
    )


def _text(block: Any) -> str | None:
    if block.type == "text":
        return str(block.text)
    if block.type == "resource" and (text := getattr(block.resource, "text", None)) is not None:
        return str(text)
    return None


def _described(block: Any) -> str:
    match block.type:
        case "image" | "audio":
            return f"[{block.type}: {block.mime_type}, about {_kilobytes(block.data)} kB; it cannot be shown as text]"
        case "resource":
            kind = block.resource.mime_type or "unknown type"
            return f"[file: {block.resource.uri}, {kind}, about {_kilobytes(block.resource.blob)} kB; not text]"
        case "resource_link":
            return f"[link: {block.name}, {block.uri}{', ' + block.mime_type if block.mime_type else ''}]"
        case other:
            return f"[content of type {other}, which cannot be shown]"


def _kilobytes(base64: str) -> int:
    return max(1, len(base64) * 3 // 4 // 1000)
