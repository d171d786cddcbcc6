"""What of an app's manifest the workspace needs: its slash commands and shortcuts, by Slack's own field limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, Field

from playground.slack.models import Command, Shortcut


class SlashCommand(BaseModel):
    command: str = Field(pattern=r"^/\S+$", max_length=32)
    description: str = Field(max_length=2000)
    usage_hint: str = Field(default="", max_length=1000)
    should_escape: bool = False


class OfferedShortcut(BaseModel):
    name: str = Field(max_length=24)
    type: Literal["message", "global"]
    callback_id: str = Field(max_length=255)
    description: str = Field(max_length=150)


class Features(BaseModel):
    slash_commands: list[SlashCommand] = Field(default=[], max_length=50)
    shortcuts: list[OfferedShortcut] = Field(default=[], max_length=10)


class Manifest(BaseModel):
    features: Features = Features()


def offers(manifest: dict[str, Any]) -> tuple[tuple[Command, ...], tuple[Shortcut, ...]]:
    """The commands and shortcuts in `manifest`; raises where Slack would refuse it."""
    features = Manifest.model_validate(manifest).features
    commands = tuple(Command(**each.model_dump()) for each in features.slash_commands)
    return commands, tuple(Shortcut(**each.model_dump()) for each in features.shortcuts)


def read(path: Path) -> tuple[tuple[Command, ...], tuple[Shortcut, ...]]:
    """The same of a file, JSON or YAML."""
    return offers(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
