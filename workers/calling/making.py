"""Making the calls of a round that may be made, side by side: the card, the tool, the result on record.

What always holds: a result, and what the call came back for, is on record before anybody is told. What is a person's
own is shown in no channel.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from bot.slack import blocks
from bot.threads.models import CallState
from bot.threads.owned import Lost
from workers import inputs
from workers.call_record import CallRecord
from workers.calling.deciding import Standing
from workers.conversations.port import Call
from workers.delivery import tool_files
from workers.delivery.delivery import Delivery
from workers.delivery.executions import readable
from workers.delivery.progress import Progress
from workers.follow_ups.functions import Desk
from workers.journal import Journal
from workers.services import Services
from workers.tools import needs
from workers.tools.asked import Ask
from workers.tools.functions import InTurn
from workers.tools.inquiries import Answer, Question
from workers.tools.specs import Outcome, ToolSpec

CALLS_AT_ONCE = 8


class Inquire(Protocol):
    """Asks the turn's person; `who` tells one turn's from another's."""

    @property
    def who(self) -> str: ...

    async def put(self, call: Call, server: str, question: Question) -> Answer: ...


class Making:
    """The calls of one turn while they are made."""

    def __init__(
        self,
        services: Services,
        journal: Journal,
        delivery: Delivery,
        inquire: Inquire,
        follow_ups: Desk,
        *,
        before_call: Callable[[], Awaitable[None]],
    ) -> None:
        """`inquire` puts what a server asks to the person while the server waits for the answer; `follow_ups` does
        what agents ask about follow-ups."""
        self._services = services
        self._journal = journal
        self._delivery = delivery
        self._inquire = inquire
        self._follow_ups = follow_ups
        self._before_call = before_call
        self._tasks: list[asyncio.Task[None]] = []

    def cancel(self) -> None:
        """Cancel what runs; nobody knows then what it did."""
        for task in self._tasks:
            task.cancel()

    async def all(self, calls: Sequence[tuple[Call, Standing]]) -> None:
        """Make `calls`, which are on record as started, at once."""
        limit = asyncio.Semaphore(CALLS_AT_ONCE)
        try:
            async with asyncio.TaskGroup() as group:
                self._tasks = [group.create_task(self._one(call, standing, limit)) for call, standing in calls]
        except* Lost:
            raise Lost from None

    async def _one(self, call: Call, standing: Standing, limit: asyncio.Semaphore) -> None:
        record = self._journal.recorded(call)
        card = self._card(call, standing.spec, private=record.private)
        self._delivery.task(card)
        self._journal.step(self._services.now(), "call", tool=call.name)
        async with limit:
            await self._before_call()
            began = self._services.now()
            made = await self._call(call, standing, record, None if record.private else card)
        if made.needs:
            self._wait(call, record, made.needs)
            state = self._delivery.words.say("task.waiting", tool=card.title)
            self._delivery.task(replace(card, status="pending", state=state))
            return
        record = replace(record, account=made.account)
        await self._keep(call, record, made, card.title, began)
        self._delivery.task(self._ended(card, record, made))

    async def _call(self, call: Call, standing: Standing, record: CallRecord, card: blocks.Task | None) -> Outcome:
        """`card` is where the progress is shown; None: nowhere."""
        spec, agent = standing.spec, standing.agent
        assert agent is not None, "nobody's call is not made"
        return await self._services.tools.call(
            call.name,
            call.arguments,
            agent=agent,
            principal=self._journal.get("principal") or "",
            thread=self._journal.thread,
            given=record.given,
            ask=self._ask(call, spec),
            on_progress=Progress(self._delivery, card, now=self._services.now) if card else None,
            definition=spec.definition if spec else "",
            turn=InTurn(id=self._journal.id, tool_call_id=call.tool_call_id, follow_ups=self._follow_ups),
        )

    def _ask(self, call: Call, spec: ToolSpec | None) -> Ask | None:
        if spec is None or spec.server is None:
            return None
        return Ask(who=self._inquire.who, put=partial(self._inquire.put, call, spec.server))

    def _wait(self, call: Call, record: CallRecord, need: needs.Need) -> None:
        """The call came back unfinished: it is made again when a person gave what it needs."""
        waits = replace(record, state=CallState.ASKED, needs=needs.dump(need), given="", asked_at=0.0)
        self._journal.set_call(call.tool_call_id, waits)
        self._journal.step(self._services.now(), "needs", tool=call.name, kind=needs.kind_of(need))

    async def _keep(self, call: Call, record: CallRecord, made: Outcome, title: str, began: float) -> None:
        """Put the result on record, and its files where people see them: what is one person's own is in no channel."""
        now = self._services.now()
        is_own = record.answer_is_private and not self._journal.thread.is_dm
        alone = (self._journal.get("principal") or "") if is_own else None
        lost = await tool_files.bring(self._delivery, call.tool_call_id, title, made.files, alone=alone)
        where = "given to the person, so nobody sees it" if is_own else "put into the thread"
        text = made.text + "".join(f"\n[{name} could not be {where}.]" for name in lost)
        record = replace(
            record,
            state=CallState.DONE,
            result=inputs.tool_result(call.tool_call_id, text) if made.data else text,
            needs="",
            given="",
            outcome=outcome_of(made),
            seconds=now - began,
        )
        self._journal.set_call(call.tool_call_id, record)
        self._journal.step(now, "called", tool=call.name, failed=made.failed, ran=made.ran)
        await self._journal.write()  # the log of actions has it before anybody is told

    def _card(self, call: Call, spec: ToolSpec | None, *, private: bool) -> blocks.Task:
        title = _title(spec, call)
        return blocks.Task(
            id=call.tool_call_id,
            title=title,
            status="in_progress",
            details="" if private else readable(call.arguments),
            state=self._delivery.words.say("task.running", tool=title),
        )

    def _ended(self, card: blocks.Task, record: CallRecord, made: Outcome) -> blocks.Task:
        end = "task.unknown" if made.ran == "unknown" else "task.failed" if made.failed else "task.done"
        return replace(
            card,
            status="error" if made.failed else "complete",
            details=readable(record.arguments) if self._opens(record) else card.details,
            output="" if record.answer_is_private else readable(made.text),
            state=self._delivery.words.say(end, tool=card.title),
        )

    def _opens(self, record: CallRecord) -> bool:
        """Whether arguments that were hidden may be shown now: it went out as the service, and neither a card nor
        the server's entry said that they are not for everybody."""
        server = self._services.catalogs.now.servers.get(record.server)
        promised = record.asks or server is None or server.personal
        return record.private and not record.answer_is_private and not promised


def outcome_of(made: Outcome) -> str:
    """In the words of the log of actions: what surely did not run was refused, by a rule or by circumstances."""
    if made.ran == "unknown":
        return "unknown"
    if made.failed:
        return "failed" if made.ran == "yes" else "refused"
    return "ok"


def _title(spec: ToolSpec | None, call: Call) -> str:
    """`time: get_current_time`, or the tool's own title behind its server's name."""
    if spec is None:
        return call.name
    return f"{spec.server}: {spec.title}" if spec.server else spec.title
