"""Agents as their files describe them: YAML front matter and, as the body, the instructions.

A wrong file gives `Problem`s that name file, line and field, and never takes the others down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.catalog.policy import Policy


@dataclass(frozen=True, slots=True)
class Prompt:
    """A suggestion that Slack offers before the first message: what the button says, what it sends."""

    title: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent, ready to open a direct-model conversation.

    `tools` holds server names, `server__tool` names, patterns of them (`fnmatch`) and names of Python functions;
    `approvals` maps such patterns of tool names to what happens when the agent calls one.
    """

    name: str
    description: str
    model: str
    instructions: str
    source: Path
    tools: tuple[str, ...] = ()
    approvals: dict[str, Policy] = field(default_factory=dict)
    completion_args: dict[str, Any] = field(default_factory=dict)
    display_name: str = ""
    icon_emoji: str | None = None
    prompts: tuple[Prompt, ...] = ()
