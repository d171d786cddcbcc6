"""A bot that hears, in this process, on the real store; and recorded payloads, scrubbed, to say to it."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from redis.asyncio import Redis

from bot.app import opened
from bot.settings import Settings
from bot.threads import keys
from bot.threads.models import Mail, ThreadKey
from playground.slack.app import running
from playground.slack.settings import Settings as SlackSettings
from playground.slack.standin import Standin

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
PAYLOADS = Path(__file__).parent.parent / "payloads"
ROOT = Path(__file__).parents[3]
NOBODY = "http://127.0.0.1:9/api/"  # an address where no Slack is


def recorded(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return body


def all_recorded() -> list[str]:
    return sorted(path.stem for path in PAYLOADS.glob("*.json"))


def an_agent(directory: Path) -> Path:
    """A folder with one agent who has prompts to offer."""
    directory.mkdir(exist_ok=True)
    (directory / "assistant.md").write_text(
        "---\nmodel: mistral-medium-latest\nprompts:\n"
        '  - {title: The time, message: "what time is it in Tokyo?"}\n---\nHelp.\n'
    )
    return directory


def settings(redis_url: str, **changed: Any) -> Settings:
    values: dict[str, Any] = {
        "slack_bot_token": "xoxb-playground",
        "slack_signing_secret": SECRET,
        "slack_api_url": NOBODY,
        "slack_mode": "http",
        "mistral_api_key": "none",
        "redis_url": redis_url,
        "agents_dir": ROOT / "no-agents-here",
    }
    return Settings(_env_file=None, **(values | changed))


def signed(body: bytes, content_type: str = "application/json", secret: str = SECRET) -> dict[str, str]:
    timestamp = str(int(time.time()))
    made = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": f"v0={made}",
        "content-type": content_type,
    }


class Hearing:
    """A bot to say things to, as Slack does."""

    def __init__(self, http: httpx2.AsyncClient, redis: Redis) -> None:
        self.http = http
        self.redis = redis

    async def raw(self, body: bytes, content_type: str = "application/json", **headers: str) -> httpx2.Response:
        return await self.http.post("/slack/events", content=body, headers=signed(body, content_type) | headers)

    async def say(self, payload: dict[str, Any], **headers: str) -> httpx2.Response:
        """Events go as JSON, everything else as a form, as Slack has it."""
        if payload.get("type") in ("block_actions", "view_submission", "shortcut"):
            form = urlencode({"payload": json.dumps(payload)}).encode()
            return await self.raw(form, "application/x-www-form-urlencoded", **headers)
        return await self.raw(json.dumps(payload).encode(), **headers)

    async def mail(self) -> list[Mail]:
        """All mail that waits, thread by thread."""
        found = []
        async for key in self.redis.scan_iter(f"{keys.PREFIX}mail:*"):
            thread = ThreadKey.parse(key.decode().removeprefix(f"{keys.PREFIX}mail:"))
            items = await self.redis.lrange(key, 0, -1)  # type: ignore[misc]  # redis-py's hint covers both clients
            found += [Mail.load(thread, item) for item in items]
        return sorted(found, key=lambda mail: mail.at)


OpenBot = Callable[..., Awaitable[Hearing]]


@pytest.fixture
async def open_bot(redis_url: str, redis: Redis) -> AsyncIterator[OpenBot]:
    """Open a bot with these settings; it closes after the test."""
    async with contextlib.AsyncExitStack() as stack:

        async def make(**changed: Any) -> Hearing:
            app = await stack.enter_async_context(opened(settings(changed.pop("redis_url", redis_url), **changed), {}))
            transport = httpx2.ASGITransport(app, raise_app_exceptions=True)
            http = await stack.enter_async_context(httpx2.AsyncClient(transport=transport, base_url="http://bot"))
            return Hearing(http, redis)

        yield make


@pytest.fixture
async def bot(open_bot: OpenBot) -> Hearing:
    """A bot that hears over HTTP, without a Slack to call: accepting must not need one."""
    return await open_bot()


@pytest.fixture
async def slack() -> AsyncIterator[tuple[Standin, str]]:
    """A Slack to call; it delivers nothing by itself."""
    async with running(SlackSettings()) as (standin, url):
        yield standin, f"{url}/api/"
