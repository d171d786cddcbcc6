"""Who decides whether a tool runs: the agent's file, else the hint of a trusted server, else a person.

Fail closed: what nobody spoke of is asked.
"""

from __future__ import annotations

from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.catalog.agents import Agent


class Policy(StrEnum):
    AUTO = "auto"  # runs at once
    ASK = "ask"  # waits for a person's yes
    DENY = "deny"  # never runs


STRICTNESS = {Policy.AUTO: 0, Policy.ASK: 1, Policy.DENY: 2}
WILDCARDS = "*?["


def policy_for(agent: Agent, tool_name: str, *, read_only_hint: bool, server_trusted: bool) -> Policy:
    """What to do when `agent` calls `tool_name`.

    The most specific pattern of the agent's `approvals` wins; of two equally specific ones, the stricter.
    """
    matching = [pattern for pattern in agent.approvals if fnmatchcase(tool_name, pattern)]
    if matching:
        best = max(matching, key=lambda pattern: (*_specificity(pattern), STRICTNESS[agent.approvals[pattern]]))
        return agent.approvals[best]
    return Policy.AUTO if read_only_hint and server_trusted else Policy.ASK


def _specificity(pattern: str) -> tuple[bool, int]:
    """An exact name beats every pattern; of patterns, the one that spells out more characters."""
    return not any(sign in pattern for sign in WILDCARDS), sum(character not in "*?" for character in pattern)
