"""`threadwind manifest`: what an operator pastes at Slack."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.world import AGENT, REPOSITORY
from workers.commands import app


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    for name in ("PUBLIC_URL", "REPLIES_WITHOUT_MENTION", "AGENTS_DIR", "DEFAULT_AGENT", "MCP_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return CliRunner()


def test_help_waits_for_none_of_the_large_libraries() -> None:
    heavy = "{'mcp', 'slack_bolt', 'slack_sdk', 'aiohttp', 'pydantic', 'redis', 'arq', 'httpx2', 'structlog'}"
    code = f"import sys, workers.commands; sys.exit(str({heavy} & sys.modules.keys() or ''))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=30)
    assert ran.stderr.strip() == ""


def test_socket_mode_needs_no_address(runner: CliRunner) -> None:
    ran = runner.invoke(app, ["manifest", "--socket", "--name", "Windy"])
    made = json.loads(ran.stdout)
    assert made["settings"]["socket_mode_enabled"] is True
    assert made["display_information"]["name"] == "Windy"
    assert "channels:history" not in made["oauth_config"]["scopes"]["bot"]


def test_http_needs_an_address_and_says_so_in_one_sentence(runner: CliRunner) -> None:
    ran = runner.invoke(app, ["manifest"])
    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert ran.stderr == (
        "threadwind: Set --public-url (or PUBLIC_URL) to the https address Slack can reach, "
        "or use Socket Mode (--socket).\n"
    )


def test_an_address_that_slack_would_not_call_is_refused(runner: CliRunner) -> None:
    ran = runner.invoke(app, ["manifest", "--public-url", "http://bot.example"])
    assert ran.exit_code == 1
    assert "must begin with https://" in ran.stderr


def test_the_address_comes_from_the_option_or_the_setting(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def address(*options: str) -> str:
        made = json.loads(runner.invoke(app, ["manifest", *options]).stdout)
        return str(made["settings"]["event_subscriptions"]["request_url"])

    (tmp_path / ".env").write_text("PUBLIC_URL=https://file.example\n")
    assert address() == "https://file.example/slack/events"
    monkeypatch.setenv("PUBLIC_URL", "https://set.example/")
    assert address() == "https://set.example/slack/events"
    assert address("--public-url", "https://given.example") == "https://given.example/slack/events"


def test_following_replies_adds_its_scopes_by_option_and_by_setting(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = json.loads(runner.invoke(app, ["manifest", "--socket", "--replies-without-mention"]).stdout)
    monkeypatch.setenv("REPLIES_WITHOUT_MENTION", "true")
    assert json.loads(runner.invoke(app, ["manifest", "--socket"]).stdout) == given
    assert {"channels:history", "groups:history", "mpim:history"} <= set(given["oauth_config"]["scopes"]["bot"])


def test_the_default_agents_prompts_are_offered(runner: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "agents").mkdir()
    prompts = "prompts:\n  - title: Hello\n    message: Say hello.\n---\n"
    (tmp_path / "agents" / "assistant.md").write_text(prompts.join(AGENT.rsplit("---\n", 1)))
    made = json.loads(runner.invoke(app, ["manifest", "--socket"]).stdout)
    assert made["features"]["agent_view"]["suggested_prompts"] == [{"title": "Hello", "message": "Say hello."}]


def test_a_setting_that_cannot_be_read_is_named(runner: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLIES_WITHOUT_MENTION", "perhaps")
    ran = runner.invoke(app, ["manifest", "--socket"])
    assert ran.exit_code == 2
    assert ran.stderr.startswith("threadwind: REPLIES_WITHOUT_MENTION is wrong: ")
    assert "perhaps" not in ran.stderr


def test_groups_that_only_mcp_json_names_need_their_scope_too(runner: CliRunner, tmp_path: Path) -> None:
    def scopes(**server: object) -> list[str]:
        entry = {"command": "anything", **server}
        (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"files": entry}}))
        given = json.loads(runner.invoke(app, ["manifest", "--socket"]).stdout)
        return list(given["oauth_config"]["scopes"]["bot"])

    assert "usergroups:read" not in scopes(approvers=["U0ADA"])
    assert "usergroups:read" in scopes(approvers=["S0REVIEWERS"])
    assert "usergroups:read" in scopes(rules=[{"tools": ["*"], "groups": ["S0REVIEWERS"]}])


def test_groups_that_only_a_function_names_need_their_scope_too(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "paying.py").write_text(
        'from workers.tools.functions import tool\n@tool(access={"groups": ["S0FINANCE"]})\ndef pay() -> str: ...\n'
    )
    monkeypatch.setenv("FUNCTIONS", str(tmp_path / "paying.py"))
    given = json.loads(runner.invoke(app, ["manifest", "--socket"]).stdout)
    assert "usergroups:read" in given["oauth_config"]["scopes"]["bot"]
