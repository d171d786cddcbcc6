"""Every way a call to Slack can fail has a name that says what to do."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack import client
from bot.slack.errors import (
    REPEATABLE,
    InstallationBroken,
    NotSupported,
    Refused,
    SlackError,
    StoppedByUser,
    StreamOver,
    TryLater,
    Unknown,
    refused,
    translate,
)

CREATES = frozenset(
    {
        "chat.appendStream",
        "chat.postEphemeral",
        "chat.postMessage",
        "chat.startStream",
        "chat.stopStream",
        "files.completeUploadExternal",
        "views.open",
    }
)


def answered(status: int, data: Any, **headers: str) -> SlackApiError:
    response = AsyncSlackResponse(
        client=None, http_verb="POST", api_url="x", req_args={}, data=data, headers=headers, status_code=status
    )
    return SlackApiError("failed", response)  # type: ignore[no-untyped-call]  # slack-sdk's own


LOST: list[BaseException] = [
    TimeoutError(),
    aiohttp.ServerDisconnectedError(),
    aiohttp.ClientOSError(104, "reset"),
    aiohttp.ClientPayloadError(),
    aiohttp.SocketTimeoutError(),
    ConnectionResetError(),
    answered(500, {}),
    answered(502, "Bad Gateway"),
    answered(503, {"ok": False, "error": "service_unavailable"}),
    answered(200, {}),  # HTML: slack-sdk finds no JSON
    answered(200, {"ok": False, "error": "internal_error"}),
    answered(200, {"ok": False, "error": "fatal_error"}),
    AttributeError("'list' object has no attribute 'get'"),  # slack-sdk on JSON that is no object
    ValueError("no JSON"),
]


@pytest.mark.parametrize("lost", LOST, ids=repr)
def test_a_lost_answer_to_a_write_is_unknown_and_to_a_read_is_for_later(lost: BaseException) -> None:
    for method in CREATES:
        assert type(translate(lost, method=method)) is Unknown
    for method in REPEATABLE:
        assert type(translate(lost, method=method)) is TryLater


def connection_refused() -> aiohttp.ClientConnectorError:
    key: Any = type("Key", (), {"ssl": True, "host": "x", "port": 1})()
    return aiohttp.ClientConnectorError(key, OSError("refused"))


@pytest.mark.parametrize("method", sorted(CREATES | REPEATABLE))
@pytest.mark.parametrize("never", [connection_refused(), aiohttp.ConnectionTimeoutError()], ids=["refused", "late"])
def test_a_connection_that_was_never_made_is_for_later(never: BaseException, method: str) -> None:
    assert type(translate(never, method=method)) is TryLater


@pytest.mark.parametrize("code", ["ratelimited", "rate_limited"])
@pytest.mark.parametrize("status", [200, 429])
def test_a_rate_limit_says_when(code: str, status: int) -> None:
    error = translate(
        answered(status, {"ok": False, "error": code}, **{"Retry-After": "30"}), method="chat.postMessage"
    )
    assert isinstance(error, TryLater)
    assert error.after == timedelta(seconds=30)


@pytest.mark.parametrize("header", ["", "soon", "-1", "inf", "1e99"])
def test_a_retry_after_that_makes_no_sense_is_none(header: str) -> None:
    error = translate(answered(429, {}, **{"retry-after": header}), method="chat.postMessage")
    assert isinstance(error, TryLater)
    assert error.after is None


@pytest.mark.parametrize(
    ("method", "code", "kind"),
    [
        ("chat.postMessage", "channel_not_found", Refused),
        ("chat.postMessage", "invalid_blocks", Refused),
        ("chat.update", "message_not_found", Refused),
        ("chat.update", "msg_too_long", Refused),
        ("chat.update", "streaming_state_conflict", Refused),
        ("chat.appendStream", "message_not_in_streaming_state", StreamOver),
        ("chat.stopStream", "message_not_in_streaming_state", StreamOver),
        ("chat.appendStream", "msg_too_long", StreamOver),
        ("chat.stopStream", "message_not_found", StreamOver),
        ("chat.appendStream", "stopped_by_user", StoppedByUser),
        ("chat.startStream", "unknown_method", NotSupported),
        ("chat.startStream", "channel_type_not_supported", NotSupported),
        ("chat.startStream", "feature_disabled", NotSupported),
        ("conversations.replies", "not_authorized", Refused),
        ("assistant.threads.setSuggestedPrompts", "not_agent_app", NotSupported),
        ("auth.test", "invalid_auth", InstallationBroken),
        ("chat.postMessage", "token_revoked", InstallationBroken),
        ("chat.postMessage", "account_inactive", InstallationBroken),
    ],
)
def test_a_refusal_has_the_kind_that_says_what_to_do(method: str, code: str, kind: type[Refused]) -> None:
    error = translate(answered(200, {"ok": False, "error": code}), method=method)
    assert type(error) is kind
    assert isinstance(error, Refused)
    assert error.code == code


def test_a_missing_scope_is_named() -> None:
    error = refused("missing_scope", method="users.info", answer={"needed": "users:read", "provided": "chat:write"})
    assert isinstance(error, NotSupported)
    assert error.needed == "users:read"
    assert str(error) == "users.info: missing_scope (needs the scope users:read)"


def test_slacks_details_on_blocks_are_kept_for_the_log() -> None:
    answer = {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": ["[ERROR] must be below 50"]}}
    assert "must be below 50" in str(translate(answered(200, answer), method="chat.postMessage"))


@pytest.mark.parametrize("status", [404, 405, 501])
def test_an_address_that_is_not_there_is_a_method_that_is_not_there(status: int) -> None:
    """Small emulators have no words of Slack's for what they lack. Nothing happened, so nothing is looked for."""
    for method in CREATES | REPEATABLE:
        missing = translate(answered(status, {"message": "Not Found"}), method=method)
        assert isinstance(missing, NotSupported)
        assert missing.code == f"http_{status}"


def test_a_wrong_address_or_a_wrong_use_is_refused() -> None:
    assert type(translate(SlackRequestError("x"), method="chat.postMessage")) is Refused
    assert type(translate(aiohttp.InvalidURL("x"), method="chat.postMessage")) is Refused


def test_every_method_of_the_client_is_judged_repeatable_or_not() -> None:
    """A new method must be put into one of the two lists by hand."""
    tree = ast.parse(Path(client.__file__).read_text())
    names = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    prefixes = (
        "chat.",
        "agents.",
        "assistant.",
        "conversations.",
        "files.",
        "users.",
        "usergroups.",
        "views.",
        "auth.",
    )
    used = {name for name in names if name.startswith(prefixes) and " " not in name}
    assert used | {"files.upload"} == CREATES | REPEATABLE


def test_all_errors_are_one_tree() -> None:
    assert all(issubclass(kind, SlackError) for kind in (TryLater, Unknown, Refused))
    assert all(issubclass(kind, Refused) for kind in (NotSupported, StreamOver, StoppedByUser, InstallationBroken))
