"""What accepting an event costs: the bot as it is started in earnest, against a floor in the same run.

Both are processes of their own on one Valkey. Signed `app_mention`s, each the root of a new thread, go to them in
turns; CPU is what the kernel counted for each process. The goals: at most 1.6 times the floor's CPU, p99
at most 10 ms at 200 events a second, at most 85 MB.

`python -m benchmarks.accept [ROUNDS]`
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil
from redis.asyncio import Redis

from playground.store import EmbeddedStore, free_port

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
ROUNDS = 20  # short and many, in turns, so that whatever else the machine does meets both sides alike
REQUESTS = 500  # of a round and a side
CONNECTIONS = 8  # Slack keeps a few
RATE = 200
RATE_SECONDS = 10
READY_SECONDS = 15
GOAL_RATIO = 1.6
GOAL_P99_MS = 10.0
GOAL_MB = 85

_serial = count(1)


@dataclass(frozen=True)
class Figures:
    floor_us: float
    bot_us: float
    ratio: float
    floor_p50_ms: float
    floor_p99_ms: float
    bot_p50_ms: float
    bot_p99_ms: float
    bot_mb: float  # resident, after all of it


@dataclass(frozen=True)
class Side:
    """One of the two that are compared."""

    name: str
    port: int
    process: psutil.Process

    def cpu_seconds(self) -> float:
        try:
            # Nanoseconds on the CPU, where the kernel tells them; `cpu_times` counts in hundredths of a second.
            return int(Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[0]) / 1e9
        except OSError:
            times = self.process.cpu_times()
            return float(times.user + times.system)


def mention() -> bytes:
    """An `app_mention` as it goes over the wire, about 830 bytes of JSON, signed, ready for a kept connection."""
    number = next(_serial)
    ts = f"{1_790_000_000 + number // 1000}.{number % 1000:03}100"
    body = json.dumps(
        {
            "token": "legacy-verification",
            "team_id": "T0BENCH01",
            "api_app_id": "A0BENCH01",
            "event": {
                "user": "U0ASKER01",
                "type": "app_mention",
                "ts": ts,
                "client_msg_id": "8d2a3c1e-5d6f-4d2b-9a4e-3f5b2c7d9e10",
                "text": "<@U0BOT0001> what happened to the deploy at two, and who is looking into it?",
                "team": "T0BENCH01",
                "blocks": [{"type": "rich_text", "block_id": "x1", "elements": [{"type": "rich_text_section"}]}],
                "channel": "C0BENCH01",
                "event_ts": ts,
            },
            "type": "event_callback",
            "event_id": f"Ev{number:010}",
            "event_time": 1_790_000_000,
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": "T0BENCH01",
                    "user_id": "U0BOT0001",
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": "4-eyJldCI6ImFwcF9tZW50aW9uIiwidGlkIjoiVDBCRU5DSDAxIn0",
        }
    ).encode()
    timestamp = str(int(time.time()))
    made = hmac.new(SECRET.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: bot\r\nUser-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n"
        f"Accept: */*\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"X-Slack-Signature: v0={made}\r\nX-Slack-Request-Timestamp: {timestamp}\r\n\r\n"
    )
    return head.encode() + body


class Caller:
    """One kept connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, request: bytes) -> float:
        """Seconds until the answer, which must be a 200."""
        began = time.perf_counter()
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        took = time.perf_counter() - began
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"not accepted: {head!r}")
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                await self._reader.readexactly(int(value))
        return took

    def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def callers(side: Side) -> AsyncIterator[list[Caller]]:
    made = [Caller(*await asyncio.open_connection("127.0.0.1", side.port)) for _ in range(CONNECTIONS)]
    try:
        yield made
    finally:
        for caller in made:
            caller.close()


async def cpu_per_request(side: Side, requests: int) -> float:
    """Microseconds of the process's CPU for one request, with as many under way as there are connections."""
    waiting = [mention() for _ in range(requests)]

    async def work(caller: Caller) -> None:
        while waiting:
            await caller.send(waiting.pop())

    async with callers(side) as made:
        before = side.cpu_seconds()
        await asyncio.gather(*(work(caller) for caller in made))
        return (side.cpu_seconds() - before) / requests * 1e6


