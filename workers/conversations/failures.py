"""Every failure of the API and of the way to it, as one of ours. The only place that maps them.

Sections 1.4 and 1.5 of the reference. The status decides first, then the code, never the body's `type`; bodies come in
seven shapes and sometimes as HTML or empty. `repeatable` says whether asking twice is harmless (reads, deletes): what
is then merely worth another try must, for a request that runs the model, be looked up in the history first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from workers.conversations.entries import as_json_text, text
from workers.conversations.errors import (
    AgentGone,
    Blocked,
    Bookkeeping,
    Busy,
    ConversationError,
    CutShort,
    KeyRejected,
    LibraryGone,
    ModelRetired,
    RateLimited,
    Refused,
    TryLater,
    Unanswered,
    Vanished,
)
from workers.conversations.port import Opening

BOOKKEEPING = "3230"
GUARDRAIL_FAILED = "3201"  # `block_on_error`
RATE_LIMITED = "1300"
FAILED_MEANWHILE = "3000"  # while the agents were running
INVALID_MODEL = "1500"
OVERLOADED = "3505"  # the service's own capacity, under 429 or 503
MESSAGE_LIMIT = 500  # characters of the API's words worth a log line

# Nothing of the request has left, or no connection was to be had.
NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


@dataclass(frozen=True, slots=True)
class Said:
    """What an error's body says, whatever its shape."""

    message: str
    code: str | None = None
    guardrail: bool = False


def of_answer(status: int, headers: Mapping[str, str], body: str, *, repeatable: bool, now: float) -> ConversationError:
    """An answer that is not 2xx. `now` (epoch seconds) turns a `Retry-After` date into a wait."""
    said = read_body(body)
    message = said.message or f"HTTP {status} without a message"
    known: dict[str, Any] = {"status": status, "code": said.code}
    match status:
        case 409:
            return Busy(message, after=retry_after(headers, now=now), **known)
        case 429 if said.code != OVERLOADED and "capacity exceeded" not in message:
            return RateLimited(message, after=retry_after(headers, now=now), **known)
        case 429 | 500 | 502 | 503:
            return TryLater(message, after=retry_after(headers, now=now), **known)
        case 401:
            return KeyRejected(message, **known)
        case 403:
            blocked = said.guardrail or said.code == GUARDRAIL_FAILED
            return Blocked(message, **known) if blocked else KeyRejected(message, **known)
        case 404 if "no Route matched" in message:  # the gateway's: this host has no Conversations API at all
            return Refused(f"{message} (is MISTRAL_API_URL a host with the Conversations API?)", **known)
        case 400 | 404 if is_about_the_model(message, said.code):
            return ModelRetired(message, **known)
        case 404:
            return Vanished(message, **known)
        case 400 if said.code == BOOKKEEPING:
            return Bookkeeping(message, **known)
    if status == 408 or status >= 500:
        # 504 and the gateways' own: the turn may be running on the server.
        if repeatable:
            return TryLater(message, after=retry_after(headers, now=now), **known)
        return Unanswered(message, **known)
    return Refused(message, **known)


# A model that is not there, in whichever words; "model X does not support …" is about something else.
_NO_MODEL = re.compile(
    r"invalid[ _]model|unknown model|no such model|model_not_found|"
    r"\bmodel\b.{0,120}?\b(not found|not exist|not available|deprecated|retired|discontinued|removed|no longer)\b",
    re.IGNORECASE,
)


def is_about_the_model(message: str, code: str | None) -> bool:
    """Whether a refusal says that the model is not there (any more)."""
    return code == INVALID_MODEL or bool(_NO_MODEL.search(message))


def of_start(error: Vanished, opening: Opening) -> Refused:
    """A 404 to the start of a conversation: its agent object, a library or its model is not there."""
    said = str(error)
    known: dict[str, Any] = {"status": error.status, "code": error.code}
    if opening.agent_id is not None:
        return AgentGone(said, **known)
    if "librar" in said.lower():
        return LibraryGone(said, library="", **known)
    return ModelRetired(said, **known)


