"""What is open at a server just now: connections, streams, sessions; and the end of all of it when the server stops.

Stands around an MCP endpoint. A session begins with the header that gives it its id, and ends when it is deleted or
refused as unknown. A stream that a client holds would keep a stopping server waiting, so `close` cuts it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.serving import CONNECTIONS, DROP

SESSION = b"mcp-session-id"


@dataclass(slots=True)
class Counts:
    """`connections` is of TCP and counts whoever asks as well; `most` is the highest number so far."""

    connections: int = 0
    most_connections: int = 0
    streams: int = 0
    most_streams: int = 0
    sessions: int = 0
    sessions_begun: int = 0
    requests: int = 0


@dataclass(slots=True)
class OpenRequests:
    counts: Counts = field(default_factory=Counts)
    sessions: set[str] = field(default_factory=set)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def pass_on(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        self.counts.requests += 1
        self._look(scope)
        streams = scope["method"] == "GET"
        self.counts.streams += streams
        self.counts.most_streams = max(self.counts.most_streams, self.counts.streams)
        try:
            await app(scope, self._until_stopped(scope, receive) if streams else receive, self._heard(scope, send))
        finally:
            self.counts.streams -= streams

    def close(self) -> None:
        """Cut the streams that clients hold."""
        self._stopping.set()

    def shown(self, scope: Scope) -> dict[str, int]:
        self._look(scope)
        return asdict(self.counts) | {"sessions": len(self.sessions)}

    def _look(self, scope: Scope) -> None:
        self.counts.connections = scope["extensions"][CONNECTIONS]()
        self.counts.most_connections = max(self.counts.most_connections, self.counts.connections)

    def _heard(self, scope: Scope, send: Send) -> Send:
        asked = _session(scope["headers"])

        async def hear(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(asked, _session(message.get("headers", ())), message["status"], scope["method"])
            await send(message)

        return hear

    def _note(self, asked: str, given: str, status: int, method: str) -> None:
        if asked and (status == 404 or (method == "DELETE" and status < 300)):
            self.sessions.discard(asked)
        elif given and not asked and status < 300:
            self.sessions.add(given)
            self.counts.sessions_begun += 1

    def _until_stopped(self, scope: Scope, receive: Receive) -> Receive:
        """Aborts the connection when the server stops, and goes on with what the endpoint is told then."""

        async def receive_or_stop() -> Message:
            message, stop = asyncio.ensure_future(receive()), asyncio.create_task(self._stopping.wait())
            try:
                await asyncio.wait({message, stop}, return_when=asyncio.FIRST_COMPLETED)
                if not message.done():
                    scope["extensions"][DROP]()
                return await message
            finally:
                message.cancel()
                stop.cancel()

        return receive_or_stop


@dataclass(frozen=True, slots=True)
class Watched:
    """An ASGI app whose requests are counted; an object, for a route takes a function for something else."""

    app: ASGIApp
    open_requests: OpenRequests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.open_requests.pass_on(self.app, scope, receive, send)


def _session(headers: Sequence[tuple[bytes, bytes]]) -> str:
    return next((value.decode("latin-1") for name, value in headers if name.lower() == SESSION), "")
