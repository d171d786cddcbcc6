"""The bot's own Slack client at a workspace of its own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.calls import Calls, open_session
from bot.slack.client import Slack
from playground.faults import Fault
from playground.slack.app import running
from playground.slack.models import Message
from playground.slack.settings import Settings
from playground.slack.standin import Standin

ADA, CAMILLE, BOT, TEAM = "U0ADA", "U0CAMILLE", "U0BOT", "T0PLAY"
GENERAL, DM = "C0GENERAL", "D0ADA"


@dataclass
class Place:
    """A running stand-in, and our client of the app in it."""

    standin: Standin
    url: str
    slack: Slack

    def say(self, text: str, *, user: str = ADA, channel: str = GENERAL, thread_ts: str | None = None) -> str:
        """A person posts; the message's ts."""
        ts = self.standin.ids.ts()
        message = Message(channel=channel, ts=ts, user=user, text=text, thread_ts=thread_ts)
        return self.standin.workspace.post(message).ts

    def fault(self, request: str, kind: Any, **rule: Any) -> None:
        self.standin.faults.add(Fault(request=request, kind=kind, **rule))

    def calls(self, method: str) -> int:
        return self.standin.faults.seen.get(method, 0)

    def posted(self, channel: str = GENERAL) -> list[Message]:
        """What the bot has in a channel."""
        messages = self.standin.workspace.conversations[channel].messages.values()
        return [message for message in messages if message.user == BOT and message.prompts is None]


MakePlace = Callable[..., Awaitable[Place]]


@pytest.fixture
async def make_place() -> AsyncIterator[MakePlace]:
    async with contextlib.AsyncExitStack() as stack:

        async def make(*, timeout: timedelta = timedelta(seconds=5), **settings: Any) -> Place:
            standin, url = await stack.enter_async_context(running(Settings(**settings)))
            session = await stack.enter_async_context(open_session(timeout=timeout))
            calls = Calls(standin.settings.bot_token, session=session, base_url=f"{url}/api/")
            return Place(standin, url, Slack(calls))

        yield make


@pytest.fixture
async def place(make_place: MakePlace) -> Place:
    return await make_place()
