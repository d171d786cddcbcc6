"""The door in front of a face: each request is noted, and the faults that hit it happen.

Both faces of a service stand behind such doors, so a rule means the same at each: `status` and `error` are answered
without asking the face; after `lost` and `kill` the face has done its work and nobody hears of it; `cut` breaks a
stream after so many events.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.faults import Fault, Faults, delay, kill
from playground.services.outbox import FAULTS
from playground.services.seen import Log, Seen
from playground.serving import DROP, drop

SEEN = "playground.seen"
KINDS = frozenset({"status", "error", "lost", "delay", "kill", "cut"})  # of faults that hit requests
HOOK_KINDS = frozenset({"delay", "tamper"})  # of those that hit a service's own webhooks

Naming = Callable[[Scope, bytes], str]
Wording = Callable[[Fault], Response]  # how a face says what a fault of kind `status` or `error` asks for


class Door:
    def __init__(self, app: ASGIApp, *, name: str | Naming, faults: Faults, log: Log, wording: Wording) -> None:
        self._app, self._name, self._faults, self._log, self._wording = app, name, faults, log, wording

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        receive = again(body, receive)
        name = self._name if isinstance(self._name, str) else self._name(scope, body)
        seen = self._log.add(
            name=name, method=scope["method"], path=scope["path"], body=_readable(body), at=time.time()
        )
        scope[SEEN] = seen
        hit = self._faults.hit(name)
        await delay(hit)
        if any(fault.kind == "kill" and fault.when == "before" for fault in hit):
            await self._vanish(hit, scope, receive)
        elif (refusal := self._refusal(hit)) is not None:
            seen.status = refusal.status_code
            await refusal(scope, receive, send)
        else:
            await self._through(hit, seen, scope, receive, send)

    async def _through(self, hit: list[Fault], seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
        if any(fault.kind in ("lost", "kill") for fault in hit):
            await self._app(scope, receive, _nowhere)
            await self._vanish(hit, scope, receive)
            return
        cut = next((fault.events for fault in hit if fault.kind == "cut"), None)

        async def out(message: Message) -> None:
            nonlocal cut
            if message["type"] == "http.response.start":
                seen.status = message["status"]
            elif cut is not None and message.get("body"):
                if cut <= 0:
                    scope["extensions"][DROP]()
                    return
                cut -= 1
            await send(message)

        await self._app(scope, receive, out)

    def _refusal(self, hit: list[Fault]) -> Response | None:
        for fault in hit:
            if fault.kind in ("status", "error"):
                response = self._wording(fault)
                if fault.retry_after is not None:
                    response.headers["Retry-After"] = f"{fault.retry_after:g}"
                return response
        return None

    async def _vanish(self, hit: list[Fault], scope: Scope, receive: Receive) -> None:
        for fault in hit:
            if fault.kind == "kill":
                kill(fault)
        await drop(Request(scope, receive))


def is_known(fault: Fault) -> bool:
    """Whether a service knows a fault of this kind for what it is to hit."""
    return fault.kind in (HOOK_KINDS if fault.request.startswith(FAULTS) else KINDS)


def again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read already, then whatever comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _nowhere(message: Message) -> None:
    """Nobody hears it."""


def _readable(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")
