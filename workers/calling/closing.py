"""With what calls are closed that did not come to an end of their own: what the model is told, and the log of actions.

Always holds: of a call that was started and has no result it is said that nobody knows whether it took effect.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.threads.models import CallState
from workers.call_record import CallRecord
from workers.conversations.port import Call, Confirm, Result
from workers.journal import Journal

UNKNOWN_OUTCOME = "Error: the call was cut off and it is not known whether it took effect. Do not repeat it; say so."


def closed_with(call: Call, record: CallRecord | None, otherwise: str) -> Result | Confirm:
    """With what a call is closed: its result; of one that was cut off, that nobody knows; else `otherwise`.

    One that Mistral has not made yet is closed with a no.
    """
    if call.pending:
        return Confirm(call.tool_call_id, allowed=False)
    if record is None:
        return Result(call.tool_call_id, otherwise)
    unknown = UNKNOWN_OUTCOME if record.state is CallState.STARTED else otherwise
    return Result(call.tool_call_id, record.result or unknown)


def audit_closed(journal: Journal, calls: Sequence[Call]) -> None:
    """Note in the log of actions what is closed before it came to an end."""
    for call in calls:
        record = journal.recorded_or_new(call)
        if record.state is not CallState.DONE:
            result = "unknown" if record.state is CallState.STARTED else "cancelled"
            journal.audit(call.tool_call_id, record, result)
