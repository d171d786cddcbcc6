"""What a turn knows of a tool, and what it gets back from a call. Plain values; nothing of `mcp` in here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.approvals.doing import Chooses
from bot.catalog.access import Access
from bot.catalog.agents import Agent
from bot.catalog.policy import Policy, policy_for, said_of
from workers.tools.names import full_name
from workers.tools.needs import Need

Account = Literal["", "person", "service"]
Ran = Literal["yes", "no", "unknown"]
"""Whether the tool did something: `no` surely not, `yes` it was reached and answered, `unknown` nobody heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as a model is told of it. `server` is None for Python functions.

    `name` is what the model calls, `tool` the name at the server. `read_only` is the tool's own hint; it counts only
    where the server is `trusted`. `policy` is a Python function's own rule, None for tools of servers; `by_server` is
    what the server's entry says of it, `approvers` whom that names. `chooses` is set for one that does one thing or
    another by an argument. `definition` is the hash over what a person who allows it goes by
    (`definitions.py`): another hash is another tool. `named_read`: the server's entry in mcp.json names it among those
    that only read. Each of `accesses` has to let the person who calls it; an `internal` one is hidden and refused where
    another organisation reads along. A `repeatable` one of our own does once what it is called for twice.
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
    by_server: Policy | None = None
    approvers: tuple[str, ...] = ()
    chooses: Chooses | None = None
    accesses: tuple[Access, ...] = ()
    internal: bool = False
    repeatable: bool = False

    @property
    def names_groups(self) -> bool:
        """Whether membership of user groups has to be looked up before it is called."""
        return any(access.names_groups for access in self.accesses)

    @property
    def named(self) -> str:
        """How sentences call it."""
        return f'The tool "{self.tool}"' + (f' of the server "{self.server}"' if self.server else "")

    @property
    def reads(self) -> bool:
        """Whether it only reads, for all we know: a trusted server says so, or the operator's entry does."""
        return self.named_read or (self.read_only and self.trusted)

    def policy_of(self, agent: Agent) -> Policy:
        """What to do when `agent` calls it: its file, the server's entry, a function's own rule, or the hint."""
        if self.policy is not None:
            return said_of(self.name, agent.approvals) or self.policy
        return policy_for(
            agent,
            self.name,
            read_only_hint=self.read_only,
            server_trusted=self.trusted,
            by_server=self.by_server,
            full_name=full_name(self.server or "", self.tool),
        )

    def does(self, arguments: str) -> str:
        """Of a tool that does one thing or another by an argument, which it would do with these."""
        return self.chooses.does(arguments) if self.chooses else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFile:
    """A file in a tool's answer, for the people in the thread."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one call. `text` is what the model reads; it begins with "Error: " when `failed`.

    `data`: it holds what a tool said, which is marked as data for the model; else it is a sentence of ours.

    `account`: as whom a server got the call, `person` or `service`; empty where none did.

    With `needs` it is no result yet: the call waits for a person, and is made again with what that person gave.
    """

    text: str
    failed: bool
    ran: Ran
    needs: Need | None = None
    files: tuple[ToolFile, ...] = ()
    data: bool = False
    account: Account = ""


def failure(text: str, *, ran: Ran, data: bool = False, account: Account = "") -> Outcome:
    text = text if text.startswith("Error: ") else f"Error: {text}"
    return Outcome(text=text, failed=True, ran=ran, data=data, account=account)
