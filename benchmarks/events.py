"""Slack's side of an event: signed mentions, each the root of a thread of its own, over kept connections."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from benchmarks.accept import SECRET, Caller
from benchmarks.lean_slack import ASKER, BOT_USER, TEAM

CHANNELS = 500  # so many that one message a second and channel, which Slack allows, never is what is measured
IDLE_SECONDS = 3.0  # uvicorn closes a connection that was idle for five
BEGAN = 1_790_000_000  # of the threads' ts

_serial = count(1)


@dataclass(frozen=True, slots=True)
class Mention:
    """`request` is ready for the wire."""

    root_ts: str
    channel: str
    request: bytes


def mention(text: str = "what happened to the deploy at two, and who is looking into it?") -> Mention:
    """An `app_mention`, signed now, in the next channel."""
    number = next(_serial)
    ts, channel = f"{BEGAN + number // 1000}.{number % 1000:03}100", f"C0BENCH{number % CHANNELS:04}"
    body = json.dumps(
        {
            "token": "legacy-verification",
            "team_id": TEAM,
            "api_app_id": "A0BENCH0001",
            "event": {
                "user": ASKER,
                "type": "app_mention",
                "ts": ts,
                "client_msg_id": "8d2a3c1e-5d6f-4d2b-9a4e-3f5b2c7d9e10",
                "text": f"<@{BOT_USER}> {text}",
                "team": TEAM,
                "blocks": [{"type": "rich_text", "block_id": "x1", "elements": [{"type": "rich_text_section"}]}],
                "channel": channel,
                "event_ts": ts,
            },
            "type": "event_callback",
            "event_id": f"Ev{number:010}",
            "event_time": BEGAN,
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
            "is_ext_shared_channel": False,
        }
    ).encode()
    timestamp = str(int(time.time()))
    made = hmac.new(SECRET.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    head = (
        f"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"X-Slack-Signature: v0={made}\r\nX-Slack-Request-Timestamp: {timestamp}\r\n\r\n"
    )
    return Mention(ts, channel, head.encode() + body)


class Lines:
    """Kept connections to one bot. A request takes a free one, opened anew where the bot may have closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[Caller, float]] = []

    async def send(self, request: bytes) -> float:
        """Send it; `time.perf_counter` when that began. Returns when the bot has accepted it."""
        caller = await self._take()
        began = time.perf_counter()
        await caller.send(request)
        self._free.append((caller, time.perf_counter()))
        return began

    async def warm(self, number: int) -> None:
        """Have so many connections open, so that opening them is not what is measured."""
        taken = [await self._take() for _ in range(number)]
        self._free += [(caller, time.perf_counter()) for caller in taken]

    async def _take(self) -> Caller:
        while self._free:
            caller, used = self._free.pop()
            if time.perf_counter() - used < IDLE_SECONDS:
                return caller
            caller.close()
        return Caller(*await asyncio.open_connection("127.0.0.1", self._port))

    def close(self) -> None:
        for caller, _ in self._free:
            caller.close()


@asynccontextmanager
async def lines(port: int) -> AsyncIterator[Lines]:
    made = Lines(port)
    try:
        yield made
    finally:
        made.close()
