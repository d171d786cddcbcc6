"""The guard before Slack's route: nothing that Slack did not sign gets past it, whatever it is.

It reads the raw bytes once, at most 1 MiB of them, and checks the signature over exactly those bytes, once; Bolt's own
check is off. Rules follow Slack's "Verifying requests from Slack". Every refusal is a 4xx with one plain sentence; a
refused request costs no parsing, stores nothing and logs its reason without its content.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.deadlines import Deadlines

log = structlog.get_logger()

LARGEST_BODY = 1 << 20  # 1 MiB; Slack's largest payload, a view with its state, is 250 kB
OLDEST = timedelta(seconds=300)  # Slack's own advice against replays
READ_LIMIT = timedelta(seconds=5)  # Slack sends a body in one piece; who dribbles is not Slack

_SIGNATURE = re.compile(rb"v0=[0-9a-f]{64}")
_NUMBER = re.compile(rb"[0-9]{1,11}")
_READ = frozenset((b"x-slack-signature", b"x-slack-request-timestamp", b"content-length", b"content-type"))

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]  # status, headers, body


class Hears(Protocol):
    """Who takes a signed request: its body and its content type. Raises `Refusal` for a body that says nothing."""

    async def __call__(self, body: bytes, content_type: str) -> Answer: ...


class Refusal(Exception):
    """Why a request is turned away, in one plain sentence."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Seal:
    """What a request says of itself, well-formed but not yet believed."""

    timestamp: bytes
    signature: bytes
    content_type: str


def read_seal(headers: list[tuple[bytes, bytes]], now: float) -> Seal:
    """The seal in the headers; `Refusal` where one is missing, doubled, malformed or stale, or announces too much."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _READ:
            if name in found:
                raise Refusal(400, "A header that must be there once is there twice.")
            found[name] = value
    announced = found.get(b"content-length", b"0")
    if not _NUMBER.fullmatch(announced):
        raise Refusal(400, "Content-Length is not a number.")
    if int(announced) > LARGEST_BODY:
        raise Refusal(413, "The body is larger than 1 MiB.")
    timestamp = found.get(b"x-slack-request-timestamp", b"")
    signature = found.get(b"x-slack-signature", b"")
    if not _NUMBER.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        raise Refusal(401, "The request carries no signature of Slack's.")
    if abs(now - int(timestamp)) > OLDEST.total_seconds():
        raise Refusal(401, "The request's timestamp is more than five minutes away from now.")
    return Seal(timestamp, signature, found.get(b"content-type", b"").decode("latin-1"))


def is_signed(secret: bytes, seal: Seal, body: bytes) -> bool:
    """Whether `seal` was made over `body` by who knows the signing secret."""
    made = hmac.digest(secret, b"v0:%b:%b" % (seal.timestamp, body), "sha256").hex()
    return hmac.compare_digest(b"v0=" + made.encode(), seal.signature)


class Guard:
    """Stands before the web application `rest` and takes Slack's route out of it.

    What is signed goes to `hear` as raw bytes, and its answer goes back. `now` is the clock.
    """

    def __init__(
        self, rest: ASGIApp, *, path: str, secret: str, hear: Hears, now: Callable[[], float], deadlines: Deadlines
    ) -> None:
        self._rest = rest
        self._path = path
        self._secret = secret.encode()
        self._hear = hear
        self._now = now
        self._deadlines = deadlines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._rest(scope, receive, send)
            return
        try:
            if scope["method"] != "POST":
                raise Refusal(405, "Slack's events come by POST.")
            seal = read_seal(scope["headers"], self._now())
            body = await read_body(receive, self._deadlines, READ_LIMIT)
            if not is_signed(self._secret, seal, body):
                raise Refusal(401, "The signature does not fit the request.")
            status, headers, content = await self._hear(body, seal.content_type)
        except Refusal as refusal:
            log.info("request.refused", status=refusal.status, reason=refusal.reason)
            content = refusal.reason.encode()
            status, headers = refusal.status, [(b"content-type", b"text/plain; charset=utf-8")]
            if status == 405:
                headers.append((b"allow", b"POST"))
        headers.append((b"content-length", b"%d" % len(content)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})


async def read_body(receive: Receive, deadlines: Deadlines, limit: timedelta) -> bytes:
    """The whole body. A missing or lying Content-Length does not help: the cap counts what arrives."""
    pieces, size, more = [], 0, True
    try:
        with deadlines.within(limit):
            while more and size <= LARGEST_BODY:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refusal(400, "The connection closed before the body was whole.")
                pieces.append(message.get("body", b""))
                size += len(pieces[-1])
                more = message.get("more_body", False)
    except TimeoutError:
        raise Refusal(408, "The body did not arrive in time.") from None
    if size > LARGEST_BODY:
        raise Refusal(413, "The body is larger than 1 MiB.")
    return b"".join(pieces)
