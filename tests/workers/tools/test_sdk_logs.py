"""What the SDK logs by itself of a sign-in that we leave half-way: nothing, however the process's logging is set up."""

from __future__ import annotations

import io
import logging

import pytest
import structlog

from bot import logs
from bot.catalog.servers import Server
from bot.settings import Settings
from workers.tools.oauth import flow


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "MISTRAL_API_KEY"):
        monkeypatch.setenv(name, "made-up")
    return Settings(_env_file=None, log_level="warning")


def test_a_sign_in_that_waits_for_a_person_leaves_no_trace_in_the_log(settings: Settings) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    out = io.StringIO()
    try:
        logs.set_up(settings, out=out)
        server = Server(name="notes", transport="http", url="http://127.0.0.1/mcp")
        flow.Flow(server, redirect_uri="http://127.0.0.1/back", documents={})
        logging.getLogger("mcp.client.auth.oauth2").error("OAuth flow error of %s", flow.NAME)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()  # else loggers that are first used from now on would be kept as set up here
    assert out.getvalue() == ""
