"""Who decides whether a tool runs: the agent's file, the server's entry, the hint of a trusted server, or a person.

Fail closed: what either of the two denies never runs, and what nobody spoke of is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def policy_for(
    agent: Agent,
    tool_name: str,
    *,
    read_only_hint: bool,
    server_trusted: bool,
    by_server: Policy | None = None,
    full_name: str = "",
) -> Policy:
    """What to do when `agent` calls `tool_name`; `by_server` is what its server's entry says of it.

    A `deny` of either wins; else the agent's file, then the server's entry, then the hint of a trusted server. A file
    may name the tool as models do or, where that was shortened, in full; the stricter of the two counts.
    """
    said = [said_of(name, agent.approvals) for name in (tool_name, full_name)]
    by_agent = max(filter(None, said), key=STRICTNESS.__getitem__, default=None)
    if Policy.DENY in (by_agent, by_server):
        return Policy.DENY
    by_hint = Policy.AUTO if read_only_hint and server_trusted else Policy.ASK
    return by_agent or by_server or by_hint


def said_of(tool_name: str, approvals: Mapping[str, Policy]) -> Policy | None:
    """What these patterns say of a tool, None for nothing.

    The most specific pattern wins; of two equally specific ones, the stricter.
    """
    pattern = closest(tool_name, approvals, key=lambda pattern: STRICTNESS[approvals[pattern]])
    return None if pattern is None else approvals[pattern]


def closest(tool_name: str, patterns: Mapping[str, object], *, key: Callable[[str], int] = lambda _: 0) -> str | None:
    """The most specific of `patterns` that `tool_name` matches; of equally specific ones, that with the highest `key`.

    An exact name beats every pattern; of patterns, the one that spells out more characters.
    """
    matching = [pattern for pattern in patterns if fnmatchcase(tool_name, pattern)]
    return max(matching, key=lambda pattern: (*_specificity(pattern), key(pattern)), default=None)


def _specificity(pattern: str) -> tuple[bool, int]:
    return not any(sign in pattern for sign in WILDCARDS), sum(character not in "*?" for character in pattern)
