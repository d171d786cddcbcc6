"""How far a tool is, in the title of its card: Slack replaces a title, where it would add to the details.

https://docs.slack.dev/reference/methods/chat.appendStream. A server may report often; the card is drawn anew at most
every few seconds, and always as things stood at that moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.slack import blocks
from bot.slack.text import shortened
from bot.texts import Words
from workers.delivery.delivery import Delivery
from workers.tools.results import cleaned

EVERY_SECONDS = 3.0  # the workspace's budget of stream updates is shared by all turns
SAID_LIMIT = 80  # characters of a server's own words


class Progress:
    """What one call reports; given to the tools as `on_progress`."""

    def __init__(self, delivery: Delivery, card: blocks.Task, *, now: Callable[[], float]) -> None:
        self._delivery = delivery
        self._card = card
        self._now = now
        self._shown_at: float | None = None

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        now = self._now()
        if self._shown_at is not None and now - self._shown_at < EVERY_SECONDS:
            return
        self._shown_at = now
        words = said(self._delivery.words, progress, total, message)
        self._delivery.task(replace(self._card, title=f"{self._card.title} ({words})"))


def said(words: Words, progress: float, total: float | None, message: str | None) -> str:
    """`2 of 5`, and what the server says to it."""
    done = words.say("task.of", done=f"{progress:g}", total=f"{total:g}") if total else f"{progress:g}"
    told = shortened(" ".join(cleaned(message or "").split()), SAID_LIMIT)
    return f"{done}: {told}" if told else done
