"""What can go wrong with a call to Slack, by what the caller can do, and the one place that translates it.

SlackError
├── TryLater             nothing happened; the same call may succeed later. `.after` is Slack's Retry-After
├── Unknown              the call may have happened, nobody heard: look before sending anything again
└── Refused              the call is at fault, repeating it cannot help. `.code` is Slack's, `.needed` a missing scope
    ├── NotSupported     this installation, app or channel has no such thing: fall back
    ├── StreamOver       the stream takes no more: go on with a new message, what was shown stays
    ├── StoppedByUser    the person pressed Stop
    └── InstallationBroken  the token is gone; stop working for this workspace until somebody mends it

Whether a lost answer is `TryLater` or `Unknown` depends on the method: reading and setting can be repeated, making
something cannot (slack-sdk's own retries would post twice, so they are off; see `client.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

# Repeating one of these shows nothing twice. Every other method counts as one that makes something.
REPEATABLE = frozenset(
    {
        "assistant.threads.setStatus",
        "assistant.threads.setSuggestedPrompts",
        "auth.test",
        "chat.delete",
        "chat.getPermalink",
        "chat.update",
        "conversations.history",
        "conversations.info",
        "conversations.open",
        "conversations.replies",
        "files.download",  # our own word for reading a file's bytes
        "files.getUploadURLExternal",  # a slot nobody fills is never seen
        "files.info",
        "files.upload",  # the bytes alone: the file appears with files.completeUploadExternal
        "usergroups.users.list",
        "users.info",
        "views.update",
    }
)
STREAM_METHODS = frozenset({"chat.startStream", "chat.appendStream", "chat.stopStream"})

RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
SLACK_FAILED = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)
TOKEN_GONE = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "account_inactive", "token_expired", "org_login_required"}
)
CHANNEL_GONE = frozenset({"not_in_channel", "channel_not_found", "is_archived"})  # for us, until somebody mends it
NOT_SUPPORTED = frozenset(
    {
        "unknown_method",
        "method_deprecated",
        "deprecated_endpoint",
        "feature_disabled",
        "feature_not_enabled",
        "not_supported",
        "not_agent_app",
        "missing_scope",
        "not_allowed_token_type",
        "no_permission",
        "method_not_supported_for_channel_type",
        "channel_type_not_supported",
    }
)
# Slack knows every method's address; a stand-in answers so to those it lacks. Nothing has happened.
NO_SUCH_ADDRESS = frozenset({404, 405, 501})
STREAM_OVER = frozenset({"message_not_in_streaming_state", "msg_too_long", "message_not_found"})


class SlackError(Exception):
    """`method` is the call that failed. The text is for the log; people get a sentence of ours."""

    def __init__(self, message: str, *, method: str) -> None:
        super().__init__(f"{method}: {message}")
        self.method = method


class TryLater(SlackError):
    def __init__(self, message: str, *, method: str, after: timedelta | None = None) -> None:
        super().__init__(message, method=method)
        self.after = after


class Unknown(SlackError):
    pass


class Refused(SlackError):
    def __init__(self, message: str, *, method: str, code: str, needed: str | None = None) -> None:
        super().__init__(message, method=method)
        self.code = code
        self.needed = needed


class NotSupported(Refused):
    pass


class StreamOver(Refused):
    pass


class StoppedByUser(Refused):
    pass


class InstallationBroken(Refused):
    pass


# What a call through slack-sdk may raise. AttributeError is its own answer to JSON that is no object (`validate`).
RAISED = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError, AttributeError)


def translate(exc: BaseException, *, method: str) -> SlackError:
    """The error of our tree for what `method` raised."""
    if isinstance(exc, SlackApiError):
        return _answered(exc, method)
    if isinstance(exc, SlackClientError):
        return Refused(f"slack-sdk refused to send it: {exc}", method=method, code="client_misuse")
    if isinstance(exc, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return TryLater(f"no connection: {type(exc).__name__}", method=method)  # not one byte was sent
    if isinstance(exc, aiohttp.InvalidURL):
        return Refused("SLACK_API_URL is not a usable address", method=method, code="invalid_url")
    return _lost(type(exc).__name__, method)


def refused(code: str, *, method: str, answer: Mapping[str, Any] | None = None) -> SlackError:
    """The error for `ok: false` with `code`."""
    answer = answer or {}
    if code in RATE_LIMITED:
        return TryLater(code, method=method)
    if code in SLACK_FAILED:
        return _lost(code, method)
    needed = answer.get("needed")
    kind: type[Refused] = Refused
    if code in TOKEN_GONE:
        kind = InstallationBroken
    elif code == "stopped_by_user":
        kind = StoppedByUser
    elif method in STREAM_METHODS and code in STREAM_OVER:
        kind = StreamOver
    elif code in NOT_SUPPORTED:
        kind = NotSupported
    return kind(_explained(code, answer), method=method, code=code, needed=needed if isinstance(needed, str) else None)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Slack's Retry-After in seconds; None when it is missing or makes no sense."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        seconds = float(value)
    except ValueError:
        return None
    return timedelta(seconds=seconds) if math.isfinite(seconds) and 0 <= seconds <= 86_400 else None


def _answered(exc: SlackApiError, method: str) -> SlackError:
    response: Any = exc.response
    # An answer that is no JSON arrives as aiohttp's response, with `status`; any other as slack-sdk's.
    status = int(getattr(response, "status_code", None) or getattr(response, "status", 0) or 0)
    headers = getattr(response, "headers", None) or {}
    data = getattr(response, "data", None)
    answer = data if isinstance(data, dict) else {}
    code = answer.get("error")
    if status == 429 or code in RATE_LIMITED:
        return TryLater("rate limited", method=method, after=retry_after(headers))
    if status in NO_SUCH_ADDRESS and answer.get("ok") is not False:
        return NotSupported(f"HTTP {status} without Slack's JSON", method=method, code=f"http_{status}")
    if status >= 500:
        return _lost(f"HTTP {status}", method)
    if isinstance(code, str) and code:
        return refused(code, method=method, answer=answer)
    if 400 <= status < 500:
        return Refused(f"HTTP {status} without Slack's JSON", method=method, code=f"http_{status}")
    return _lost(f"HTTP {status} with an answer that is not Slack's JSON", method)


def _lost(reason: str, method: str) -> SlackError:
    if method in REPEATABLE:
        return TryLater(reason, method=method)
    return Unknown(f"{reason}; it may have happened", method=method)


def _explained(code: str, answer: Mapping[str, Any]) -> str:
    """`code` with Slack's details on invalid blocks or scopes, which it puts beside it."""
    details = answer.get("response_metadata")
    messages = details.get("messages") if isinstance(details, dict) else None
    said = [str(message) for message in messages] if isinstance(messages, list) else []
    if needed := answer.get("needed"):
        said.append(f"needs the scope {needed}")
    return f"{code} ({'; '.join(said)})" if said else code
