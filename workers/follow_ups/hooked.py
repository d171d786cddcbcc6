"""A webhook, as people write when it is to wake a follow-up: "webhook issues.closed: tell me who closed it".

Between that word and the colon stand the events that count, any where there are none. In a form there is no colon, and
nothing behind it. Rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from workers.follow_ups import event_names
from workers.follow_ups.refusals import Refusal

_WORD = re.compile(r"\s*webhooks?\b(?![.'’-])", re.IGNORECASE)
_COLON = re.compile(r"\s*:(?=\s|$)")


def phrase(text: str) -> tuple[tuple[str, ...], str] | None:
    """The events, and what is to be done; None where no webhook is named with its colon."""
    begun = _WORD.match(text)
    if begun is None or (colon := _COLON.search(text, begun.end())) is None:
        return None
    return event_names.checked(_split(text[begun.end() : colon.start()])), text[colon.end() :].strip()


def begins(text: str) -> bool:
    return _WORD.match(text) is not None


def events(words: str, *, before: str = "") -> tuple[str, ...] | None:
    """Those of a form's words; None where these name no webhook. What stood there `before` may stand there again."""
    if not (begun := _WORD.match(words)):
        return None
    said, colon, task = words[begun.end() :].partition(": ")
    if colon and task.strip():
        raise Refusal("form_task", said=task.strip()[:60])
    known = _split(before[there.end() :]) if (there := _WORD.match(before)) else []
    return event_names.checked(_split(said.strip().removesuffix(":")), known=known)


def written(events: Sequence[str]) -> str:
    """The words of which `events` reads these."""
    return f"webhook {', '.join(events)}".strip()


def _split(text: str) -> list[str]:
    """Also "issues.closed or push"."""
    return [word for word in re.split(r"[\s,;]+", text.strip()) if word and word.lower() not in ("or", "ou")]
