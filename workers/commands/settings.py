"""The few settings a command needs, by the names and defaults of `bot/settings.py`, so that it works without the rest.

`threadwind turn`, `thread` and `dead` ask Redis alone; a Slack token adds permalinks. `agents` and `libraries` ask
Mistral with all settings but Slack's, and `tools lock` the tool servers. A test keeps names and defaults the same.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings

from bot.settings import CommandPrefix, Paths, Seconds, Settings, are_keys, vault_of
from bot.start import BAD_SETTINGS, dotenv_file, give_up, sentence
from bot.vault import Vault

SLACK_SECRETS = ("slack_bot_token", "slack_signing_secret", "slack_app_token")

NO_MISTRAL = (
    "MISTRAL_API_KEY is not set: put it into .env, or start `make demo` and load what it tells in another terminal "
    "(. .demo/env)."
)

S = TypeVar("S", bound=BaseSettings)


class StoreSettings(BaseSettings):
    model_config = Settings.model_config

    redis_url: str = "redis://127.0.0.1:6379/0"
    mailbox_limit: int = Field(default=50, ge=1, le=1000)
    thread_life: Seconds = timedelta(days=180)
    slack_bot_token: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"


class FileSettings(BaseSettings):
    model_config = Settings.model_config

    agents_dir: Paths = (Path("agents"),)


class ManifestSettings(FileSettings):
    mcp_config: Paths = (Path("mcp.json"),)
    public_url: str | None = None
    replies_without_mention: bool = False
    command_prefix: CommandPrefix = ""
    default_agent: str = "assistant"
    functions: str | None = None
    tool_timeout: Seconds = timedelta(seconds=60)


class LockSettings(BaseSettings):
    """What `threadwind tools lock` needs; it asks no Mistral, and Redis for nothing but the operator's sign-ins."""

    model_config = Settings.model_config

    redis_url: str = "redis://127.0.0.1:6379/0"
    vault_keys: SecretStr | None = None

    mcp_config: Paths = (Path("mcp.json"),)
    tools_lock: Path = Path("tools.lock.json")

    _are_keys = field_validator("vault_keys")(are_keys)

    @property
    def vault(self) -> Vault:
        return vault_of(self.vault_keys)


class LoginSettings(LockSettings):
    """What `threadwind tools login` needs beside."""

    public_url: str | None = None
    port: int = 3000
    callback_port: int | None = Field(default=None, ge=1, le=65535)


def chat_settings() -> Settings:
    """The product's settings where a terminal stands in the place of Slack: what only Slack needs is filled in."""
    filled_in: dict[str, Any] = {
        "slack_bot_token": SecretStr("-"),
        "slack_signing_secret": SecretStr("-"),
        "slack_app_token": None,
        "slack_mode": "http",
    }
    try:
        return Settings(_env_file=dotenv_file(), **filled_in)
    except ValidationError as exc:
        problems = exc.errors(include_input=False, include_url=False)
        nothing = [problem for problem in problems if problem["loc"] == ("mistral_api_key",)]
        said = [NO_MISTRAL] if nothing else [sentence(problem) for problem in problems]
        give_up(*said, status=BAD_SETTINGS)


def read(kind: type[S]) -> S:
    """The settings from the environment and `.env`; ends the process with one sentence per problem."""
    try:
        return kind(_env_file=dotenv_file())
    except ValidationError as exc:
        problems = exc.errors(include_input=False, include_url=False)
        give_up(*(sentence(problem) for problem in problems), status=BAD_SETTINGS)


def without_slack() -> Settings:
    """All settings, for a command that never speaks to Slack: what is missing of Slack's secrets is not missed."""
    stand_ins: dict[str, Any] = {}
    while True:
        try:
            return Settings(_env_file=dotenv_file(), **stand_ins)
        except ValidationError as exc:
            problems = exc.errors(include_input=False, include_url=False)
            others = [problem for problem in problems if not _slack_secrets(problem)]
            missing = {name for problem in problems for name in _slack_secrets(problem)} - stand_ins.keys()
            if others or not missing:
                give_up(*(sentence(problem) for problem in others or problems), status=BAD_SETTINGS)
            stand_ins |= {name: SecretStr("-") for name in missing}


def _slack_secrets(problem: ErrorDetails) -> list[str]:
    """Those that the problem is about; how settings go together is told in words alone."""
    place = [str(part) for part in problem["loc"]]
    return [name for name in SLACK_SECRETS if (name in place[:1] if place else name.upper() in problem["msg"])]
