"""How a turn reaches Slack: the client, the ledger and the budget that all of its voice goes through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.slack.budget import Budget
from bot.slack.client import Slack
from bot.slack.errors import TryLater
from bot.slack.ledger import Ledger
from bot.slack.voices import APP, Voice
from bot.texts import Words
from bot.threads.models import ThreadKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`before_call` raises `Lost` when the thread belongs to another worker by now, `write` puts the ledger's rows on
    record, `pause` sleeps, `now` is wall-clock time in seconds. `voice` is whose words they are, `part` the part of the
    turn's answer.
    """

    slack: Slack
    budget: Budget
    ledger: Ledger
    thread: ThreadKey
    words: Words
    write: Callable[[], Awaitable[None]]
    before_call: Callable[[], Awaitable[None]]
    now: Callable[[], float]
    pause: Callable[[float], Awaitable[None]]
    voice: Voice = APP
    part: int = 0


def budget_keeper(budget: Budget, thread: ThreadKey) -> Callable[[TryLater], Awaitable[None]]:
    """Tells the workspace's budget of each Retry-After, so that other turns do not run into it too."""

    async def slowed(later: TryLater) -> None:
        if later.after and later.method:
            await budget.penalise(thread.team, later.method, later.after, thread.channel)

    return slowed
