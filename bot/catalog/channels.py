"""What an operator set for single channels, in channels.toml: one table a channel id. Without it, the defaults hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """`language` None: the asker's own. `agent` None: DEFAULT_AGENT. `instructions` go before the first message."""

    language: Literal["en", "fr"] | None = None
    mail_during_turn: Literal["steer", "queue"] = "steer"
    agent: str | None = None
    instructions: str = ""
