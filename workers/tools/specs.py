"""What a turn knows of a tool, and what it gets back from a call. Plain values; nothing of `mcp` in here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.catalog.agents import Agent
from bot.catalog.policy import Policy, policy_for
from workers.tools.needs import Need

Ran = Literal["yes", "no", "unknown"]
"""Whether the tool did something: `no` surely not, `yes` it was reached and answered, `unknown` nobody heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as a model is told of it. `server` is None for Python functions.

    `name` is what the model calls, `tool` the name at the server. `read_only` is the tool's own hint; it counts only
    where the server is `trusted`. `policy` is a Python function's own rule, None for tools of servers. `definition` is
    the hash over what the server said of it (`definitions.py`), empty for a function. `named_read`: the server's entry
    in mcp.json names it among those that only read.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    server: str | None
    tool: str
    title: str
    read_only: bool = False
    trusted: bool = False
    policy: Policy | None = None
    definition: str = ""
    named_read: bool = False

    @property
    def reads(self) -> bool:
        """Whether it only reads, for all we know: a trusted server says so, or the operator's entry does."""
        return self.named_read or (self.read_only and self.trusted)

    def policy_of(self, agent: Agent) -> Policy:
        """What to do when `agent` calls it: the agent's file decides, else the function's rule, else the hint."""
        by_hint = policy_for(agent, self.name, read_only_hint=self.read_only, server_trusted=self.trusted)
        if self.policy is None or spoken_of(agent, self.name):
            return by_hint
        return self.policy


def spoken_of(agent: Agent, name: str) -> bool:
    """Whether the agent's own `approvals` say anything about this tool."""
    # policy_for with and without the hint differ only where no pattern of the agent matches.
    unhinted = policy_for(agent, name, read_only_hint=False, server_trusted=False)
    return unhinted is policy_for(agent, name, read_only_hint=True, server_trusted=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFile:
    """A file in a tool's answer, for the people in the thread."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one call. `text` is what the model reads; it begins with "Error: " when `failed`.

    `data`: it holds what a tool said, which is marked as data for the model; else it is a sentence of ours.

    With `needs` it is no result yet: the call waits for a person, and is made again with what that person gave.
    """

    text: str
    failed: bool
    ran: Ran
    needs: Need | None = None
    files: tuple[ToolFile, ...] = ()
    data: bool = False


def failure(text: str, *, ran: Ran, data: bool = False) -> Outcome:
    return Outcome(text=text if text.startswith("Error: ") else f"Error: {text}", failed=True, ran=ran, data=data)
