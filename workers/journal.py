"""The journal of one open turn: everything another worker needs to go on from the last step.

Fields are collected with `set` and written together, in one fenced step, by `write`; what must be on record before
the outside is touched (a tool call's start, a post's intent) is written before it. `steps` is the turn's journey
without any message text, for `threadwind turn ID`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Self

from bot.threads import keys
from bot.threads.audit import Action, digest
from bot.threads.changes import Change
from bot.threads.models import CallState, Mail
from bot.threads.owned import Claimed, Owned
from bot.threads.turns import Turns
from workers.call_record import CallRecord, result_of
from workers.conversations.port import Call, Handoff, Say
from workers.recorded import Recorded, Request

VERSION = "1"
MOST_STEPS = 200  # a turn of twenty rounds has about a hundred


class Journal(Recorded):
    """What is on record of turn `id`. `now` gives seconds since the epoch."""

    def __init__(self, turns: Turns, owned: Owned, turn_id: str, fields: Mapping[str, str], now: float) -> None:
        super().__init__(owned.thread, fields)
        self.turns = turns
        self.owned = owned
        self.id = turn_id
        self._pending: dict[str, str] = {}
        self._thread: dict[str, str] = {}
        self._unset: set[str] = set()
        self._forget: set[str] = set()
        self._take: list[Mail] = []
        self._audit: list[Action] = []
        self.began = float(self.fields.get("began", now))
        self.steps: list[list[Any]] = json.loads(self.fields.get("steps", "[]"))

    @classmethod
    def of(cls, turns: Turns, claimed: Claimed, turn_id: str, now: float) -> Self:
        return cls(turns, claimed.owned, turn_id, claimed.journal, now)

    def set(self, **fields: str) -> None:
        """Put `fields` on record with the next `write`."""
        self.fields.update(fields)
        self._pending.update(fields)
        self._forget.difference_update(fields)

    def put(self, fields: Mapping[str, str]) -> None:
        """As `set`, for names that are no identifiers (`row:…`)."""
        self.set(**fields)

    def forget(self, *names: str) -> None:
        for name in names:
            self.fields.pop(name, None)
            self._pending.pop(name, None)
            self._forget.add(name)

    def set_request(self, request: Request | None) -> None:
        if request is None:
            self.forget("request")
        else:
            self.set(request=json.dumps(asdict(request)))

    def set_call(self, tool_call_id: str, record: CallRecord) -> None:
        before = self.call(tool_call_id)
        if record.state is CallState.DONE and (before is None or before.state is not CallState.DONE):
            self.audit(tool_call_id, record, result_of(record))
        self.put({f"call:{tool_call_id}": json.dumps(asdict(record), ensure_ascii=False)})

    def audit(self, tool_call_id: str, record: CallRecord, result: str) -> None:
        """Note what came of a call for `threadwind audit`, with the next write."""
        action = Action(
            call=tool_call_id,
            turn=self.id,
            thread=str(self.thread),
            person=self.get("principal") or "",
            agent=record.agent,
            tool=record.name,
            server=record.server,
            arguments=digest(record.arguments),
            result=result,
            decided_by=record.by or "",
            seconds=f"{record.seconds:.3f}" if record.seconds else "",
            account=record.account,
            tokens=self.get("tokens") or "",
        )
        self._audit.append(action)

    def set_calls(self, calls: Iterable[Call]) -> None:
        self.set(calls=json.dumps([asdict(call) for call in calls], ensure_ascii=False))

    def set_said(self, name: str, said: Iterable[Say]) -> None:
        """Put messages on record that a request will say."""
        lines = [{"text": item.text, "role": item.role} for item in said]
        self.put({name: json.dumps(lines, ensure_ascii=False)})

    def set_handoff(self, handoff: Handoff | None) -> None:
        if handoff is None:
            self.forget("handoff")
        else:
            self.set(handoff=json.dumps(asdict(handoff), ensure_ascii=False))

    def set_thread(self, **fields: str) -> None:
        """Fields of the thread record, written with the next `write`."""
        self._thread.update(fields)
        self._unset.difference_update(fields)

    def unset_thread(self, *names: str) -> None:
        for name in names:
            self._thread.pop(name, None)
            self._unset.add(name)

    def take(self, mail: Iterable[Mail]) -> None:
        """Take `mail` out of the mailbox with the next `write`."""
        self._take.extend(mail)

    def step(self, now: float, name: str, **facts: Any) -> None:
        """Note a step of the journey: seconds since the turn began, its name, facts without any message text."""
        if len(self.steps) < MOST_STEPS:
            self.steps.append(
                [round(now - self.began, 3), name, facts] if facts else [round(now - self.began, 3), name]
            )
            self.set(steps=json.dumps(self.steps, separators=(",", ":")))

    async def write(self) -> None:
        """Put on record what was collected; nothing collected, nothing sent. Raises `Lost`."""
        if self._pending or self._thread or self._unset or self._take or self._forget or self._audit:
            await self.turns.note(self.owned, self.id, self.collected(life=keys.OPEN_TURN_FOR))

    def collected(self, *, life: timedelta | None = None) -> Change:
        """What was collected, as one change; the collection is empty afterwards."""
        change = Change(
            journal=self._pending,
            forget=self._forget,
            thread=self._thread,
            unset=self._unset,
            take=self._take,
            life=life,
            audit=tuple(self._audit),
        )
        self._pending, self._thread, self._unset, self._forget, self._take = {}, {}, set(), set(), []
        self._audit = []
        return change
