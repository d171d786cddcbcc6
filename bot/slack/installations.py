"""The workspaces this app is installed in: today one, by its bot token in the settings.

A workspace's client and identity are made once and kept, so that nothing slow stands between an event and its thread.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from bot.settings import Settings
from bot.slack.calls import TIMEOUT, Calls, open_session
from bot.slack.client import Slack
from bot.slack.errors import InstallationBroken, Refused
from bot.slack.models import Identity


class Installations:
    """Opened once a process (`async with`); every client it gives shares its connections."""

    def __init__(self, settings: Settings) -> None:
        self.token = settings.slack_bot_token
        # An outcome must be known before another worker may take the thread over.
        self._session = open_session(timeout=min(TIMEOUT, settings.lease * 2 / 3))
        self._slack = Slack(
            Calls(self.token.get_secret_value(), session=self._session, base_url=settings.slack_api_url)
        )
        self._identity: Identity | None = None
        self._asking = asyncio.Lock()

    async def only(self) -> Identity:
        """Who we are, in the one workspace whose token the settings hold."""
        async with self._asking:
            if self._identity is None:
                identity = await self._slack.auth_test()
                if not identity.team or not identity.user_id:
                    raise InstallationBroken(
                        "the answer names no team or no user; SLACK_BOT_TOKEN must be a bot token (xoxb-)",
                        method="auth.test",
                        code="not_a_bot",
                    )
                self._identity = self._slack.identity = identity
        return self._identity

    async def identity(self, team: str) -> Identity:
        """Who we are in `team`; `Refused` when the app is not installed there."""
        identity = self._identity or await self.only()
        if identity.team != team:
            raise Refused(
                f"the bot token belongs to {identity.team}, not to {team}", method="auth.test", code="not_installed"
            )
        return identity

    async def slack(self, team: str) -> Slack:
        await self.identity(team)
        return self._slack

    async def bot_user(self, team: str) -> str:
        return (await self.identity(team)).user_id

    async def aclose(self) -> None:
        await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()
