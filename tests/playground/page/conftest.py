"""A real workspace, a real browser, and a bot that says what a test tells it to, through the real Web API."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request

from playground.slack.app import running
from playground.slack.seed import Greeting, Seed, Starter
from playground.slack.settings import Settings
from playground.slack.standin import Standin
from tests.browser import Windows, launched

PATIENCE_MS = 60_000  # for what appears at once on an idle machine and later on a busy one
GREETING = Greeting(
    channel="C0GENERAL",
    text="*Hello, I am Threadwind.* I answer by rules, not by a model.",
    starters=[
        Starter(title="What time is it?", message="what time is it in Tokyo"),
        Starter(title="Ask as Camille", message=json.dumps({"as": "U0CAMILLE", "text": "quelle heure est-il ?"})),
    ],
)


class Bot:
    """The app's side of the workspace: calls Web API methods with its token."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.client.post(method, json=arguments)).json()
        assert answer["ok"], (method, answer)
        return answer

    async def says(self, text: str, *, thread_ts: str | None = None, **more: Any) -> str:
        """Posts to #general, or into one of its threads; the message's ts."""
        more = {"channel": "C0GENERAL", "text": text, "thread_ts": thread_ts, **more}
        answer = await self.call("chat.postMessage", **{key: value for key, value in more.items() if value is not None})
        return str(answer["ts"])


@dataclass(frozen=True)
class Room:
    standin: Standin
    url: str
    bot: Bot

    async def says(self, user: str, text: str, *, thread_ts: str | None = None, channel: str = "C0GENERAL") -> str:
        """A person says something, without the page; the message's ts."""
        body = {"user": user, "channel": channel, "text": text, "thread_ts": thread_ts}
        answer = (await self.bot.client.post(f"{self.url}/_control/say", json=body)).json()
        assert answer["ok"], answer
        return str(answer["ts"])

    async def mention(self, text: str = "what broke?") -> str:
        return await self.says("U0ADA", f"<@U0BOT> {text}")


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def windows(browser: Browser) -> Windows:
    return Windows(browser)


@pytest_asyncio.fixture(loop_scope="package")
async def room() -> AsyncIterator[Room]:
    async with running(Settings(inspector=True, seed=Seed(greeting=GREETING))) as (standin, url):
        headers = {"Authorization": f"Bearer {standin.settings.bot_token}"}
        async with httpx2.AsyncClient(base_url=f"{url}/api/", headers=headers) as client:
            yield Room(standin, url, Bot(client))


Visit = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="package")
async def visit(windows: Windows, room: Room) -> AsyncIterator[Visit]:
    """Opens the page as a person; afterwards nothing may have failed in it, and nothing been fetched from elsewhere."""
    wrong: list[str] = []

    def console(message: ConsoleMessage) -> None:
        # A workspace without agents to offer has no such list; the page takes that for none.
        if message.type == "error" and not message.location["url"].endswith("/_control/agents"):
            wrong.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith((room.url, "data:", "blob:")):
            wrong.append(f"fetched {request.url}")

    listeners = {"console": console, "pageerror": lambda error: wrong.append(str(error)), "request": asked}
    async with AsyncExitStack() as open_ones:

        async def open_page(person: str = "U0ADA", where: str = "", **options: Any) -> Page:
            options = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US", **options}
            page = await open_ones.enter_async_context(windows.lent(listeners, **options))
            page.set_default_timeout(PATIENCE_MS)
            await page.goto(f"{room.url}/#as={person}{where}")
            await page.wait_for_selector("#app:not([aria-busy])")
            return page

        yield open_page
    assert wrong == []
