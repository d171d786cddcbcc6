"""What is measured, side by side on one machine: the product and the floor, each a bot and a worker of its own.

Both hear the same mentions, speak to the same lean Slack (in this process, whose clock times everything) and the same
Agents API (the playground's, script brain), and keep their threads in one store, in databases of their own. Whatever
else the machine does meets both alike.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from redis.asyncio import Redis

from benchmarks import lean_slack
from benchmarks.accept import SECRET
from benchmarks.events import Lines, Mention, lines, mention
from benchmarks.lean_slack import Heard, LeanSlack
from benchmarks.processes import READY_SECONDS, Process, running
from playground.agents_api.app import KEY
from playground.store import EmbeddedStore, free_port

REPOSITORY = Path(__file__).parent.parent
MOST_TURNS = 400  # the setting MAX_TURNS: 200 turns are open while others are measured
ANSWER_SECONDS = 30
LOOK_SECONDS = 0.01
# The product's own agents and tool server; one agent more, whose every tool call waits for a person.
CAREFUL = """\
---
model: mistral-medium-latest
description: Asks before every tool call.
tools: [time]
approvals:
  "*": ask
---
Ask first.
"""


@dataclass(frozen=True)
class Turn:
    """One mention's way, in milliseconds from when it was sent."""

    first_ms: float
    finished_ms: float


@dataclass(frozen=True)
class Side:
    """A bot, which listens on `port`, and a worker. `redis` is their database."""

    name: str
    port: int
    bot: Process
    worker: Process
    redis: Redis
    lines: Lines
    slack: LeanSlack

    async def send(self, told: Mention | None = None) -> tuple[float, Heard]:
        told = told or mention()
        heard = self.slack.expect(told.root_ts)
        return await self.lines.send(told.request), heard

    async def ask(self) -> Turn:
        """One mention, until its answer was posted."""
        sent, heard = await self.send()
        async with asyncio.timeout(ANSWER_SECONDS):
            await heard.done.wait()
        return Turn((heard.first - sent) * 1000, (heard.posted - sent) * 1000)

    async def ask_many(self, number: int, *, at_once: int) -> list[Turn]:
        """So many mentions, never more than `at_once` of them unanswered."""
        left = number
        turns: list[Turn] = []

        async def one_after_the_other() -> None:
            nonlocal left
            while left:
                left -= 1
                turns.append(await self.ask())

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(one_after_the_other())
        return turns

    async def rest(self) -> None:
        """Wait until no thread is owned: the answer is posted a moment before its thread is given up."""
        await until(self._rests, f"{self.name} still holds threads")

    async def _rests(self) -> bool:
        return not await self.redis.zcard("tw:leases")


@dataclass(frozen=True)
class World:
    store: EmbeddedStore
    slack: LeanSlack
    mistral: Mistral
    folder: Path
    product: Side
    floor: Side


@dataclass(frozen=True)
class Mistral:
    """The playground's Agents API as a process, and the handle by which it is steered."""

    process: Process
    url: str
    http: httpx2.AsyncClient

    async def script(self, **order: Any) -> None:
        answer = await self.http.post("/_control/script", json=order)
        answer.raise_for_status()

    async def held(self) -> int:
        return int((await self.http.get("/_control/state")).json()["held"])


@asynccontextmanager
async def opened() -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="threadwind-bench-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        store = await stack.enter_async_context(EmbeddedStore())
        slack = await stack.enter_async_context(lean_slack.running())
        mistral = await stack.enter_async_context(agents_api(folder))
        product = await stack.enter_async_context(
            side("product", ["workers"], store, slack, slack.url, mistral.url, folder, database=0)
        )
        arguments = ["benchmarks.floors", at(store, 1), slack.url, mistral.url, KEY]
        floor = await stack.enter_async_context(
            side("floor", arguments, store, slack, slack.url, mistral.url, folder, database=1)
        )
        for each in (product, floor):
            await each.ask()  # it runs
        yield World(store, slack, mistral, folder, product, floor)


@asynccontextmanager
async def agents_api(folder: Path) -> AsyncIterator[Mistral]:
    port = free_port()
    arguments = ["playground.agents_api", "--port", str(port), "--brain", "script"]
    async with (
        running("agents-api", arguments, environment={}, folder=folder, port=port) as process,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        yield Mistral(process, f"http://127.0.0.1:{port}", http)


@asynccontextmanager
async def side(
    name: str,
    worker: list[str],
    store: EmbeddedStore,
    slack: LeanSlack,
    slack_url: str,
    mistral_url: str,
    folder: Path,
    *,
    database: int,
) -> AsyncIterator[Side]:
    """A bot and `python -m *worker` on one database, as they are started in earnest."""
    port = free_port()
    environment = {
        "SLACK_BOT_TOKEN": "xoxb-playground",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": slack_url,
        "SLACK_MODE": "http",
        "MISTRAL_API_KEY": KEY,
        "MISTRAL_API_URL": mistral_url,
        "REDIS_URL": at(store, database),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "AGENTS_DIR": str(agents(folder)),
        "MCP_CONFIG": str(REPOSITORY / "mcp.json"),
        "MAX_TURNS": str(MOST_TURNS),
        "SHUTDOWN_GRACE": "1",  # 200 turns are held to the end: nothing is gained by waiting for them
    }
    async with (
        Redis.from_url(at(store, database)) as redis,
        running(f"{name}-bot", ["bot"], environment=environment, folder=folder, port=port) as bot,
        running(f"{name}-worker", worker, environment=environment, folder=folder) as process,
        lines(port) as kept,
    ):
        yield Side(name, port, bot, process, redis, kept, slack)


def agents(folder: Path) -> Path:
    made = folder / "agents"
    if not made.exists():
        shutil.copytree(REPOSITORY / "agents", made)
        (made / "careful.md").write_text(CAREFUL)
    return made


def at(store: EmbeddedStore, database: int) -> str:
    return f"redis://127.0.0.1:{store.port}/{database}"


async def until(condition: Callable[[], Any], otherwise: str, *, within: float = READY_SECONDS) -> None:
    try:
        async with asyncio.timeout(within):
            while not await condition():  # noqa: ASYNC110  # what is waited for are other processes' doings
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise RuntimeError(f"{otherwise} after {within:.0f} s") from None
