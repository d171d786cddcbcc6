"""Which calls of a conversation are open, and whether an append may follow.

The reported rules, read strictly: every open function call is answered in one append, results come alone (no user
message beside or directly after them), and no user message while a call is open: 400, code 3230.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from playground.agents_api.errors import bookkeeping, value_error
from playground.agents_api.ids import Json

Last = Literal["nothing", "user", "assistant", "prefix", "tool", "handoff"]
ANSWERABLE: frozenset[Last] = frozenset({"user", "tool", "prefix", "handoff"})

UNEVEN = "Not the same number of function calls and responses"
USER_AFTER_TOOL = "Unexpected role 'user' after role 'tool'"
NOTHING_TO_ANSWER = "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant"


@dataclass(frozen=True, slots=True)
class Leniency:
    """What a milder service would let pass; all off is the strict reading."""

    user_beside_results: bool = False
    user_while_open: bool = False
    partial_results: bool = False


@dataclass(slots=True)
class Ledger:
    """`open` waits for the client's results, `pending` for its yes or no; both by tool_call_id."""

    open: dict[str, Json] = field(default_factory=dict)
    pending: dict[str, Json] = field(default_factory=dict)
    last: Last = "nothing"

    def copy(self) -> Ledger:
        return Ledger(dict(self.open), dict(self.pending), self.last)

    def note(self, entry: Json) -> None:
        """Take in an entry that the service itself made."""
        match entry["type"]:
            case "message.output":
                self.last = "assistant"
            case "agent.handoff":
                self.last = "handoff"
            case "function.call":
                self.last = "assistant"
                waiting = self.pending if entry.get("confirmation_status") == "pending" else self.open
                waiting[entry["tool_call_id"]] = entry

    def take(self, entry: Json, leniency: Leniency) -> None:
        """Take in an entry that the client sent; raises what the service answers to one that may not come now."""
        if entry["type"] == "function.result":
            if entry["tool_call_id"] not in self.open:
                raise bookkeeping(UNEVEN)
            del self.open[entry["tool_call_id"]]
            self.last = "tool"
        elif entry["type"] == "message.input" and entry["role"] == "user":
            self._take_user(leniency)
        elif entry["type"] == "message.input":
            self.last = "prefix" if entry.get("prefix") else "assistant"
        else:
            self.note(entry)

    def _take_user(self, leniency: Leniency) -> None:
        if self.open or self.pending:
            if not leniency.user_while_open:
                raise bookkeeping(UNEVEN)
            self.open.clear()
            self.pending.clear()
        if self.last == "tool" and not leniency.user_beside_results:
            raise bookkeeping(USER_AFTER_TOOL)
        self.last = "user"


def after(ledger: Ledger, inputs: Sequence[Json], leniency: Leniency, *, confirming: bool = False) -> Ledger:
    """The ledger once `inputs` are in; raises when they may not come, or leave nothing to answer."""
    moved = ledger.copy()
    for entry in inputs:
        moved.take(entry, leniency)
    if moved.open and not leniency.partial_results:
        raise bookkeeping(UNEVEN)
    if not confirming and moved.last not in ANSWERABLE:
        raise bookkeeping(NOTHING_TO_ANSWER)
    return moved


def decide(ledger: Ledger, confirmations: Sequence[tuple[str, bool]]) -> list[tuple[Json, str]]:
    """Close the pending calls that were decided; returns each with its new `confirmation_status`."""
    decided = []
    for call_id, yes in confirmations:
        call = ledger.pending.pop(call_id, None)
        if call is None:
            raise value_error(f"No pending tool call with id {call_id}", "tool_confirmations")
        decided.append((call, "allowed" if yes else "denied"))
    if decided and not ledger.pending:
        ledger.last = "tool"
    return decided
