"""The few settings a command needs, by the names and defaults of `bot/settings.py`, so that it works without the rest.

`threadwind turn`, `thread` and `dead` ask Redis alone; a Slack token adds permalinks. `agents` and `libraries` ask
Mistral, and `tools lock` the tool servers. A test keeps names and defaults the same.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings

from bot.settings import DEPLOYMENT, Seconds, Settings
from bot.start import BAD_SETTINGS, dotenv_file, give_up, sentence

S = TypeVar("S", bound=BaseSettings)


class StoreSettings(BaseSettings):
    model_config = Settings.model_config

    redis_url: str = "redis://127.0.0.1:6379/0"
    mailbox_limit: int = Field(default=50, ge=1, le=1000)
    thread_life: Seconds = timedelta(days=180)
    slack_bot_token: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"


class ManifestSettings(BaseSettings):
    model_config = Settings.model_config

    public_url: str | None = None
    replies_without_mention: bool = False
    agents_dir: Path = Path("agents")
    default_agent: str = "assistant"


class MistralSettings(BaseSettings):
    """What the commands about agent objects, libraries and the lock need: the files, and Mistral."""

    model_config = Settings.model_config

    mistral_api_key: SecretStr
    mistral_api_url: str = "https://api.mistral.ai"
    deployment: str = Field(default="default", pattern=DEPLOYMENT)
    agents_dir: Path = Path("agents")
    mcp_config: Path = Path("mcp.json")
    tools_lock: Path = Path("tools.lock.json")
    channels_config: Path = Path("channels.toml")
    prices: Path = Path("prices.toml")
    default_agent: str = "assistant"
    tool_timeout: Seconds = timedelta(seconds=60)
    mistral_wait_limit: Seconds = timedelta(minutes=5)


class LockSettings(BaseSettings):
    """What `threadwind tools lock` needs; it asks no Mistral."""

    model_config = Settings.model_config

    mcp_config: Path = Path("mcp.json")
    tools_lock: Path = Path("tools.lock.json")


def read(kind: type[S]) -> S:
    """The settings from the environment and `.env`; ends the process with one sentence per problem."""
    try:
        return kind(_env_file=dotenv_file())
    except ValidationError as exc:
        problems = exc.errors(include_input=False, include_url=False)
        give_up(*(sentence(problem) for problem in problems), status=BAD_SETTINGS)
