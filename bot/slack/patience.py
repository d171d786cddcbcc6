"""A call that Slack refuses for the moment, made again as soon as it may be: one loop for all who can wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from bot.slack.errors import TryLater

NOBODY_THERE = timedelta(seconds=1)  # the connection was refused: nothing was sent, try again soon
LONGEST_WAIT = timedelta(seconds=60)  # for one Retry-After; Slack asks for up to about 30 s

Answer = TypeVar("Answer")


async def nothing(*_: object) -> None:
    """Where there is nothing to do before a try, or after a refusal."""


async def patiently(
    call: Callable[[], Awaitable[Answer]],
    *,
    tries: int,
    sleep: Callable[[float], Awaitable[None]],
    before: Callable[[], Awaitable[None]] = nothing,
    slowed: Callable[[TryLater], Awaitable[None]] = nothing,
    longest: timedelta = LONGEST_WAIT,
) -> Answer:
    """Make `call`, after each `TryLater` once more, never before its Retry-After; the last one is raised.

    A wait that is longer than `longest` is not begun. `before` is awaited before each try and may raise.
    """
    for _ in range(tries - 1):
        await before()
        try:
            return await call()
        except TryLater as later:
            await slowed(later)
            after = later.after or NOBODY_THERE
            if after > longest:
                raise
            await sleep(after.total_seconds())
    await before()
    return await call()
