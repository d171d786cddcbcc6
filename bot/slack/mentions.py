"""The one place where we mean to call somebody: the people and user groups an agent's file names for escalation.

Everything else that is sent is defused (`text.py`). Ids come from an operator's file, never from a model, and whatever
is not shaped like one is left out. No I/O.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

USER = re.compile(r"[UW][A-Z0-9]{2,40}")
GROUP = re.compile(r"S[A-Z0-9]{2,40}")


def is_group(who: str) -> bool:
    return GROUP.fullmatch(who) is not None


def call(ids: Sequence[str]) -> str:
    """Words that notify all of `ids`, in Slack's wire form."""
    tokens = [
        f"<!subteam^{who}>" if is_group(who) else f"<@{who}>" for who in ids if is_group(who) or USER.fullmatch(who)
    ]
    return " ".join(tokens)


def calling(ids: Sequence[str]) -> list[dict[str, Any]]:
    """A block that notifies all of `ids`."""
    if not (words := call(ids)):
        return []
    return [{"type": "section", "text": {"type": "mrkdwn", "text": words, "verbatim": True}}]
