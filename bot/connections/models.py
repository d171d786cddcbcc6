"""Whose connection to an MCP server it is, as values. No I/O."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Principal:
    """The person on whose behalf tools are called: `user` in the workspace `team` whose thread it is."""

    team: str
    user: str

    def __str__(self) -> str:
        return f"{self.team}:{self.user}"


OPERATOR = Principal("-", "operator")  # who runs this, at a terminal; no id of Slack's looks so
