"""What listeners call: mail goes in, and what became of it comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from bot.deadlines import Deadlines
from bot.threads.models import Accepted, Mail

ACCEPT_LIMIT = timedelta(seconds=2)  # Slack gives an answer 3 s; a 5xx in time is repeated, silence costs more


class TakesMail(Protocol):
    """The mailbox of all threads, as far as the inbox needs it (`bot/threads/mailbox.py`)."""

    async def accept(self, mail: Mail, *, follow: bool = False) -> Accepted: ...


class Inbox:
    """The bot's one way to put something into a thread. `now` is the clock, in seconds since the epoch."""

    def __init__(self, mailbox: TakesMail, now: Callable[[], float], deadlines: Deadlines) -> None:
        self._mailbox = mailbox
        self._now = now
        self._deadlines = deadlines

    async def accept(self, mail: Mail, *, follow: bool = False) -> Accepted:
        """Put `mail` in its thread's mailbox and, if nobody owns the thread, wake a worker.

        Slack delivers at least once: a repeat stores nothing. `follow` is for a reply without a mention, which is
        stored only where the bot follows the thread. Where Redis does not answer in time this raises `TimeoutError`,
        for other trouble with it redis-py's errors. Either way Slack must be told that it did not arrive.
        """
        with self._deadlines.within(ACCEPT_LIMIT):
            return await self._mailbox.accept(replace(mail, at=self._now()), follow=follow)
