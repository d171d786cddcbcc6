"""Answers as a test or a benchmark told it to: what is queued, else the first rule that fits, else an echo."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from playground.agents_api.brains.port import Hold, Piece, Question, last_user_text
from playground.agents_api.brains.steps import (
    AnyStep,
    CallFunction,
    CutStream,
    FailInStream,
    RefuseRequest,
    Say,
)

ECHO = "answer to: {user}"
ECHO_OF_RESULTS = "answer to: {user} ({results})"
UNTIL_HELD_SECONDS = 10  # a test that waits longer for a stream to arrive has lost it


class Planned(BaseModel):
    """One answer, used once; only for `conversation_id` when that is given."""

    model_config = ConfigDict(extra="forbid")

    steps: list[AnyStep]
    conversation_id: str | None = None


class When(BaseModel):
    """Steps for every turn whose last user text contains `contains`: one that brings messages, or function results."""

    model_config = ConfigDict(extra="forbid")

    contains: str = ""
    results: bool = False
    steps: list[AnyStep]
    times: int = Field(default=0, ge=0, description="how often it may be used; 0: always")

    def fits(self, user: str, results: bool) -> bool:
        return self.results == results and self.contains in user


class Script:
    live = False

    def __init__(self) -> None:
        self._planned: deque[Planned] = deque()
        self._rules: list[When] = []
        self._used: dict[int, int] = {}
        self._echo: Callable[[Question], str | Sequence[AnyStep]] | None = None
        self._gate = asyncio.Event()
        self._gate.set()
        self._hold_after = 0
        self._arrived = asyncio.Event()
        self.held = 0

    def will(self, *steps: AnyStep, conversation_id: str | None = None) -> None:
        """Queue one answer made of `steps`."""
        self.plan(Planned(steps=list(steps), conversation_id=conversation_id))

    def will_say(self, text: str, *, pieces: int | None = None, conversation_id: str | None = None) -> None:
        self.will(Say(text=text) if pieces is None else Say(text=text, pieces=pieces), conversation_id=conversation_id)

    def will_call(self, name: str, arguments: dict[str, Any] | str = "", *, conversation_id: str | None = None) -> None:
        self.will(CallFunction(name=name, arguments=arguments), conversation_id=conversation_id)

    def will_fail(self, *, status: int, retry_after: float | None = None, conversation_id: str | None = None) -> None:
        """An HTTP error instead of an answer."""
        self.will(RefuseRequest(status=status, retry_after=retry_after), conversation_id=conversation_id)

    def will_error(self, message: str, *, after: str = "", conversation_id: str | None = None) -> None:
        """`conversation.response.error`, after the text `after`."""
        said = [Say(text=after)] if after else []
        self.will(*said, FailInStream(message=message), conversation_id=conversation_id)

    def will_cut(self, text: str = "", *, after_events: int = 1, conversation_id: str | None = None) -> None:
        """A stream that breaks after `after_events` events: `started`, then parts of `text`."""
        deltas = max(0, after_events - 1)
        said = [Say(text=text or "x" * deltas, pieces=deltas)] if deltas else []
        self.will(*said, CutStream(), conversation_id=conversation_id)

    def plan(self, planned: Planned) -> None:
        self._planned.append(planned)

    def when(self, contains: str, *steps: AnyStep, results: bool = False, times: int = 0) -> None:
        """A rule that stays: see `When`."""
        self.add(When(contains=contains, steps=list(steps), results=results, times=times))

    def add(self, rule: When) -> None:
        self._rules.append(rule)

    def answer_with(self, echo: Callable[[Question], str | Sequence[AnyStep]]) -> None:
        """What is said, or done, when nothing is queued and no rule fits."""
        self._echo = echo

    def hold(self, *, after: int = 0) -> None:
        """From now on every answer stops after `after` pieces, until `release`."""
        self._hold_after = after
        self._gate = asyncio.Event()
        self.held = 0

    def release(self) -> None:
        self._gate.set()

    async def until_held(self, count: int = 1) -> None:
        """Wait until so many answers have come to the gate."""
        async with asyncio.timeout(UNTIL_HELD_SECONDS):
            while self.held < count:
                self._arrived.clear()
                await self._arrived.wait()

    def left(self) -> int:
        """How many queued answers nobody asked for."""
        return len(self._planned)

    def clear(self) -> None:
        self.release()
        self._planned.clear()
        self._rules.clear()
        self._used.clear()
        self._echo = None

    async def answer(self, question: Question) -> AsyncGenerator[Piece, None]:
        gate, count = self._gate, 0
        for step in self._steps(question):
            for piece in step.play(question):
                if not gate.is_set() and count == self._hold_after:
                    yield self._stop_at(gate)
                yield piece
                count += 1
        if not gate.is_set() and count <= self._hold_after:
            yield self._stop_at(gate)

    def _stop_at(self, gate: asyncio.Event) -> Hold:
        self.held += 1
        self._arrived.set()
        return Hold(gate)

    def _steps(self, question: Question) -> Sequence[AnyStep]:
        for planned in self._planned:
            if planned.conversation_id in (None, question.conversation_id):
                self._planned.remove(planned)
                return planned.steps
        results = bool(question.results)
        user = last_user_text(question.entries)
        for rule in self._rules:
            if rule.fits(user, results) and self._takes(rule):
                return rule.steps
        if self._echo is not None:
            found = self._echo(question)
            return [Say(text=found)] if isinstance(found, str) else found
        return [Say(text=ECHO_OF_RESULTS if results else ECHO)]

    def _takes(self, rule: When) -> bool:
        used = self._used.get(id(rule), 0)
        self._used[id(rule)] = used + 1
        return rule.times == 0 or used < rule.times
