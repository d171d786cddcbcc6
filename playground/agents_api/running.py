"""Runs one turn: asks the brain, passes on what it says, and stores the turn when it ends.

A turn is stored before its answer is complete, and the conversation is free before the client reads `done`: a client
that appends at once is never told that the conversation is busy with its own last turn.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Protocol

from playground.agents_api.brains.port import (
    AgentView,
    Brain,
    Cut,
    Execution,
    Fail,
    Handoff,
    Hold,
    Pause,
    Piece,
    Question,
    Refuse,
    as_arguments,
)
from playground.agents_api.connectors.catalogue import counted_as, holding
from playground.agents_api.errors import ORCHESTRATION, ApiError, coded, of_status
from playground.agents_api.ids import Json, now
from playground.agents_api.locks import Locks
from playground.agents_api.plan import Plan
from playground.agents_api.store import Store
from playground.agents_api.stream import EventStream, Gone
from playground.agents_api.switches import Switches
from playground.agents_api.turns import Truncated


class Patience(Protocol):
    async def pause(self, seconds: float) -> None: ...
    async def hold(self, gate: asyncio.Event) -> None: ...


class Silent:
    """Waits for a turn that nobody listens to while it runs."""

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def hold(self, gate: asyncio.Event) -> None:
        await gate.wait()


class TurnFailed(Exception):
    def __init__(self, fail: Fail) -> None:
        super().__init__(fail.message)
        self.fail = fail


class StreamCut(Exception):
    def __init__(self, clean: bool) -> None:
        super().__init__("cut")
        self.clean = clean


class Run:
    """Use it once: `plain` or `streamed`. Takes over the plan's lock and always gives it back."""

    def __init__(self, plan: Plan, brain: Brain, store: Store, locks: Locks, switches: Switches) -> None:
        self.plan, self.brain = plan, brain
        self._store, self._locks, self._switches = store, locks, switches
        self._began = False
        self._busy = True

    async def plain(self) -> Json:
        try:
            async with aclosing(self._events(Silent())) as events:
                async for _ in events:
                    pass
            answer = self.plan.turn.response()
            self._commit()
            return answer
        except StreamCut:
            raise of_status(502) from None  # nothing to cut in a plain answer: the gateway speaks
        except TurnFailed as failed:
            self._keep_inputs(self._switches.on_error == "inputs" and self.plan.appending)
            raise coded(failed.fail.status, failed.fail.message, failed.fail.code) from None
        finally:
            self._free()

    async def streamed(self, out: EventStream) -> None:
        """Raises ApiError only while nothing was sent."""
        try:
            await self._stream(out)
        except Gone:
            self._keep_inputs(self._switches.on_drop == "inputs")
        finally:
            left = 0.0
            if out.dropped_at is not None:
                left = self._switches.lock_seconds - (time.monotonic() - out.dropped_at)
            self._free(after_seconds=left)
            await out.close()

    async def _stream(self, out: EventStream) -> None:
        if self.brain.live:
            out.watch()
            await self.begin(out, flush=True)
        try:
            async with aclosing(self._events(Beginning(out, self))) as events:
                async for event in events:
                    await self.begin(out)
                    await out.write(event, flush=self.brain.live)
                    out.notice()
        except StreamCut as cut:
            await self.begin(out)
            await out.break_off(clean=cut.clean)
        except TurnFailed as failed:
            await self._end_with_error(out, failed.fail.message, failed.fail.code)
            return
        except ApiError as refused:
            if not out.begun:
                raise
            await self._end_with_error(out, str(refused), refused.status)
            return
        await self.begin(out)
        await out.write(self.plan.turn.done())
        self._commit()
        if out.dropped_at is None:
            self._free()
        await out.finish()

    async def _end_with_error(self, out: EventStream, message: str, code: int) -> None:
        await self.begin(out)
        self._keep_inputs(self._switches.on_error == "inputs")
        await out.write({"type": "conversation.response.error", "created_at": now(), "message": message, "code": code})
        if out.dropped_at is None:
            self._free()
        await out.finish()

    async def begin(self, out: EventStream, *, flush: bool = False) -> None:
        """Announce the conversation, once: from then on it exists, whatever becomes of the turn."""
        if not self._began:
            self._began = True
            if self.plan.keep:
                self._store.add(self.plan.conversation)
            await out.write(self.plan.turn.started(), flush=flush)

    async def _events(self, patience: Patience) -> AsyncGenerator[Json, None]:
        turn, question = self.plan.turn, self.plan.question
        async with aclosing(self._pieces()) as pieces:
            async for piece in pieces:
                match piece:
                    case Pause(seconds):
                        await patience.pause(seconds)
                    case Hold(gate):
                        await patience.hold(gate)
                    case Fail():
                        raise TurnFailed(piece)
                    case Refuse():
                        raise refused(piece)
                    case Cut(clean):
                        raise StreamCut(clean)
                    case Handoff() if self._switches.router_with_search_fails and searches(turn.agent):
                        raise TurnFailed(Fail(ORCHESTRATION))
                    case Execution(seconds=seconds) if seconds:
                        *begun, done = turn.feed(piece)
                        for event in begun:
                            yield event
                        await patience.pause(seconds)
                        yield done
                    case _:
                        try:
                            for event in turn.feed(piece):
                                yield event
                        except Truncated as end:
                            for event in end.events:
                                yield event
                            return
                        if turn.handed_off and question.handoff_execution == "client":
                            return

    async def _pieces(self) -> AsyncGenerator[Piece, None]:
        for call, status in self.plan.confirmed:
            if status == "allowed":
                yield executed(call, self.plan.question)
        if self.plan.ledger.pending:  # the rest is to be decided first
            return
        async with aclosing(self.brain.answer(self.plan.question)) as pieces:
            async for piece in pieces:
                yield piece

    def _free(self, *, after_seconds: float = 0) -> None:
        """Give the lock back, once: a moment later it may be another request's."""
        if self._busy:
            self._busy = False
            self._locks.release(self.plan.lock, after_seconds=after_seconds)

    def _commit(self) -> None:
        plan = self.plan
        for call, status in plan.confirmed:
            call["confirmation_status"] = status
        for entry in plan.turn.outputs:
            plan.ledger.note(entry)
        self._write([*plan.inputs, *plan.turn.outputs])

    def _keep_inputs(self, keep: bool) -> None:
        if keep:
            self._write(self.plan.inputs)

    def _write(self, entries: Sequence[Json]) -> None:
        plan = self.plan
        if plan.keep:
            plan.conversation.keep(entries, plan.ledger, plan.turn.usage()["total_tokens"])
            plan.conversation.appends += plan.appending
            self._store.add(plan.conversation)


