"""What is on record of one tool call: what was asked for, what people decided, what it waits for, what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.threads.models import CallState


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """A tool call on record. `decision` is `allowed` or `denied` once a person (or the time-out) decided.

    `by` is the person who did, empty for the time-out.

    `needs` is what the call waits for (`workers/tools/needs.py`), `given` what a person gave for it, as JSON.
    """

    state: CallState
    name: str
    arguments: str
    result: str | None = None
    decision: str | None = None
    by: str | None = None
    asks: bool = False
    asked_at: float = 0.0  # epoch seconds; 0: the question was not put yet
    agent: str = ""  # who made it, by name
    to_person: bool = False  # it hands the thread to a person
    taken_by: str = ""  # the person who has the thread
    taken_at: float = 0.0
    needs: str = ""
    given: str = ""
    given_back: int = 0  # how often somebody who had the thread gave it back
    given_back_by: str = ""  # the last one
    server: str = ""  # whose tool it is
    outcome: str = ""  # ok, failed or unknown, of a call that was made
    seconds: float = 0.0
    title: str = ""  # the tool's, for people
    definition: str = ""  # of the tool, as it was when a person was asked
    decided_at: float = 0.0
    reason: str = ""  # why it was denied, in a person's words
    reminded: bool = False
    does: str = ""  # of a tool that does one thing or another by argument, which (`bot/approvals/doing.py`)
    private: bool = False  # it may go out with a sign-in of the principal's own: what it sends is hidden from others
    account: str = ""  # as whom a server got it: "person" or "service"; empty where none did, or nobody knows
    holds: str = ""  # under a grant of before: for how long that holds

    @property
    def answer_is_private(self) -> bool:
        """Whether what it brings is one person's own; so, too, where nobody knows as whom it went out."""
        return self.account == "person" or (self.private and not self.account)


def result_of(record: CallRecord) -> str:
    """What came of a call that is done, in the words of `bot/threads/audit.py`."""
    if record.outcome:
        return record.outcome
    if record.decision == "denied":
        return "denied"
    if record.to_person:
        return "ok"
    return "confirmed" if record.result is None else "refused"


def calls_in(fields: Mapping[str, str]) -> dict[str, CallRecord]:
    """All calls on record in a journal's fields, by id."""
    ids = [name.removeprefix("call:") for name in fields if name.startswith("call:")]
    return {call_id: record for call_id in ids if (record := call_in(fields, call_id))}


def call_in(fields: Mapping[str, str], tool_call_id: str) -> CallRecord | None:
    """The call's record in a journal's fields."""
    text = fields.get(f"call:{tool_call_id}")
    if not text:
        return None
    body = json.loads(text)
    return CallRecord(**{**body, "state": CallState(body["state"])})
