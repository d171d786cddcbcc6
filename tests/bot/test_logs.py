"""Logs are one event a line, carry no secret, and take in what libraries log."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from bot import logs
from bot.settings import Settings


def settings(**changes: Any) -> Settings:
    required: dict[str, Any] = {
        "slack_bot_token": SecretStr("xoxb-1-2-abcdef"),
        "slack_signing_secret": SecretStr("8f742231b10e8888abcd99yyyzzz85a5"),
        "mistral_api_key": SecretStr("Qw3rTy7UiOpAsDfGhJkLzXcVbNm12345"),
        "redis_url": "redis://default:hunter2hunter2@localhost:6379/0",
        "log_format": "json",
    }
    return Settings(_env_file=None, **{**required, **changes})


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging belongs to the process: the next test finds it as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def rows(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(row) for row in out.getvalue().splitlines()]


def test_an_event_is_one_line_with_its_fields_and_what_is_bound() -> None:
    out = io.StringIO()
    logs.set_up(settings(), out=out)
    with structlog.contextvars.bound_contextvars(thread="T1:C1:1.0"):
        structlog.get_logger().info("turn.completed", entries=4, seconds=3.1, agent="été")
    [row] = rows(out)
    assert row.pop("timestamp")
    assert row == {
        "event": "turn.completed",
        "level": "info",
        "entries": 4,
        "seconds": 3.1,
        "agent": "été",
        "thread": "T1:C1:1.0",
    }


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy",
        "xoxe.xoxp-1-Mi0yLTE3NjUzNjcyNDgx",
        "xapp-1-A0123-456-abcdef0123456789",
        "Bearer 0123456789abcdef",
        "Qw3rTy7UiOpAsDfGhJkLzXcVbNm12345",
        "8f742231b10e8888abcd99yyyzzz85a5",
        "hunter2hunter2",
        "ghp_0123456789abcdefABCDEF",
    ],
)
@pytest.mark.parametrize("form", ["json", "console"])
def test_a_secret_never_reaches_the_log_wherever_it_hides(secret: str, form: str) -> None:
    out = io.StringIO()
    logs.set_up(settings(log_format=form), out=out)
    log = structlog.get_logger()
    log.warning(f"said {secret}", value=secret, nested={"deep": [secret, {secret: 1}]}, thing=ValueError(secret))
    try:
        raise ValueError(f"no access with {secret}")
    except ValueError:
        log.exception("turn.failed")
        logging.getLogger("somebody").exception("their words: %s", secret)
    assert secret.removeprefix("Bearer ") not in out.getvalue()
    assert out.getvalue().count("[redacted]") >= 6
    assert "ValueError" in out.getvalue()


def test_a_field_named_like_a_secret_is_hidden_and_a_count_of_tokens_is_not() -> None:
    out = io.StringIO()
    logs.set_up(settings(), out=out)
    structlog.get_logger().info("x", headers={"Authorization": "whatever"}, access_token="abc", tokens=12)
    [row] = rows(out)
    assert (row["headers"], row["access_token"], row["tokens"]) == ({"Authorization": "[redacted]"}, "[redacted]", 12)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("set ${TICKETS_TOKEN}, or ${TICKETS_TOKEN:-default}", "set ${TICKETS_TOKEN}, or ${TICKETS_TOKEN:-default}"),
        ("${TICKETS_TOKEN:-s3cret-of-mine}", "${TICKETS_TOKEN:-[redacted]}"),
        ("TICKETS_TOKEN = 's3cret-of-mine'", "TICKETS_TOKEN = '[redacted]'"),
        ("password=default-of-mine", "password=[redacted]"),
    ],
)
def test_a_variable_keeps_its_name_and_only_its_value_is_hidden(said: str, written: str) -> None:
    out = io.StringIO()
    logs.set_up(settings(), out=out)
    structlog.get_logger().error("catalog.problem", problem=said)
    assert rows(out)[0]["problem"] == written


def test_libraries_are_heard_from_warnings_on_by_the_same_way_out() -> None:
    out = io.StringIO()
    theirs = logging.getLogger("uvicorn.error")
    theirs.addHandler(logging.StreamHandler(io.StringIO()))
    theirs.setLevel(logging.INFO)
    theirs.propagate = False
    logs.set_up(settings(), out=out)
    theirs.info("Started")
    theirs.warning("Odd: %s", "header")
    [row] = rows(out)
    assert (row["event"], row["level"], row["logger"]) == ("Odd: header", "warning", "uvicorn.error")


def test_debug_lets_libraries_speak_and_error_keeps_warnings_out() -> None:
    out = io.StringIO()
    logs.set_up(settings(log_level="debug"), out=out)
    logging.getLogger("slack_bolt").debug("details")
    structlog.get_logger().debug("ours")
    assert [row["event"] for row in rows(out)] == ["details", "ours"]

    out = io.StringIO()
    logs.set_up(settings(log_level="error"), out=out)
    logging.getLogger("arq.worker").warning("hm")
    structlog.get_logger().warning("hm")
    assert out.getvalue() == ""


def test_auto_writes_json_where_nobody_watches() -> None:
    out = io.StringIO()
    logs.set_up(settings(log_format="auto"), out=out)
    structlog.get_logger().info("bot.ready")
    assert rows(out)[0]["event"] == "bot.ready"


def test_auto_writes_readable_lines_to_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    logs.set_up(settings(log_format="auto"), out=out)
    structlog.get_logger().info("bot.ready", port=3000)
    assert "bot.ready" in out.getvalue()
    assert not out.getvalue().startswith("{")