async def latencies(side: Side) -> list[float]:
    """Milliseconds each answer took at `RATE` a second, counted from when it was due: a late start is no excuse."""
    took: list[float] = []
    async with callers(side) as made:
        free: asyncio.Queue[Caller] = asyncio.Queue()
        for caller in made:
            free.put_nowait(caller)

        async def one(due: float) -> None:
            caller = await free.get()
            await caller.send(mention())
            took.append((time.perf_counter() - due) * 1000)
            free.put_nowait(caller)

        begin = time.perf_counter() + 0.1
        async with asyncio.TaskGroup() as group:
            for number in range(RATE * RATE_SECONDS):
                due = begin + number / RATE
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(one(due))
    return took


@asynccontextmanager
async def running(name: str, arguments: list[str], port: int, environment: dict[str, str]) -> AsyncIterator[Side]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(READY_SECONDS):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                except OSError:
                    if process.returncode is not None:
                        raise RuntimeError(f"{name} ended with {process.returncode} before it served") from None
                    await asyncio.sleep(0.05)
        yield Side(name, port, psutil.Process(process.pid))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def measure(rounds: int = ROUNDS) -> Figures:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(EmbeddedStore())
        redis = await stack.enter_async_context(Redis.from_url(store.url))
        floor_port, bot_port = free_port(), free_port()
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment = inherited | {
            "SLACK_BOT_TOKEN": "xoxb-benchmark",
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": "http://127.0.0.1:9/api/",  # nobody: accepting must not need Slack
            "MISTRAL_API_KEY": "none",
            "REDIS_URL": store.url,
            "HOST": "127.0.0.1",
            "PORT": str(bot_port),
            "SLACK_MODE": "http",
            "LOG_LEVEL": "warning",
        }
        floor = await stack.enter_async_context(
            running("floor", ["benchmarks.accept_floor", str(floor_port), store.url, SECRET], floor_port, inherited)
        )
        bot = await stack.enter_async_context(running("bot", ["bot"], bot_port, environment))
        for side in (floor, bot):
            await cpu_per_request(side, 300)  # caches, connections, the script itself
        pairs = []
        for _ in range(rounds):
            pairs.append((await cpu_per_request(floor, REQUESTS), await cpu_per_request(bot, REQUESTS)))
            await redis.flushdb()
        floor_ms, bot_ms = sorted(await latencies(floor)), sorted(await latencies(bot))
        bot_mb = bot.process.memory_info().rss / 1e6
    return Figures(
        floor_us=statistics.median(pair[0] for pair in pairs),
        bot_us=statistics.median(pair[1] for pair in pairs),
        ratio=statistics.median(pair[1] / pair[0] for pair in pairs),
        floor_p50_ms=statistics.median(floor_ms),
        floor_p99_ms=floor_ms[int(len(floor_ms) * 0.99)],
        bot_p50_ms=statistics.median(bot_ms),
        bot_p99_ms=bot_ms[int(len(bot_ms) * 0.99)],
        bot_mb=bot_mb,
    )


def main() -> None:
    figures = asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
    print(f"accept, CPU per event: bot {figures.bot_us:.0f} us, floor {figures.floor_us:.0f} us")
    print(f"  ratio {figures.ratio:.2f} (goal {GOAL_RATIO} at most)")
    print(f"  memory of the bot {figures.bot_mb:.0f} MB (goal {GOAL_MB} at most)")
    print(
        f"accept, at {RATE}/s: bot p50 {figures.bot_p50_ms:.2f} ms, p99 {figures.bot_p99_ms:.2f} ms "
        f"(goal p99 {GOAL_P99_MS:.0f} ms at most); floor p50 {figures.floor_p50_ms:.2f}, p99 {figures.floor_p99_ms:.2f}"
    )


if __name__ == "__main__":
    main()
