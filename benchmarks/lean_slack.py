"""Slack as lean as Python can play it: a bare asyncio protocol that says yes and notes when which call came.

The playground's workspace would cost more than the worker that is measured; what a turn looks like against that one
is measured too (`turns.py`). Threads are told apart by their root's ts, which `events.py` never gives twice.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import cast

TEAM, BOT_USER, ASKER = "T0BENCH0001", "U0BOT000001", "U0ASKER0001"
POSTS = ("chat.postMessage", "chat.stopStream")

_THREAD = re.compile(rb'"thread_ts":\s*"([0-9.]+)"')
_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
_PERSON = {
    "id": ASKER,
    "team_id": TEAM,
    "name": "ada",
    "locale": "en-US",
    "tz": "Europe/London",
    "profile": {"display_name": "Ada", "real_name": "Ada Lovelace"},
}
_FIXED: dict[str, dict[str, object]] = {
    "auth.test": {"team_id": TEAM, "team": "Bench", "url": "https://bench", "user_id": BOT_USER, "bot_id": "B0BENCH"},
    "users.info": {"user": _PERSON},
    "conversations.replies": {"messages": []},
}


@dataclass(slots=True)
class Heard:
    """What came for one thread: when the first call was there (`time.perf_counter`), and all methods in order."""

    first: float = 0.0
    posted: float = 0.0
    methods: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)


class LeanSlack:
    def __init__(self) -> None:
        self.url = ""
        self.threads: dict[str, Heard] = {}
        self._serial = count(1)

    def expect(self, thread_ts: str) -> Heard:
        """Note what comes for this thread from now on."""
        heard = self.threads[thread_ts] = Heard()
        return heard

    def call(self, method: str, body: bytes) -> bytes:
        """Note a call that has come in whole; its answer."""
        now = time.perf_counter()
        found = _THREAD.search(body)
        heard = self.threads.get(found[1].decode()) if found else None
        if heard is not None:
            if not heard.first:
                heard.first = now
                heard.begun.set()
            heard.methods.append(method)
            if method in POSTS:
                heard.bodies.append(body)
                heard.posted = now
                heard.done.set()
        answer: dict[str, object] = {"ok": True, "ts": f"1799999999.{next(self._serial):06}", **_FIXED.get(method, {})}
        return json.dumps(answer).encode()


class _Http(asyncio.Protocol):
    """Kept connections, one request at a time on each, bodies with a length: what Slack's SDK sends."""

    def __init__(self, slack: LeanSlack) -> None:
        self._slack = slack
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its class

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = _LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            method = head.split(b" ", 2)[1].decode().partition("?")[0].rpartition("/")[2]
            answer = self._slack.call(method, body)
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
                + answer
            )


@asynccontextmanager
async def running() -> AsyncIterator[LeanSlack]:
    slack = LeanSlack()
    server = await asyncio.get_running_loop().create_server(lambda: _Http(slack), "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        slack.url = f"http://127.0.0.1:{port}/api/"
        yield slack
    finally:
        server.close()
