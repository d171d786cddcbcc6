"""HTTP beneath the MCP client: one network error costs one call, and what HTTP said of a call is kept for it.

The SDK ends a whole connection on one network exception, and reports every refused status as the same error. Once a
call was taken, no refusal of what follows it (asking for the rest of the answer, a reply to a question) unsays that.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

import httpx2


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that lacked a sign-in (401), or rights that a sign-in may bring (403, RFC 6750)."""

    status: int
    challenge: str  # WWW-Authenticate
    protocol: str  # the version that the request spoke

    @classmethod
    def of(cls, request: httpx2.Request, response: httpx2.Response) -> Refusal | None:
        challenge = response.headers.get("www-authenticate", "")
        if response.status_code != 401 and not (response.status_code == 403 and LACKS_RIGHTS.search(challenge)):
            return None
        return cls(response.status_code, challenge, request.headers.get("mcp-protocol-version", ""))


@dataclass(slots=True)
class Heard:
    """What HTTP said about one exchange, or while connecting, where each request counts.

    The SDK sends in the caller's context, so `HEARD` finds the right one.
    """

    of_exchange: bool = False
    accepted: bool = False  # the exchange's message was taken: all of the below stays as it is, but for the next
    later_refused: bool = False  # another message of the exchange was not taken
    status: int | None = None
    retry_after: str = ""
    failure: str = ""  # the network error's kind, where there was one
    sent: bool = True
    session_lost: bool = False
    unread: str = ""  # why the answer was not read to its end
    refused: Refusal | None = None  # the first for want of a sign-in: the SDK may go on with an older handshake
    give_up: Callable[[], None] | None = None  # ends the wait for an answer that will not come
    cannot_renew: bool = False  # the person's sign-in has run out, and who renews it is away


HEARD: ContextVar[Heard | None] = ContextVar("HEARD", default=None)
LACKS_RIGHTS = re.compile(r'\berror="?insufficient_scope\b')
# As the specification's header is called, and as SDKs and servers say it: "No valid session ID provided", "Session not
# found", "Session has been terminated". The bare word may be of what a tool is about.
SESSION_IS_OVER = re.compile(
    r"\bmcp-session-id\b"
    r"|\b(no valid|no such|unknown|invalid|expired|terminated|missing) session\b"
    r"|\bsession( id)?( [0-9a-f-]{8,})?( is| was| has| has been)?"
    r" (not found|invalid|expired|terminated|unknown|missing)\b",
    re.IGNORECASE,
)
LONGEST_REFUSAL = 64 * 1024  # bytes
LARGEST_BODY = 32 * 2**20  # bytes; 10 MB of text come twice where a tool has structured output
NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


class Posting(httpx2.AsyncClient):
    """A message that is refused fails its own call at once. The SDK would send no more messages on this connection,
    and let the call wait for its answer until its time is over."""

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        response = await super().send(request, **options)
        if request.method != "POST" or not response.is_error:
            return response
        await response.aclose()
        if (heard := HEARD.get()) and heard.give_up:
            heard.give_up()
        return httpx2.Response(202, request=request)


class SoftFail(httpx2.AsyncBaseTransport):
    """Turns a network error into an answer. Raised inside the SDK, it would end the connection for all its callers."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        heard = HEARD.get() or Heard()
        is_message = request.method == "POST"
        if heard.accepted:
            response = await self._sent(request, Heard())
            heard.later_refused |= is_message and response.is_error
            return response
        response = await self._sent(request, heard)
        heard.accepted = heard.of_exchange and is_message and response.is_success
        return response

    async def _sent(self, request: httpx2.Request, heard: Heard) -> httpx2.Response:
        try:
            response = await self._inner.handle_async_request(request)
        except httpx2.TransportError as exc:
            heard.failure, heard.sent = type(exc).__name__, not isinstance(exc, NEVER_SENT)
            error = {"code": -32603, "message": f"network: {type(exc).__name__}"}
            return httpx2.Response(503, json={"jsonrpc": "2.0", "id": None, "error": error}, request=request)
        heard.status = response.status_code
        heard.retry_after = response.headers.get("retry-after", "")
        heard.refused = heard.refused or Refusal.of(request, response)
        response.stream = _SoftStream(cast("httpx2.AsyncByteStream", response.stream), response.headers, heard)
        if response.status_code in (400, 404) and "mcp-session-id" in request.headers:
            response = await _read(response, request)
            heard.session_lost |= _session_is_over(response)
        return response

    async def aclose(self) -> None:
        """Nothing: beneath are the connections that others use as well."""


async def _read(response: httpx2.Response, request: httpx2.Request) -> httpx2.Response:
    """The same refusal with its words at hand, of which what is beyond `LONGEST_REFUSAL` is left out."""
    raw = b""
    try:
        async for chunk in response.stream:  # type: ignore[union-attr]  # an async transport's
            raw += chunk
            if len(raw) > LONGEST_REFUSAL:
                break
        return httpx2.Response(
            response.status_code, headers=response.headers, content=raw[:LONGEST_REFUSAL], request=request
        )
    except (httpx2.StreamError, httpx2.DecodingError):
        return httpx2.Response(response.status_code, request=request)
    finally:
        await response.aclose()


def _session_is_over(response: httpx2.Response) -> bool:
    """404 by the specification, unless an answer in it says otherwise; 400 by some servers, which say so."""
    return bool(SESSION_IS_OVER.search(response.text)) or (response.status_code == 404 and not _answers(response))


def _answers(response: httpx2.Response) -> bool:
    try:
        answer = response.json()
    except ValueError:
        return False
    return isinstance(answer, dict) and isinstance(answer.get("error"), dict)


class _SoftStream(httpx2.AsyncByteStream):
    """A body that breaks midway, or has no end, fails its own call: the SDK survives StreamError, not TransportError.

    Streams of events may go on for as long as they like; of those, the SDK bounds each event.
    """

    def __init__(self, inner: httpx2.AsyncByteStream, headers: httpx2.Headers, heard: Heard) -> None:
        self._inner = inner
        self._heard = heard
        self._is_events = headers.get("content-type", "").lower().startswith("text/event-stream")
        self._is_compressed = headers.get("content-encoding", "identity").lower() != "identity"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._is_compressed:  # a few bytes could become gigabytes
            raise self._unread("is compressed although that was not asked for")
        size = 0
        try:
            async for chunk in self._inner:
                size += len(chunk)
                if size > LARGEST_BODY and not self._is_events:
                    raise self._unread(f"is larger than {LARGEST_BODY // 2**20} MB")
                yield chunk
        except httpx2.TransportError as exc:
            raise httpx2.StreamError(f"network: {type(exc).__name__}") from exc

    def _unread(self, reason: str) -> httpx2.StreamError:
        self._heard.unread = reason
        return httpx2.StreamError(f"the answer {reason}")

    async def aclose(self) -> None:
        await self._inner.aclose()
