"""The door before the server over HTTP: faults that hit a message, and sessions that are over.

`status` and `error` are answered without asking the server; after `lost`, `kill` and `garbage` it has done its work and
the client hears nothing, or nonsense; `cut` breaks a stream after so many pieces.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.faults import Fault, Faults, delay
from playground.services.odd import messages
from playground.services.odd.switches import Switches
from playground.serving import DROP, drop

KINDS = frozenset({"status", "error", "lost", "delay", "kill", "cut", "garbage"})  # of faults that it knows
EXPIRED = {
    "404": (404, None),
    "404_typescript": (404, {"code": -32001, "message": "Session not found"}),
    "400": (400, {"code": -32000, "message": "Bad Request: No valid session ID provided"}),
}


@dataclass(slots=True)
class Door:
    """An ASGI app before another one; `expired` are sessions that are over."""

    app: ASGIApp
    faults: Faults
    switches: Switches
    expired: set[str] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.headers.get("mcp-session-id") in self.expired:
            await _expired(self.switches.expired_session)(scope, receive, send)
            return
        body = await request.body()
        message = messages.read(body)
        hit = self.faults.hit(message.name or scope["method"])
        await delay(hit)
        for fault in hit:
            if fault.kind == "kill" and fault.when == "before":
                messages.strike(fault)
        if (refusal := _refusal(hit, message)) is not None:
            await refusal(scope, receive, send)
        else:
            await self._through(hit, message, scope, _again(body, receive), send)

    async def _through(
        self, hit: list[Fault], message: messages.Message, scope: Scope, receive: Receive, send: Send
    ) -> None:
        spoilt = [fault for fault in hit if fault.kind in ("lost", "kill", "garbage")]
        if not spoilt:
            await self.app(scope, receive, _cut(hit, scope, send))
            return
        await self.app(scope, receive, _nowhere)
        for fault in spoilt:
            if fault.kind == "kill":
                messages.strike(fault)
            if fault.kind == "garbage":
                text = messages.garbage(fault, message)
                await Response(text, media_type="application/json")(scope, receive, send)
                return
        await drop(Request(scope, receive))


def _expired(form: str) -> Response:
    status, error = EXPIRED[form]
    if error is None:
        return Response("Not Found", status, media_type="text/plain")
    return JSONResponse({"jsonrpc": "2.0", "id": None, "error": error}, status)


def _refusal(hit: list[Fault], message: messages.Message) -> Response | None:
    for fault in hit:
        if fault.kind == "error":
            return Response(messages.refusal(fault, message), media_type="application/json")
        if fault.kind == "status":
            headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'} if fault.status == 401 else {}
            if fault.retry_after is not None:
                headers["Retry-After"] = f"{fault.retry_after:g}"
            return Response(status_code=fault.status, headers=headers)
    return None


def _cut(hit: list[Fault], scope: Scope, send: Send) -> Send:
    left = next((fault.events for fault in hit if fault.kind == "cut"), None)

    async def pass_on(message: Message) -> None:
        nonlocal left
        if left is not None and message.get("body"):
            if left <= 0:
                scope["extensions"][DROP]()
                return
            left -= 1
        await send(message)

    return pass_on


async def _nowhere(message: Message) -> None:
    """Nobody hears it."""


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body, which was read already, and then what comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
