"""The rounds of a turn between the model and the tools, resumable from its journal.

What always holds: a request is on record before it is sent, and one that nobody heard an answer to is looked up in
the history before anything is sent again. A tool call is on record as started before it is made; one that was started
and has no result is not made again, unless its tool surely changes nothing. All results of a round go in one append.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.catalog.agents import Agent
from workers import inputs, structured
from workers.answer import Answer
from workers.calling.calling import Calling
from workers.calling.closing import audit_closed, closed_with
from workers.conversations.errors import Bookkeeping
from workers.conversations.port import Call, Confirm, Done, Entry, Result
from workers.conversations.recovery import id_of
from workers.handoffs.continuing import Continuing, Decision
from workers.journal import Journal
from workers.recorded import Request
from workers.rounds.keeping import Keeping
from workers.rounds.limits import Limits
from workers.rounds.saying import following
from workers.rounds.sending import Sending
from workers.tally import Tally

MOST_CLOSINGS = 3  # of calls that a model makes although it was told to make none

CANCELLED = "Error: cancelled, the person stopped this."
OVER_LIMIT = "Error: not done, the limit for one answer is reached."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The model is done. `limit` names the limit that ended it, or is empty."""

    text: str
    limit: str = ""


class Rounds:
    """One turn's rounds. `steer` hands out what the person added meanwhile, as lines for the model."""

    def __init__(
        self,
        journal: Journal,
        agent: Agent,
        answer: Answer,
        tally: Tally,
        keeping: Keeping,
        sending: Sending,
        calling: Calling,
        continuing: Continuing,
        *,
        limits: Limits,
        steer: Callable[[], Awaitable[Sequence[inputs.Line]]],
        now: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._agent = agent
        self.answer = answer
        self._tally = tally
        self._keeping = keeping
        self._sending = sending
        self._calling = calling
        self._continuing = continuing
        self._limits = limits
        self._steer = steer
        self._now = now

    async def run(self) -> Answered:
        """Go on until the model answers without a call. Raises `Parked` and the conversation's errors."""
        journal = self._journal
        await self._sending.resume()
        while True:
            if (request := journal.request) is not None:
                await self._take_in(request, await self._sending.ask(request))
            calls = journal.open_calls
            if not calls and not self._stopped() and (handoff := self._continuing.waiting) and not self._limit():
                if await self._continuing.go_on(handoff, number=journal.round + 1) is not Decision.TOO_MANY:
                    continue
                journal.set(cut="limit_handoffs")
            if not calls and await self._ask_again():
                continue
            if not calls or self._stopped():
                return self._answered(journal.get("cut") or "")
            if limit := self._limit():
                await self.close(OVER_LIMIT)
                return self._answered(limit)
            await self._calling.make(calls)
            if self._stopped():
                return self._answered()
            request = following(journal)
            journal.set_request(request)
            if not all(call.pending for call in calls) and (note := await self._steer()):
                journal.set(note=inputs.spoken(note), note_round=str(request.number))
            await journal.write()

    def _answered(self, limit: str = "") -> Answered:
        return Answered(text=self.answer.said, limit=limit)

    async def _ask_again(self) -> bool:
        """Whether the answer lacks the form it should have, and is asked for once more: on record, to be sent."""
        formed, journal = self.answer.formed, self._journal
        if formed is None or self._stopped() or journal.get("again") or journal.get("cut") or self._limit():
            return False
        fault = structured.read(formed.text, formed.form).fault
        if not fault:
            return False
        request = following(journal)
        journal.set(again=structured.ask_again(fault), again_round=str(request.number))
        journal.set_request(request)
        journal.step(self._now(), "asked_again")
        await journal.write()
        return True

    def stop(self) -> None:
        """Make no more requests or calls; tools that run are cancelled, the model's stream is read to its end."""
        self._sending.is_stopped = True
        self._calling.cancel()

    def lose_usage(self) -> None:
        """A request is given up before its end; what it used will not be told."""
        self._tally.lose()

    def _stopped(self) -> bool:
        return self._sending.is_stopped

    def _limit(self) -> str:
        return self._limits.reached(self._journal, self._now())

    async def _take_in(self, request: Request, done: Done) -> None:
        journal = self._journal
        request = journal.request or request  # another one may have taken its place
        calls = [entry for entry in done.entries if isinstance(entry, Call) and not entry.decided]
        self._keeping.answered(self._sending.inputs(request), done.entries)
        await self.answer.take_in(done.entries)
        await self._tally.add(done)
        journal.set(round=str(request.number), tokens=str(int(journal.get("tokens") or 0) + done.usage.total_tokens))
        most = self._agent.completion_args.get("max_tokens")
        if most and done.usage.completion_tokens >= most:
            journal.set(cut="cut")  # no event tells that an answer was cut off; its length does
        self._know(done.entries)
        journal.set_calls(calls)
        self._continuing.note(done.entries)
        journal.set_request(None)
        called = {"calls": len(calls)} if calls else {}
        journal.step(self._now(), "answered", **called, tokens=done.usage.total_tokens)
        if calls or self._continuing.waiting:
            await journal.write()  # without calls the delivery writes it together with its first intent

    def _know(self, entries: Sequence[Entry]) -> None:
        """The newest entry: what a request that follows is looked up behind."""
        if entries:
            newest = id_of(entries[-1])
            self._journal.set(entry=newest)
            self._journal.set_thread(entry=newest)

    async def close(self, result: str) -> None:
        """Answer every call that has no result with `result`, without wanting an answer; nothing is shown."""
        for _ in range(MOST_CLOSINGS):
            calls = self._journal.open_calls
            if not calls or not self._keeping.is_begun:
                return
            audit_closed(self._journal, calls)
            results = [closed_with(call, self._journal.call(call.tool_call_id), result) for call in calls]
            done = await self._keeping.close(results)
            entries = done.entries if done else ()
            if done:
                await self._tally.add(done)
            # Told to call nothing, a model may call all the same; then those are closed too.
            self._journal.set_calls(call for call in entries if isinstance(call, Call))
            self._know(entries)

    async def close_earlier(self, left: str | None) -> None:
        """Answer the calls that an earlier turn `left` open, so that a user message may come again."""
        calls: dict[str, str | None] = json.loads(left or "{}")  # without a result: one that Mistral asks about
        results = [
            Result(id_, text) if text is not None else Confirm(id_, allowed=False) for id_, text in calls.items()
        ]
        if not results or not self._keeping.is_begun:
            return
        with suppress(Bookkeeping):  # closed already: the answer to an earlier try was lost
            await self._keeping.close(results)
        self._journal.unset_thread("open_calls")
