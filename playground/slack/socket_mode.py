"""Socket Mode: the app opens up to ten sockets, each envelope goes to one of them, and is acknowledged there.

An envelope without an acknowledgement within the time, or whose socket went away, counts as unheard.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from playground.faults import Faults
from playground.slack import changes
from playground.slack.models import Json
from playground.slack.request_url import Kind
from playground.slack.seed import APP_ID
from playground.slack.settings import Settings
from playground.slack.traffic import Traffic

MOST_CONNECTIONS = 10
WARNING_SECONDS = 10
TICKET_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    ok: bool
    reason: str = ""
    may_repeat: bool = True
    payload: Json | None = None


@dataclass(eq=False, slots=True)
class Connection:
    websocket: WebSocket
    waiting: dict[str, asyncio.Future[Json | None]] = field(default_factory=dict)  # envelope_id -> its acknowledgement


class Sockets:
    def __init__(
        self, settings: Settings, traffic: Traffic, faults: Faults, tell: Callable[[changes.Change], None]
    ) -> None:
        self.settings = settings
        self.traffic = traffic
        self.faults = faults
        self._tell = tell
        self._tickets: dict[str, float] = {}
        self._open: list[Connection] = []
        self._next = 0

    @property
    def connections(self) -> int:
        return len(self._open)

    def ticket(self) -> str:
        """Good for one connection."""
        now = time.monotonic()
        self._tickets = {each: until for each, until in self._tickets.items() if until > now}
        ticket = secrets.token_hex(16)
        self._tickets[ticket] = now + TICKET_SECONDS
        return ticket

    async def serve(self, websocket: WebSocket) -> None:
        """One connection, from its ticket to its end."""
        if self._tickets.pop(websocket.query_params.get("ticket", ""), 0) < time.monotonic():
            await websocket.close(1008, "the ticket is used, old or unknown: call apps.connections.open again")
            return
        await websocket.accept()
        if len(self._open) >= MOST_CONNECTIONS:
            await self._disconnect(websocket, "too_many_websockets")
            return
        connection = Connection(websocket)
        self._open.append(connection)
        self._reached()
        life = 360.0 if websocket.query_params.get("debug_reconnects") == "true" else self.settings.socket_life_seconds
        try:
            await self._hello(websocket, life)
            try:
                async with asyncio.timeout(max(0.0, life - WARNING_SECONDS)):
                    await self._listen(connection)
            except TimeoutError:
                await self._retire(connection, min(life, WARNING_SECONDS))
        except WebSocketDisconnect:
            pass
        finally:
            self._gone(connection)

    async def deliver(self, kind: Kind, payload: Json, *, attempt: int, reason: str) -> Answer:
        if not self._open:
            # What happens while nobody listens is gone, unless an earlier attempt found somebody.
            return Answer(False, "connection_failed", may_repeat=attempt > 0 or self.settings.socket_keeps_events)
        self._next = (self._next + 1) % len(self._open)
        connection = self._open[self._next]
        envelope_id = str(uuid.uuid4())
        envelope: Json = {"envelope_id": envelope_id, "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        acknowledged: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = acknowledged
        try:
            await connection.websocket.send_text(json.dumps(envelope, separators=(",", ":")))
            async with asyncio.timeout(self.settings.ack_seconds):
                return Answer(True, payload=await acknowledged)
        except (TimeoutError, WebSocketDisconnect, ConnectionError, RuntimeError):
            return Answer(False, "timeout")
        finally:
            connection.waiting.pop(envelope_id, None)

    async def drop_one(self) -> None:
        """End one socket without a word of warning; with none open, nothing happens."""
        if self._open:
            connection = self._open[0]
            self._gone(connection)
            await connection.websocket.close(1011)

    async def _hello(self, websocket: WebSocket, life: float) -> None:
        debug = {"host": "playground", "build_number": 1, "approximate_connection_time": int(life)}
        hello: Json = {"type": "hello", "connection_info": {"app_id": APP_ID}, "debug_info": debug}
        await websocket.send_text(json.dumps(hello | {"num_connections": len(self._open)}))

    async def _listen(self, connection: Connection) -> None:
        while True:
            said = _decoded(await connection.websocket.receive_text())
            acknowledged = connection.waiting.get(str(said.get("envelope_id")))
            if acknowledged is not None and not acknowledged.done():
                acknowledged.set_result(said.get("payload"))

    async def _retire(self, connection: Connection, seconds: float) -> None:
        """Slack renews sockets every few hours: a warning, then the end."""
        await connection.websocket.send_text(_goodbye("warning"))
        try:
            async with asyncio.timeout(seconds):
                await self._listen(connection)
        except TimeoutError:
            self._gone(connection)
            await self._disconnect(connection.websocket, "refresh_requested")

    async def _disconnect(self, websocket: WebSocket, reason: str) -> None:
        await websocket.send_text(_goodbye(reason))
        await websocket.close()

    def _gone(self, connection: Connection) -> None:
        if connection in self._open:
            self._open.remove(connection)
            self._reached()
        for acknowledged in connection.waiting.values():
            if not acknowledged.done():
                acknowledged.set_exception(ConnectionResetError("the socket went away"))

    def _reached(self) -> None:
        if len(self._open) <= 1:
            self._tell(changes.BotReached(bool(self._open)))


def _goodbye(reason: str) -> str:
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}})


def _decoded(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}  # the SDK also sends bare text to keep the line open
    return said if isinstance(said, dict) else {}