class Beginning:
    """A stream's patience: nobody waits before the conversation was announced."""

    def __init__(self, out: EventStream, run: Run) -> None:
        self._out, self._run = out, run

    async def pause(self, seconds: float) -> None:
        await self._run.begin(self._out)
        await self._out.pause(seconds)

    async def hold(self, gate: asyncio.Event) -> None:
        await self._run.begin(self._out)
        await self._out.hold(gate)


def executed(call: Json, question: Question) -> Execution:
    """A connector's call that was allowed; one that no tool offers (a script may make any) gives nothing."""
    name, arguments = call["name"], call["arguments"]
    tool = holding(question.tools, name)
    if tool is None:
        return Execution(name=name, arguments=arguments)
    ran = question.workshop.run(tool, name, as_arguments(arguments))
    return Execution(
        name=name, arguments=arguments, info=ran.info, tokens=ran.tokens, counted_as=counted_as(tool, name)
    )


def searches(agent: AgentView | None) -> bool:
    return agent is not None and any(tool["type"].startswith("web_search") for tool in agent.tools)


def refused(piece: Refuse) -> ApiError:
    if piece.message is None:
        code = None if piece.code is None else str(piece.code)
        return of_status(piece.status, retry_after=piece.retry_after, code=code)
    return coded(piece.status, piece.message, piece.code or 3000)
