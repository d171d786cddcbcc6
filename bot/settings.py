"""All settings, read once at the entry point; nothing else touches the environment.

Required values have no default. Secrets are `SecretStr` and never logged. Durations are seconds in the environment
(`LEASE=15`) and `timedelta` in the code. The README lists every one of them.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, StringConstraints, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.clock import Clock
from bot.vault import Vault


def _number(value: object) -> object:
    """`15` is a number of seconds; as text, which the environment has only, pydantic would not take it for one."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value  # ISO 8601, such as PT15S, or a mistake that pydantic names


def _paths(value: object) -> object:
    """`agents, more/agents` are two; whoever sets one in code gives its path."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [value] if isinstance(value, Path) else value


def _people(value: object) -> object:
    """`U0123, U0456` are two."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def vault_of(keys: SecretStr | None) -> Vault:
    """What seals with VAULT_KEYS; `ValueError` for one that is none."""
    listed = keys.get_secret_value().split(",") if keys else []
    return Vault([key.strip() for key in listed if key.strip()])


def are_keys(keys: SecretStr | None) -> SecretStr | None:
    try:
        vault_of(keys)
    except ValueError:
        raise ValueError("a key is 44 characters of base64; `threadwind vault key` makes one") from None
    return keys


def _clock(value: object) -> object:
    return Clock.parse(value) if isinstance(value, str) else value


DEPLOYMENT = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"  # it stands in the metadata of every agent object, and is compared
# With it, a command keeps within Slack's 32 characters.
CommandPrefix = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{0,20}$")]
Seconds = Annotated[timedelta, BeforeValidator(_number)]
People = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{2,40}$")], ...], NoDecode, BeforeValidator(_people)
]
TheClock = Annotated[Clock, NoDecode, BeforeValidator(_clock)]
Paths = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_paths), Field(min_length=1)]


class Settings(BaseSettings):
    """What both processes must know. Names in the environment are the fields' names in capitals."""

    # A line left empty in .env is a setting that was not set: an empty secret would verify anybody's signature.
    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    # Slack
    slack_bot_token: SecretStr
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_mode: Literal["http", "socket"] | None = None
    slack_api_url: str = "https://slack.com/api/"
    command_prefix: CommandPrefix = ""
    replies_without_mention: bool = False
    stream_in_channels: bool = False

    # Mistral
    mistral_api_key: SecretStr
    mistral_api_url: str = "https://api.mistral.ai"
    deployment: str = Field(default="default", pattern=DEPLOYMENT)

    # Redis
    redis_url: str = "redis://127.0.0.1:6379/0"

    # Agents and tools
    agents_dir: Paths = (Path("agents"),)
    mcp_config: Paths = (Path("mcp.json"),)
    tools_lock: Path = Path("tools.lock.json")
    functions: str | None = None
    channels_config: Path = Path("channels.toml")
    prices: Path = Path("prices.toml")
    default_agent: str = "assistant"
    reload_agents: bool = False
    operators: People = ()
    audit_days: int = Field(default=90, ge=1, le=3650)

    # What is kept sealed
    vault_keys: SecretStr | None = None

    # How a turn runs
    lease: Seconds = timedelta(seconds=15)
    turn_limit: Seconds = timedelta(minutes=15)
    round_limit: int = Field(default=20, ge=1, le=100)
    token_limit: int = Field(default=200_000, ge=1000)
    tool_timeout: Seconds = timedelta(seconds=60)
    asking_limit: Seconds = timedelta(hours=24)
    person_limit: Seconds = timedelta(days=7)
    handoff_limit: int = Field(default=8, ge=1, le=100)
    handoff_continue: Literal["resume", "take_over"] = "resume"
    recovery_age_limit: Seconds = timedelta(hours=24)
    mistral_wait_limit: Seconds = timedelta(minutes=5)
    conversation_lock: Seconds = timedelta(seconds=90)
    shutdown_grace: Seconds = timedelta(seconds=25)
    steer_form: Literal["result", "mixed", "queue"] = "result"
    mailbox_limit: int = Field(default=50, ge=1, le=1000)
    context_limit: int = Field(default=50, ge=0, le=200)
    file_limit: int = Field(default=20, ge=0, le=50)
    thread_life: Seconds = timedelta(days=180)
    max_turns: int = Field(default=100, ge=1, le=1000)

    # Follow-ups
    follow_ups_per_person: int = Field(default=50, ge=1, le=1000)
    follow_ups_per_thread: int = Field(default=20, ge=1, le=1000)
    follow_ups_by_agent: int = Field(default=3, ge=0, le=100)
    follow_up_runs_a_day: int = Field(default=100, ge=1, le=10_000)
    follow_up_interval: Seconds = timedelta(minutes=5)
    follow_up_window: Seconds = timedelta(hours=1)
    follow_up_clock: TheClock = Clock()

    # The processes
    host: str = "0.0.0.0"  # noqa: S104  # a container's port is published by its operator
    port: int = 3000
    public_url: str | None = None
    hooks_url: str | None = None
    callback_port: int | None = Field(default=None, ge=1, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "console", "json"] = "auto"

    _are_keys = field_validator("vault_keys")(are_keys)

    @property
    def hooks_at(self) -> str | None:
        """Where webhooks come in, without `/hooks` and what follows; None where nobody said so."""
        return (self.hooks_url or self.public_url or "").rstrip("/") or None

    @property
    def vault(self) -> Vault:
        """What seals and opens with VAULT_KEYS, the first of which seals."""
        return vault_of(self.vault_keys)

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.mode == "socket" and self.slack_app_token is None:
            raise ValueError("SLACK_MODE=socket needs SLACK_APP_TOKEN, the app-level token that begins with xapp-")
        if self.mode == "http" and self.slack_signing_secret is None:
            raise ValueError("set SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (Socket Mode)")
        if self.lease < timedelta(seconds=1):
            raise ValueError("LEASE must be at least 1 second: a beat each second renews it")
        return self

    @property
    def mode(self) -> Literal["http", "socket"]:
        """How Slack reaches us: as SLACK_MODE says, else Socket Mode where there is an app-level token."""
        return self.slack_mode or ("socket" if self.slack_app_token else "http")
