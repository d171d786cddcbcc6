"""Socket Mode: the same reception over a WebSocket that we open, for a bot behind a firewall.

slack-sdk keeps the connection up; this adds what it lacks. It connects in the background, so that the process answers
for its health from the start; a ticket that failed is not tried again for ever; and the socket closes only after what
came through it has been answered. An envelope whose mail was not stored gets no acknowledgement: Slack sends it again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

PING_INTERVAL = timedelta(seconds=5)  # four without an answer count as a dead connection
CLOSING_LIMIT = timedelta(seconds=3)  # Slack waits no longer for an acknowledgement either


class SocketMode(AsyncSocketModeHandler):
    """One socket. Slack spreads the envelopes over all sockets of the app, so more processes need no more of this."""

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        logger = logging.getLogger("slack_sdk.socket_mode")
        logger.setLevel(logging.INFO)
        logger.addFilter(_one_line)
        super().__init__(app, app_token, logger=logger, ping_interval=PING_INTERVAL.total_seconds())
        self.client.proxy = app.client.proxy
        self._in_hand = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # Bolt's too
        self._in_hand += 1
        self._idle.clear()
        try:
            await super().handle(client, req)
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._idle.set()

    async def check(self) -> str | None:
        """Whether Slack is at the other end; a sentence if not."""
        if await self.client.is_connected():
            return None
        return "The bot has no socket to Slack at the moment; check SLACK_APP_TOKEN and the network."

    async def keep_open(self) -> None:
        """Connect, and from then on drop a ticket that leads nowhere: slack-sdk would try the same one for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.client.connect())  # type: ignore[no-untyped-call]
            while True:
                await asyncio.sleep(2 * PING_INTERVAL.total_seconds())
                if not await self.client.is_connected():
                    self.client.wss_uri = None

    async def close(self) -> None:
        """Close when everything that came in has been answered, or after `CLOSING_LIMIT`."""
        try:
            async with asyncio.timeout(CLOSING_LIMIT.total_seconds()):
                await self._idle.wait()
        except TimeoutError:
            pass
        await self.client.close()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def socket_mode(app: AsyncApp, app_token: str) -> AsyncIterator[SocketMode]:
    """Hear over a socket while the block is open."""
    socket = SocketMode(app, app_token)
    opening = asyncio.create_task(socket.keep_open())
    try:
        yield socket
    finally:
        opening.cancel()
        await asyncio.wait([opening])
        await socket.close()


def _one_line(record: logging.LogRecord) -> bool:
    """slack-sdk logs a stack trace for each attempt to connect; the line says enough."""
    record.exc_info = None
    return True
