"""A folder with the files an operator edits."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from pydantic import SecretStr

from bot.settings import Settings


class Files:
    """What an operator wrote, and the settings that point there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.agents = root / "agents"
        self.agents.mkdir()

    def agent(self, name: str, front: str = "model: mistral-small-latest", body: str = "Be kind.") -> Path:
        file = self.agents / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\n{dedent(front).strip()}\n---\n{body}\n", encoding="utf-8")
        return file

    def write(self, name: str, text: str) -> Path:
        file = self.root / name
        file.write_text(dedent(text).lstrip(), encoding="utf-8")
        return file

    def settings(self, **changes: Any) -> Settings:
        required: dict[str, Any] = {
            "slack_bot_token": SecretStr("xoxb-test"),
            "slack_signing_secret": SecretStr("secret"),
            "mistral_api_key": SecretStr("key"),
            "agents_dir": self.agents,
            "mcp_config": self.root / "mcp.json",
            "channels_config": self.root / "channels.toml",
        }
        return Settings(_env_file=None, **{**required, **changes})


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)
