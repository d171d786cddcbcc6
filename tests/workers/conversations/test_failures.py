"""Every shape of error body, every status, every broken connection: which of our errors it becomes."""

from __future__ import annotations

import inspect
import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from workers.conversations import errors, failures
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
    TooLarge,
    TryLater,
    Unanswered,
    Vanished,
)
from workers.conversations.port import Opening

NOW = 1_780_000_000.0
MAYBE_RUN, HARMLESS = False, True


def answer(
    status: int, body: Any = "", *, repeatable: bool = MAYBE_RUN, headers: dict[str, str] | None = None
) -> ConversationError:
    text = body if isinstance(body, str) else json.dumps(body)
    return failures.of_answer(status, httpx2.Headers(headers or {}), text, repeatable=repeatable, now=NOW)


SHAPES: list[tuple[str, Any, str, str | None]] = [
    (
        "object in lower case, code as a string",
        {"object": "error", "message": "slow", "type": "invalid_request_error", "param": None, "code": "1300"},
        "slow",
        "1300",
    ),
    ("object in upper case, code as a number", {"object": "Error", "message": "no", "code": 3000}, "no", "3000"),
    (
        "message as an object",
        {"object": "error", "message": {"detail": [{"loc": ["body", "x"], "msg": "Extra", "type": "e"}]}, "code": None},
        "body.x: Extra",
        None,
    ),
    (
        "detail as a list",
        {"detail": [{"loc": ["body", "inputs"], "msg": "Field required", "type": "missing", "input": "private"}]},
        "body.inputs: Field required",
        None,
    ),
    ("detail as a string", {"detail": "Unauthorized"}, "Unauthorized", None),
    ("the gateway's", {"message": "Unauthorized", "request_id": "0123abcd"}, "Unauthorized", None),
    (
        "the guardrail's",
        {"error": {"message": "Content blocked by guardrail", "status": 403}, "guardrails": {"results": {}}},
        "Content blocked by guardrail",
        None,
    ),
    ("a page", "<html>\n<h1>502</h1>", "<html> <h1>502</h1>", None),
    ("nothing", "", "", None),
    ("error as a string", {"error": "no"}, "no", None),
    ("a list", [1], "[1]", None),
    ("detail of other things", {"detail": ["odd", {"msg": "even"}]}, ": even", None),
    ("a message of an unknown shape", {"message": {"why": 1}}, '{"why":1}', None),
]


@pytest.mark.parametrize(("body", "message", "code"), [row[1:] for row in SHAPES], ids=[row[0] for row in SHAPES])
def test_an_error_body_of_any_shape_is_read(body: Any, message: str, code: str | None) -> None:
    said = failures.read_body(body if isinstance(body, str) else json.dumps(body))
    assert (said.message, said.code) == (message, code)


GUARDRAIL = SHAPES[6][1]
STATUSES: list[tuple[int, Any, bool, type[ConversationError]]] = [
    (400, {"message": "too long", "code": 3000}, MAYBE_RUN, Refused),
    (400, {"message": "Not the same number of function calls and responses", "code": 3230}, MAYBE_RUN, Bookkeeping),
    (400, {"message": "…", "code": "3230"}, MAYBE_RUN, Bookkeeping),
    (401, {"detail": "Unauthorized"}, MAYBE_RUN, KeyRejected),
    (402, "", MAYBE_RUN, Refused),
    (403, {"message": "not your workspace"}, MAYBE_RUN, KeyRejected),
    (403, GUARDRAIL, MAYBE_RUN, Blocked),
    (403, {"message": "guardrail failed", "code": "3201"}, MAYBE_RUN, Blocked),
    (404, {"detail": "Not Found"}, MAYBE_RUN, Vanished),
    (404, {"message": "no Route matched with those values", "request_id": "x"}, MAYBE_RUN, Refused),
    (408, "", MAYBE_RUN, Unanswered),
    (408, "", HARMLESS, TryLater),
    (409, {"message": "Conversation is being updated"}, MAYBE_RUN, Busy),
    (422, SHAPES[2][1], MAYBE_RUN, Refused),
    (400, {"message": "Invalid model: mistral-old", "type": "invalid_model", "code": "1500"}, MAYBE_RUN, ModelRetired),
    (404, {"message": "The model mistral-old does not exist"}, MAYBE_RUN, ModelRetired),
    (404, {"detail": "Model mistral-old was retired on 1 May"}, MAYBE_RUN, ModelRetired),
    (
        400,
        {"message": "Model x currently does not support builtin connectors", "code": 3004},
        MAYBE_RUN,
        Refused,
    ),
    (429, SHAPES[0][1], MAYBE_RUN, RateLimited),
    (429, {"message": "Service tier capacity exceeded for this model.", "code": "3505"}, MAYBE_RUN, TryLater),
    (500, SHAPES[1][1], MAYBE_RUN, TryLater),
    (502, SHAPES[7][1], MAYBE_RUN, TryLater),
    (503, "", MAYBE_RUN, TryLater),
    (504, "", MAYBE_RUN, Unanswered),
    (504, "", HARMLESS, TryLater),
    (524, "", MAYBE_RUN, Unanswered),
    (302, "", MAYBE_RUN, Refused),
]


