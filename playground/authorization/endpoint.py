"""One request to an issuer: noted in the log, hit by the faults that want it, answered by its handler.

A handler may learn the name under which faults and log know the request only from its body, so it says it itself, by
`Request.called`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from playground.authorization.errors import OAuthError
from playground.authorization.issuer import Issuer
from playground.authorization.seen import Seen
from playground.faults import Fault, delay, kill
from playground.serving import drop

KINDS = frozenset({"status", "error", "lost", "delay", "kill"})  # of faults that an issuer knows
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Lost(Exception):
    """The request was applied, or not; either way nobody hears of it."""


@dataclass(slots=True)
class Call:
    """What came in, and what the log will say of it."""

    issuer: Issuer
    request: Request
    seen: Seen
    hit: list[Fault] = field(default_factory=list)

    async def called(self, name: str) -> None:
        """From here on the request has this name: the faults that hit it happen now. Raises `OAuthError`, `Lost`."""
        self.seen.name = name
        self.hit = self.issuer.faults.hit(name)
        await delay(self.hit)
        for fault in self.hit:
            if fault.kind == "kill" and fault.when == "before":
                kill(fault)
                raise Lost
            if fault.kind == "status":
                raise Failing(fault)
            if fault.kind == "error":
                raise OAuthError(fault.code, "The playground was told to refuse this.")


class Failing(OAuthError):
    """An answer that a rule put there."""

    def __init__(self, fault: Fault) -> None:
        super().__init__("temporarily_unavailable", "The playground was told to fail.", status=fault.status)
        self.retry_after = fault.retry_after


Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An ASGI app. `name`: of requests whose body says nothing more; `""` where the handler calls them."""

    issuer: Issuer
    name: str
    handler: Handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        call = Call(self.issuer, request, self.issuer.log.add(self.name or scope["path"], at=self.issuer.now()))
        try:
            response = await self._answered(call)
        except Lost:
            await drop(request)
            return
        call.seen.status = response.status_code
        await response(scope, receive, send)

    async def _answered(self, call: Call) -> Response:
        try:
            if self.name:
                await call.called(self.name)
            response = await self.handler(call)
        except OAuthError as problem:
            call.seen.error, call.seen.reused = problem.code, problem.reused
            return refusal(problem)
        lost = [fault for fault in call.hit if fault.kind in ("lost", "kill")]
        for fault in lost:
            if fault.kind == "kill":
                kill(fault)
        if lost:
            raise Lost
        return response


def refusal(problem: OAuthError) -> Response:
    headers = dict(NO_STORE)
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="playground"'  # RFC 6749, section 5.2
    if isinstance(problem, Failing) and problem.retry_after is not None:
        headers["Retry-After"] = f"{problem.retry_after:g}"
    return JSONResponse(problem.body, problem.status, headers)
