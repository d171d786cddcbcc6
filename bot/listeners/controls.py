"""What people do to a turn: Slack's own Stop button, Try again, and who takes a thread over from an agent."""

from __future__ import annotations

from bot.listeners.ears import Body, Ears
from bot.listeners.taking import take
from bot.slack.clicks import Click
from bot.slack.payloads import SessionStopped


async def stopped(ears: Ears, body: Body) -> None:
    await take(ears, SessionStopped.read(body).to_mail())


async def again(ears: Ears, body: Body) -> None:
    await take(ears, Click.read(body).to_mail())


async def person(ears: Ears, body: Body) -> None:
    """Whether the clicker may take the thread, or has it, is checked by its worker."""
    await take(ears, Click.read(body).to_mail())
