"""Approve and Deny under a question of the agent's.

Whoever clicked travels along as the mail's principal; whether that person may decide is checked by the worker, at the
call that waits, and not by what the button or the message says.
"""

from __future__ import annotations

from bot.listeners.ears import Body, Ears
from bot.listeners.taking import take
from bot.slack.clicks import Click


async def decided(ears: Ears, body: Body) -> None:
    await take(ears, Click.read(body).to_mail())
