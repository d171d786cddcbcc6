"""How much a model reads of a tool's answer at once. A rule."""

from __future__ import annotations

RESULT_LIMIT = 60_000  # characters; some 15,000 tokens, a share of a context that leaves room for the rest of a turn

# Tabs and line ends stay; other control characters serve only to hide text from people who read along.
CONTROL = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r"}


def cleaned(text: str) -> str:
    return text.translate(CONTROL)


def cut(text: str, limit: int = RESULT_LIMIT) -> str:
    """At most `limit` characters, and a sentence that says so where something is missing."""
    clean = cleaned(text)
    if len(clean) <= limit:
        return clean
    return (
        f"{clean[:limit]}\n[Cut here: the answer has {len(clean):,} characters, only the first {limit:,} are shown. "
        "Ask for less or for a part if the rest matters.]"
    )
