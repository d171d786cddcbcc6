"""A workspace of its own for every test, the official client that talks to it, and people who act in it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.slack.app import running
from playground.slack.settings import Settings
from playground.slack.standin import Standin

ADA, CAMILLE, GRACE, HUGO, BOT = "U0ADA", "U0CAMILLE", "U0GRACE", "U0HUGO", "U0BOT"
GENERAL, RANDOM, SECRET, DM = "C0GENERAL", "C0RANDOM", "C0SECRET", "D0ADA"
TEAM = "T0PLAY"


@dataclass
class World:
    """One running stand-in: `slack` is the bot's client, `post` a person's act, `call` a raw Web API call."""

    standin: Standin
    url: str
    http: aiohttp.ClientSession
    slack: AsyncWebClient

    async def post(self, act: str, **body: Any) -> dict[str, Any]:
        async with self.http.post(f"{self.url}/_control/{act}", json=body) as response:
            return dict(await response.json())

    async def get(self, what: str, **query: str) -> dict[str, Any]:
        async with self.http.get(f"{self.url}/_control/{what}", params=query) as response:
            return dict(await response.json())

    async def say(self, text: str, *, user: str = ADA, channel: str = GENERAL, thread_ts: str | None = None) -> str:
        said = await self.post("say", user=user, channel=channel, text=text, thread_ts=thread_ts)
        assert said["ok"], said
        return str(said["ts"])

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Any answer, also `ok: false`, as Slack's JSON."""
        headers = {"Authorization": f"Bearer {self.standin.settings.bot_token}"}
        async with self.http.post(f"{self.url}/api/{method}", json=arguments, headers=headers) as response:
            return dict(await response.json())

    async def fault(self, **rule: Any) -> None:
        async with self.http.post(f"{self.url}/_control/faults", json=[rule]) as response:
            assert response.status == 200, await response.text()


MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture
async def make_world() -> AsyncIterator[MakeWorld]:
    """Start a stand-in with these settings."""
    async with contextlib.AsyncExitStack() as stack:

        async def make(**settings: Any) -> World:
            standin, url = await stack.enter_async_context(running(Settings(**settings)))
            http = await stack.enter_async_context(aiohttp.ClientSession())
            slack = AsyncWebClient(token=standin.settings.bot_token, base_url=f"{url}/api/", session=http)
            return World(standin, url, http, slack)

        yield make


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    return await make_world()


async def until(condition: Callable[[], Any], *, within: float = 60) -> Any:
    """Wait until `condition` holds, at most `within` seconds; returns what it returned."""
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, "what was waited for did not happen"
        await asyncio.sleep(0.005)
    return found
