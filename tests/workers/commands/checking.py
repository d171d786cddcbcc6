"""What the tests of single checks share: settings of their own, files of an operator, secrets to look for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.settings import Settings
from playground.agents_api.app import KEY
from tests.world import AGENT, write_files
from workers.commands.checks.finding import Finding

SECRETS = ("xoxb-broken-one", "xapp-broken-one", "a-signing-secret", "a-mistral-key")
NOWHERE = "http://127.0.0.1:1"


def some_settings(**changes: Any) -> Settings:
    """Settings of the tests alone: arguments win over whatever the environment says."""
    chosen = {
        "slack_bot_token": "xoxb-playground",
        "slack_signing_secret": "playground-signing-secret",
        "slack_app_token": None,
        "slack_mode": "http",
        "slack_api_url": f"{NOWHERE}/api/",
        "mistral_api_key": KEY,
        "mistral_api_url": NOWHERE,
        "public_url": None,
        "replies_without_mention": False,
        "default_agent": "assistant",
        **changes,
    }
    return Settings.model_validate(chosen)


def of(findings: list[Finding], check: str) -> Finding:
    [found] = [finding for finding in findings if finding.check == check]
    return found


def files_of(folder: Path, agent: str = AGENT, servers: Mapping[str, Any] | None = None) -> dict[str, Any]:
    write_files(folder, {"assistant": agent}, servers or {})
    return {
        "agents_dir": folder / "agents",
        "mcp_config": folder / "mcp.json",
        "channels_config": folder / "channels.toml",
    }
