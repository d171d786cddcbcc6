"""A workspace in somebody else's emulator of Slack, and the product's own processes, which know it by its address only.

People are its API's users: they post with tokens of their own, and read their threads as they would see them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from redis.asyncio import Redis

from playground import serving
from playground.agents_api.app import KEY, AgentsApi
from playground.agents_api.app import create as create_agents_api
from playground.demo.process import Process, answers
from playground.store import free_port
from tests.world import REPOSITORY, write_files

BOT, TEAM, GENERAL = "U00000BOT", "T000000001", "C000000001"
BOT_TOKEN, SECRET = "xoxb-of-the-bot", "the-signing-secret"
PEOPLE = ("ada", "camille")
LOOK_EVERY = 0.03  # seconds

AGENT = """\
---
model: mistral-medium-latest
description: Helps.
tools: [time]
---
Help the people in this thread.
"""


@dataclass(frozen=True)
class Talk:
    """A thread, read by `person` from the emulator; `said` is what the bot wrote in it."""

    town: Town
    person: str
    channel: str
    root: str

    async def reply(self, text: str, *, person: str | None = None) -> None:
        await self.town.post(person or self.person, self.channel, text, thread_ts=self.root)

    async def ours(self) -> list[dict[str, Any]]:
        answer = await self.town.call(self.person, "conversations.replies", channel=self.channel, ts=self.root)
        return [message for message in answer["messages"] if message["user"] == BOT]

    async def said(self) -> list[str]:
        return [words_in(message) for message in await self.ours()]

    async def record(self) -> dict[str, str]:
        found = await self.town.redis.hgetall(f"tw:thread:{TEAM}:{self.channel}:{self.root}")  # type: ignore[misc]  # sync or async to mypy
        return {name.decode(): value.decode() for name, value in found.items()}

    async def until(self, holds: Callable[[list[str]], Any], *, state: str = "idle", within: float = 60) -> list[str]:
        """Wait until it holds of what the bot said, and the thread is in this state."""
        until = asyncio.get_running_loop().time() + within
        while True:
            before, said = await self.record(), await self.said()
            # A record that changed meanwhile: what was said may be a placeholder of the turn that has just ended.
            if holds(said) and before.get("state") == state and before == await self.record():
                return said
            if asyncio.get_running_loop().time() > until:
                log = "\n".join(self.town.log[-30:])
                raise AssertionError(f"not within {within:g} s; said so far: {said!r}\n{log}")
            await asyncio.sleep(LOOK_EVERY)


def words_in(message: dict[str, Any]) -> str:
    """A message in words: its Markdown where it has some, else its text."""
    words = [block["text"] for block in message.get("blocks", []) if block["type"] == "markdown"]
    return "\n\n".join(words) if words else str(message["text"])


@dataclass
class Town:
    mistral: AgentsApi
    redis: Redis
    url: str
    bot: Process
    worker: Process
    http: httpx2.AsyncClient
    log: list[str] = field(default_factory=list)

    async def call(self, person: str, method: str, **arguments: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer xoxp-of-{person}"}
        response = await self.http.post(f"{self.url}/api/{method}", json=arguments, headers=headers)
        answer: dict[str, Any] = response.json()
        assert answer.get("ok"), f"{method}: {answer}"
        return answer

    async def post(self, person: str, channel: str, text: str, *, thread_ts: str = "") -> dict[str, Any]:
        more = {"thread_ts": thread_ts} if thread_ts else {}
        return await self.call(person, "chat.postMessage", channel=channel, text=text, **more)

    async def mention(self, text: str, *, person: str = "ada") -> Talk:
        return await self.begin(f"<@{BOT}> {text}", person=person)

    async def begin(self, text: str, *, person: str = "ada", channel: str = GENERAL) -> Talk:
        """A new thread. With the bot's id as its channel it is a direct message."""
        said = await self.post(person, channel, text)
        return Talk(self, person, said["channel"], said["ts"])

    async def restart(self) -> None:
        """Both processes end as in a deploy, and come again."""
        await asyncio.gather(self.bot.stop(), self.worker.stop())
        await asyncio.gather(self.bot.start(), self.worker.start())


@contextlib.asynccontextmanager
async def opened(node: str, modules: Path, redis_url: str, folder: Path) -> AsyncIterator[Town]:
    servers = json.loads((REPOSITORY / "mcp.json").read_text())["mcpServers"]
    write_files(folder, {"assistant": AGENT}, servers)
    slack_port, bot_port = free_port(), free_port()
    slack_url, bot_url = f"http://127.0.0.1:{slack_port}", f"http://127.0.0.1:{bot_port}"
    basic = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    log: list[str] = []

    def say(name: str, line: str) -> None:
        log.append(f"{name}: {line}")

    async with contextlib.AsyncExitStack() as stack:
        redis = await stack.enter_async_context(Redis.from_url(redis_url))
        await redis.flushdb()
        mistral = create_agents_api(brain="script", lock_seconds=1)
        mistral_url = await stack.enter_async_context(serving.serve(mistral, on_stop=mistral.stop))
        product = basic | {
            "SLACK_API_URL": f"{slack_url}/api/",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "MISTRAL_API_URL": mistral_url,
            "MISTRAL_API_KEY": KEY,
            "REDIS_URL": redis_url,
            "AGENTS_DIR": str(folder / "agents"),
            "MCP_CONFIG": str(folder / "mcp.json"),
            "HOST": "127.0.0.1",
            "PORT": str(bot_port),
            "LOG_FORMAT": "json",
            "SHUTDOWN_GRACE": "2",
        }
        given = json.dumps({"port": slack_port, "eventsUrl": f"{bot_url}/slack/events", "seed": seed()})
        script = str(Path(__file__).with_name("emulate.mjs"))
        slack = Process(
            "slack",
            [node, script, str(modules), given],
            basic,
            says="",
            say=say,
            ready=lambda process: process.line("emulate.ready"),
        )
        bot = Process(
            "bot",
            [sys.executable, "-m", "bot"],
            product,
            says="",
            say=say,
            ready=lambda _: answers(f"{bot_url}/healthz"),
        )
        worker = Process(
            "worker",
            [sys.executable, "-m", "workers"],
            product,
            says="",
            say=say,
            ready=lambda process: process.line("worker.ready"),
        )
        for process in (slack, bot, worker):
            stack.push_async_callback(process.stop)
        await asyncio.gather(slack.start(), bot.start(), worker.start())
        http = await stack.enter_async_context(httpx2.AsyncClient(trust_env=False, timeout=15))
        yield Town(mistral, redis, slack_url, bot, worker, http, log)


def seed() -> dict[str, Any]:
    """The workspace, as the emulator's documentation says it."""
    app = {
        "client_id": "1.2",
        "client_secret": "unused",
        "app_id": "A000000001",
        "name": "Threadwind",
        "redirect_uris": [],
        "bot_id": "B000000BOT",
        "bot_user_id": BOT,
        "bot_name": "threadwind",
    }
    tokens = [{"token": f"xoxp-of-{person}", "type": "user", "user": person} for person in PEOPLE]
    return {
        "signing_secret": SECRET,
        "users": [{"name": person, "real_name": person.capitalize()} for person in PEOPLE],
        "oauth_apps": [app],
        "tokens": [
            *tokens,
            {"token": BOT_TOKEN, "type": "bot", "user_id": BOT, "bot_id": "B000000BOT", "app_id": "A000000001"},
        ],
    }