@pytest.mark.parametrize(("status", "body", "repeatable", "kind"), STATUSES)
def test_the_status_decides_and_then_the_code(
    status: int, body: Any, repeatable: bool, kind: type[ConversationError]
) -> None:
    error = answer(status, body, repeatable=repeatable)
    assert type(error) is kind
    assert error.status == status
    assert str(error)


EVENTS: list[tuple[str, type[ConversationError]]] = [
    ("500", TryLater),
    ("503", TryLater),
    ("504", TryLater),
    ("429", RateLimited),
    ("409", TryLater),
    ("1300", RateLimited),
    ("1500", ModelRetired),
    ("3000", TryLater),
    ("3230", Bookkeeping),
    ("3201", Blocked),
    ("3004", Refused),
    ("400", Refused),
    ("401", KeyRejected),
    ("404", Vanished),
    ("", Refused),
    ("broken", Refused),
]


@pytest.mark.parametrize(("code", "kind"), EVENTS)
def test_an_error_event_is_named_by_its_code(code: str, kind: type[ConversationError]) -> None:
    error = failures.of_event("it failed", code)
    assert type(error) is kind
    assert str(error) == "it failed"


BROKEN: list[tuple[httpx2.HTTPError, type[ConversationError], type[ConversationError]]] = [
    (httpx2.ConnectError("refused"), TryLater, TryLater),
    (httpx2.ConnectTimeout(""), TryLater, TryLater),
    (httpx2.PoolTimeout(""), TryLater, TryLater),
    (httpx2.ProxyError("503"), TryLater, TryLater),
    (httpx2.ReadTimeout(""), Unanswered, TryLater),
    (httpx2.WriteTimeout(""), Unanswered, TryLater),
    (httpx2.ReadError(""), Unanswered, TryLater),
    (httpx2.WriteError(""), Unanswered, TryLater),
    (httpx2.RemoteProtocolError("disconnected"), Unanswered, TryLater),
    (httpx2.DecodingError("gzip"), Unanswered, TryLater),
]


@pytest.mark.parametrize(("broken", "running", "reading"), BROKEN)
def test_a_broken_connection_counts_as_taken_unless_nothing_was_sent(
    broken: httpx2.HTTPError, running: type[ConversationError], reading: type[ConversationError]
) -> None:
    assert type(failures.of_transport(broken, repeatable=False)) is running
    assert type(failures.of_transport(broken, repeatable=True)) is reading
    assert type(failures.of_stream(broken)) is CutShort


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({}, None),
        ({"Retry-After": "3"}, timedelta(seconds=3)),
        ({"Retry-After": "1.5"}, timedelta(seconds=1.5)),
        ({"Retry-After-Ms": "250", "Retry-After": "9"}, timedelta(seconds=0.25)),
        ({"Retry-After": "Thu, 28 May 2026 20:26:50 GMT"}, timedelta(seconds=10)),
        ({"Retry-After": "Thu, 28 May 2026 20:26:30 GMT"}, timedelta()),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After-Ms": "nan"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "9" * 40}, None),
    ],
)
def test_how_long_to_wait_is_read_in_all_its_forms(headers: dict[str, str], after: timedelta | None) -> None:
    error = answer(429, headers=headers)
    assert isinstance(error, TryLater)
    assert error.after == after


STARTS: list[tuple[Opening, str, type[ConversationError]]] = [
    (Opening(agent_id="ag_1"), "not found", AgentGone),
    (Opening(model="mistral-medium-latest"), "Library 0190 not found", LibraryGone),
    (Opening(model="mistral-medium-latest"), "not found", ModelRetired),
]


@pytest.mark.parametrize(("opening", "said", "kind"), STARTS)
def test_a_404_to_a_start_is_about_what_it_named(opening: Opening, said: str, kind: type[ConversationError]) -> None:
    error = failures.of_start(Vanished(said, status=404), opening)
    assert type(error) is kind
    assert error.status == 404


def test_every_error_of_the_tree_is_made_somewhere() -> None:
    tree = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ConversationError)}
    made = {row[3] for row in STATUSES} | {row[1] for row in EVENTS} | {CutShort, TooLarge}
    made |= {row[2] for row in STARTS}
    assert tree - made == {ConversationError}
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in tree)


def test_an_error_keeps_only_the_start_of_a_long_body() -> None:
    assert len(str(answer(502, "x" * 100_000))) == failures.MESSAGE_LIMIT