def of_event(message: str, code: str) -> ConversationError:
    """A `conversation.response.error` event: the end of an answer, under HTTP 200.

    Its code is an HTTP status or one of the API's own. Other than for an answer, a 5xx is `TryLater` too: the end was
    heard, so there is no doubt that nothing runs any more.
    """
    message = _words(message) or "the answer ended with an error"
    if code.isdecimal() and 400 <= int(code) <= 599:
        status = int(code)
        if status >= 500 or status in (408, 409):
            return TryLater(message, status=status, code=code)
        return of_answer(status, {}, message, repeatable=False, now=0)
    if code == RATE_LIMITED:
        return RateLimited(message, code=code)
    if code == FAILED_MEANWHILE:
        return TryLater(message, code=code)
    if is_about_the_model(message, code):
        return ModelRetired(message, code=code or None)
    kind = {BOOKKEEPING: Bookkeeping, GUARDRAIL_FAILED: Blocked}.get(code, Refused)
    return kind(message, code=code or None)


def of_transport(exc: httpx2.HTTPError, *, repeatable: bool) -> ConversationError:
    """The connection failed before there was an answer."""
    if isinstance(exc, NEVER_SENT) or repeatable:
        return TryLater(f"no answer from Mistral ({_what(exc)})")
    return Unanswered(f"the request was sent, no answer came ({_what(exc)})")


def of_stream(exc: httpx2.HTTPError) -> ConversationError:
    """The connection failed in the middle of an answer, or fell silent."""
    return CutShort(f"the stream broke ({_what(exc)})")


def _what(exc: httpx2.HTTPError) -> str:
    return type(exc).__name__ + (f": {exc}" if str(exc) else "")


def not_understood(what: str, *, repeatable: bool) -> ConversationError:
    """A 2xx answer that is not what was asked for. A request that runs the model has probably run it."""
    return TryLater(what) if repeatable else Unanswered(what)


def read_body(body: str) -> Said:
    """The message and code of an error body; the start of the text when it is no JSON."""
    try:
        raw = json.loads(body)
    except ValueError:
        return Said(_words(body))
    if not isinstance(raw, dict):
        return Said(_words(as_json_text(raw)))
    inner = raw.get("error")
    guardrail = "guardrails" in raw
    if isinstance(inner, dict):
        raw = {**raw, **inner}
    elif isinstance(inner, str):
        raw = {"message": inner, **raw}
    said = raw.get("message") or raw.get("detail")
    if isinstance(said, dict):
        said = said.get("detail") or said.get("message") or said
    return Said(_words(_details(said)), as_json_text(raw.get("code")) or None, guardrail)


def _details(said: Any) -> str:
    """Validation details as `body.inputs: Field required`; without `input`, which holds what people wrote."""
    if not isinstance(said, list):
        return as_json_text(said)
    return "; ".join(
        f"{'.'.join(str(part) for part in item.get('loc') or ())}: {text(item, 'msg')}"
        for item in said
        if isinstance(item, dict)
    )


def _words(said: str) -> str:
    return " ".join(said.split())[:MESSAGE_LIMIT]


def retry_after(headers: Mapping[str, str], *, now: float) -> timedelta | None:
    """`retry-after-ms`, else `Retry-After` in seconds or as a date; `None` when absent or unreadable."""
    try:
        if exact := headers.get("retry-after-ms"):
            return max(timedelta(milliseconds=float(exact)), timedelta())
        if not (given := headers.get("retry-after")):
            return None
        if given.strip().replace(".", "", 1).isdecimal():
            return timedelta(seconds=float(given))
        until = parsedate_to_datetime(given)
        return max(until - datetime.fromtimestamp(now, until.tzinfo or UTC), timedelta())
    except (ValueError, OverflowError, TypeError):
        return None
