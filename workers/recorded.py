"""What is on record of a turn, read from the fields of its journal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.threads.models import CallState, Mail, ThreadKey
from workers.call_record import CallRecord, call_in
from workers.conversations.port import Call, Handoff, Say


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to the conversation that is under way: `kind` start or append, in round `number`.

    `after` is the newest entry known before it: what the history holds behind it belongs to this request. `brings` is
    what it says: the turn's input or a round's results (empty), the journal's `words`, or `nothing`.
    """

    number: int
    kind: str
    after: str | None = None
    brings: str = ""


class Recorded:
    def __init__(self, thread: ThreadKey, fields: Mapping[str, str]) -> None:
        self.thread = thread
        self.fields = dict(fields)

    def get(self, name: str) -> str | None:
        return self.fields.get(name)

    @property
    def mail(self) -> list[Mail]:
        """The mail this turn has taken."""
        return [Mail.load(self.thread, item) for item in json.loads(self.fields.get("mail", "[]"))]

    @property
    def request(self) -> Request | None:
        text = self.fields.get("request")
        return Request(**json.loads(text)) if text else None

    @property
    def open_calls(self) -> list[Call]:
        """The calls of the newest round, whether their results are known or not."""
        return [Call(**call) for call in json.loads(self.fields.get("calls", "[]"))]

    @property
    def branch_version(self) -> int | str | None:
        """The version of its agent that a branch keeps: a number (the wire tells it from a text), or an alias."""
        kept = self.fields.get("branch_version")
        return int(kept) if kept and kept.isdecimal() else kept

    @property
    def round(self) -> int:
        """The number of the newest request that was answered."""
        return int(self.fields.get("round", "0"))

    def said(self, name: str) -> list[Say]:
        """The messages that field `name` holds for a request."""
        return [Say(**line) for line in json.loads(self.fields.get(name, "[]"))]

    @property
    def handoff(self) -> Handoff | None:
        """The handoff that waits for its decision on our side, or is being continued."""
        text = self.fields.get("handoff")
        return Handoff(**json.loads(text)) if text else None

    def call(self, tool_call_id: str) -> CallRecord | None:
        return call_in(self.fields, tool_call_id)

    def recorded(self, call: Call) -> CallRecord:
        """The record of a call that is known to have one."""
        record = self.call(call.tool_call_id)
        assert record is not None, "a call that is made, or waits, is on record"
        return record

    def recorded_or_new(self, call: Call) -> CallRecord:
        """The record of a call that may be looked at for the first time."""
        return self.call(call.tool_call_id) or CallRecord(
            state=CallState.ASKED, name=call.name, arguments=call.arguments
        )
