"""The rounds of a turn between the model and the tools, resumable from its journal.

What always holds: a request is on record before it is sent, and one that nobody heard an answer to is looked up in
the history before anything is sent again. A tool call is on record as started before it is made; one that was started
and has no result is not made again, unless its tool surely changes nothing. All results of a round go in one append.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.catalog.agents import Agent
from workers import inputs, structured
from workers.answer import Answer
from workers.calling import NOT_CONFIRMED, UNKNOWN_OUTCOME, Calling, close_with
from workers.context import as_replay
from workers.conversations.errors import Refused, Unanswered
from workers.conversations.port import (
    Attachment,
    Call,
    Called,
    Confirm,
    Delta,
    Done,
    Entry,
    Event,
    ExecutionDone,
    ExecutionStarted,
    Handoff,
    HandoffDone,
    HandoffStarted,
    Input,
    Opening,
    Other,
    Result,
    Say,
    Started,
    Usage,
    Waiting,
    WaitReason,
)
from workers.conversations.recovery import Finished, Unfinished, outcome, replay
from workers.delivery.delivery import Delivery
from workers.handoffs.cast import Cast
from workers.handoffs.continuing import Continuing, Decision
from workers.handoffs.handoffs import Handoffs
from workers.journal import Journal, Request
from workers.services import Services
from workers.transcript import Transcript
from workers.usage import Tally

SAY_WAITING_AFTER = timedelta(seconds=10)  # a shorter wait is not worth a word
LOOK_EVERY = timedelta(seconds=2)  # at the history of a request that may still be running
MOST_CLOSINGS = 3  # of calls that a model makes although it was told to make none
MOST_LOOKS = 3  # streams of one request that may break before the turn gives up

CANCELLED = "Error: cancelled, the person stopped this."
OVER_LIMIT = "Error: not done, the limit for one answer is reached."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The model is done. `limit` names the limit that ended it, or is empty."""

    text: str
    limit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    rounds: int
    tokens: int
    until: float  # epoch seconds


class Rounds:
    """One turn's rounds. `steer` hands out what the person added meanwhile, as lines for the model."""

    def __init__(
        self,
        services: Services,
        journal: Journal,
        agent: Agent,
        delivery: Delivery,
        *,
        opening: Callable[[], Awaitable[Opening]],
        metadata: dict[str, str],
        limits: Limits,
        zone: str | None,
        before_call: Callable[[], Awaitable[None]],
        steer: Callable[[], Awaitable[Sequence[inputs.Line]]],
        attachments: Callable[[], Awaitable[tuple[Attachment, ...]]],
        transcript: Transcript | None = None,
        resumed: bool,
        cast: Cast,
        handoffs: Handoffs,
        continuing: Continuing,
    ) -> None:
        self._services = services
        self._conversations = services.conversations
        self._journal = journal
        self._agent = agent
        self._delivery = delivery
        self._open = opening
        self._opening: Opening | None = None
        self._metadata = metadata
        self._limits = limits
        self._zone = zone
        self._before_call = before_call
        self._steer = steer
        self._transcript = transcript  # of a conversation that Mistral does not keep
        self._attach = attachments
        self._attachments: tuple[Attachment, ...] | None = None  # read when first sent
        self._uncertain = resumed and journal.request is not None
        self._again = resumed  # what was said before may have to be told anew
        self._handoffs = handoffs
        self._continuing = continuing
        self.answer = Answer(journal, delivery, cast, lambda: handoffs.speaker)
        self._tally = Tally(journal, cast)
        self._calling = Calling(services, journal, cast, delivery, handoffs, before_call=before_call)
        self._stopping = False

    async def run(self) -> Answered:
        """Go on until the model answers without a call. Raises `Parked` and the conversation's errors."""
        if self._again and self._journal.request is None:
            await self._delivery.correct(self._journal.get("said") or "")
        while True:
            request = self._journal.request
            if request is not None:
                await self._take_in(await self._ask(request))
            calls = self._journal.open_calls
            if not calls and not self._stopped() and (handoff := self._continuing.waiting) and not self._limit():
                if await self._continuing.go_on(handoff, number=self._round + 1) is not Decision.TOO_MANY:
                    self._opening = None  # a start that follows is the next agent's
                    continue
                self._journal.set(cut="limit_handoffs")
            if not calls and await self._ask_again():
                continue
            if not calls or self._stopped():
                return Answered(text=self._journal.get("said") or "", limit=self._journal.get("cut") or "")
            if limit := self._limit():
                await self.close(OVER_LIMIT)
                return Answered(text=self._journal.get("said") or "", limit=limit)
            await self._calling.make(calls)
            if self._stopped():
                return Answered(text=self._journal.get("said") or "")
            self._journal.set_request(self._next_request())
            if any(not call.pending for call in calls) and (note := await self._steer()):
                self._journal.set(note=inputs.spoken(note), note_round=str(self._next_request().number))
            await self._journal.write()

    async def _ask_again(self) -> bool:
        """Whether the answer lacks the form it should have, and is asked for once more: on record, to be sent."""
        formed, journal = self.answer.formed, self._journal
        if formed is None or self._stopped() or journal.get("again") or journal.get("cut") or self._limit():
            return False
        fault = structured.read(formed.text, formed.form).fault
        if not fault:
            return False
        request = self._next_request()
        journal.set(again=structured.ask_again(fault), again_round=str(request.number))
        journal.set_request(request)
        journal.step(self._services.now(), "asked_again")
        await journal.write()
        return True

    def stop(self) -> None:
        """Make no more requests or calls; tools that run are cancelled, the model's stream is read to its end."""
        self._stopping = True
        self._calling.cancel()

    def lose_usage(self) -> None:
        """A request is given up before its end; what it used will not be told."""
        self._tally.lose()

    def _stopped(self) -> bool:
        return self._stopping

    def _next_request(self) -> Request:
        return Request(number=self._round + 1, kind="append", after=self._journal.get("entry"))

    @property
    def _round(self) -> int:
        return int(self._journal.get("round") or 0)

    @property
    def conversation_id(self) -> str | None:
        return self._journal.get("conversation_id")

    # -- one request --------------------------------------------------------------------------------------------

    async def _ask(self, request: Request) -> Done:
        breaks = 0
        self._tally.speaker = self._handoffs.speaker
        while True:
            if self._uncertain:
                if (done := await self._recover(request)) is not None:
                    self._uncertain = self._again = False
                    await self._tell(done.entries)
                    return done
                request = self._journal.request or request
            if self._again:
                await self._delivery.correct(self.answer.said)
                self._handoffs.go_back()
            self._again = True
            try:
                if (heard := await self._stream(request)) is not None:
                    self._again = False
                    return heard
                self._uncertain = True  # busy: an earlier try of ours may be what holds the conversation
            except Refused as refused:
                if not await self._goes_another_way(request, refused):
                    raise
                request = self._journal.request or request
            except Unanswered as error:
                breaks += 1
                self._tally.lose()
                self._journal.step(self._services.now(), "unanswered", error=type(error).__name__)
                log.warning("conversation.unanswered", error=str(error), breaks=breaks)
                if breaks > MOST_LOOKS:
                    raise
                self._uncertain = True

    async def _goes_another_way(self, request: Request, refused: Refused) -> bool:
        """Whether there is another request for what the API refused; it is on record then."""
        if self._stopped():
            return False
        if request.brings == "nothing":
            log.warning("handoff.not_resumed", error=str(refused))
            await self._continuing.take_over(request.number)
            self._opening = None
            return True
        if request.kind == "branch" and self.conversation_id is None:
            # One that was never appended to, or is gone, cannot be branched: its words begin a new one.
            log.info("conversation.not_branched", error=str(refused))
            self._journal.set(replay_from=self._journal.get("branch_of") or "")
            self._journal.set_request(replace(request, kind="start", after=None))
            await self._journal.write()
            return True
        return False

    async def _stream(self, request: Request) -> Done | None:
        """Send `request` and show what comes; None when it must be looked up first, because it may run already."""
        await self._before_call()
        waiting_since = 0.0
        self.answer.begin()
        passing: HandoffStarted | None = None
        if self._starts(request) and self._opening is None:
            self._opening = self._continuing.opening(self._metadata) or await self._open()
        if request.number == 0 and self._attachments is None:
            self._attachments = await self._attach()
        async with aclosing(self._send(request)) as events:
            async for event in events:
                match event:
                    case Delta() | ExecutionStarted() | ExecutionDone():
                        await self.answer.hear(event)
                    case Started(conversation_id=conversation_id, model_ends=model_ends):
                        await self._keep(conversation_id)
                        self._warn_of(model_ends)
                        await self._delivery.status(self._delivery.words.say("status.thinking"))
                    case Waiting(reason=reason, delay=delay, until=until):
                        now = self._services.now()
                        waiting_since = waiting_since or now
                        if now - waiting_since + delay.total_seconds() > SAY_WAITING_AFTER.total_seconds():
                            await self._say_waiting(reason, until)
                        if reason is WaitReason.BUSY and self._uncertain:
                            await self._services.sleep(min(delay, LOOK_EVERY).total_seconds())
                            return None
                    case HandoffStarted():
                        passing = event
                    case HandoffDone(id=handoff, to_id=to_id, to_name=to_name) if not self._continuing.is_ours:
                        self.answer.pause()
                        from_id, from_name = (passing.from_id, passing.from_name) if passing else ("", "")
                        await self._handoffs.happened(
                            Handoff(id=handoff, from_id=from_id, from_name=from_name, to_id=to_id, to_name=to_name)
                        )
                    case Done():
                        self._uncertain = False
                        await self.answer.hear(event)
                        return event
                    case Other(type=kind):
                        log.info("conversation.unknown_event", type=kind)
                    case _:
                        pass
        raise Unanswered("the stream ended without its last event")

    def _starts(self, request: Request) -> bool:
        if self._transcript is not None:
            return True
        return request.kind == "start" or (self.conversation_id is None and request.kind != "branch")

    def _send(self, request: Request) -> AsyncGenerator[Event, None]:
        said = self._inputs(request)
        if self._opening is not None and self._starts(request):
            before = self._transcript.items if self._transcript else []
            return self._conversations.start(self._opening, [*before, *said])
        if request.kind == "branch" and self.conversation_id is None:
            return self._branched(said)
        assert self.conversation_id is not None, "only a start or a branch has no conversation yet"
        return self._conversations.append(self.conversation_id, said, handoff_execution=self._execution)

    def _branched(self, said: Sequence[Input]) -> AsyncGenerator[Event, None]:
        """Go on from an entry of another thread's conversation, with the version of the agent that it began with."""
        get = self._journal.get
        return self._conversations.branch(
            get("branch_of") or "",
            get("branch_from") or "",
            said,
            metadata=self._metadata,
            handoff_execution=self._execution,
            agent_version=self._journal.branch_version,
        )

    @property
    def _execution(self) -> str | None:
        """Each append says again where handoffs are executed; the API's default is its own side."""
        return self._journal.get("handoff_execution")

    async def _tell(self, entries: Sequence[Entry]) -> None:
        """What the history gave, told as if it had been heard: each speaker's words, each handoff."""
        whole = await self.answer.with_entries(entries)
        await self._delivery.correct(whole, upto=len(self.answer.said))
        self._handoffs.go_back()
        for number, entry in enumerate(entries):
            if isinstance(entry, Handoff) and not self._continuing.is_ours and not self._handoffs.is_told(entry.id):
                await self._delivery.correct(whole, upto=len(await self.answer.with_entries(entries[:number])))
                await self._handoffs.happened(entry)
        if not self._handoffs.over.is_set():
            await self._delivery.correct(whole)

    def _inputs(self, request: Request) -> list[Input]:
        if request.brings == "nothing":
            return []
        if request.brings == "words":
            return [Say(**line) for line in json.loads(self._journal.get("words") or "[]")]
        replayed: list[Input] = []
        if request.number == 0 or request.kind == "start":
            replayed = [Say(**line) for line in json.loads(self._journal.get("replay") or "[]")]
        if (again := self._journal.get("again")) and self._journal.get("again_round") == str(request.number):
            return [*replayed, Say(again)]
        if request.number == 0:
            return [*replayed, Say(self._journal.get("input") or "", attachments=self._attachments or ())]
        results = replayed
        calls = self._journal.open_calls
        ours = [call for call in calls if not call.pending]  # whose results can carry a note
        if request.kind == "start":
            results += [Called(call.tool_call_id, call.name, call.arguments) for call in calls]
        noted = self._journal.get("note") if self._journal.get("note_round") == str(request.number) else None
        mixed = self._services.settings.steer_form == "mixed"
        for call in calls:
            record = self._journal.call(call.tool_call_id)
            if call.pending and request.kind != "start":
                results.append(Confirm(call.tool_call_id, record is not None and record.decision == "allowed"))
                continue
            if call.pending:  # a conversation that begins anew knows nothing of what was to be confirmed
                results.append(Result(call.tool_call_id, NOT_CONFIRMED))
                continue
            text = (record.result if record else None) or UNKNOWN_OUTCOME
            note = noted if call is ours[-1] and not mixed else None
            results.append(Result(call.tool_call_id, inputs.with_note(text, note)))
        if noted and mixed:
            results.append(Say(noted))
        return results

    async def _keep(self, conversation_id: str) -> None:
        """The id at once: a crash after this must not lose the thread."""
        if conversation_id != self.conversation_id and self._transcript is None:
            self._journal.set(conversation_id=conversation_id)
            self._journal.set_thread(conversation_id=conversation_id, conversation_agent=self._agent.name)
            self._journal.unset_thread("branch_of", "branch_from", "branch_words", "branch_version")
            await self._journal.write()

    def _warn_of(self, model_ends: str) -> None:
        """The operator must give the agent another model before the day comes."""
        if model_ends and not self._journal.get("model_ends"):
            self._journal.set(model_ends=model_ends)  # once a turn
            agent = self._agent
            log.warning("model.ends", at=model_ends, agent=agent.name, model=agent.model, file=str(agent.source))

    async def _say_waiting(self, reason: WaitReason, until: float) -> None:
        key = "status.busy" if reason is WaitReason.BUSY else "status.waiting_model"
        words = self._delivery.words
        await self._delivery.status(words.say(key, until=self._delivery.clock(until, self._zone)))

    # -- a request that nobody heard ----------------------------------------------------------------------------

    async def _recover(self, request: Request) -> Done | None:
        """What became of `request`: its answer, or None when it must be sent (again)."""
        if self._transcript is not None:
            return None  # nothing was stored, so there is nothing to be found, nor to be said twice
        if self.conversation_id is None:
            found = await self._conversations.find(self._continuing.metadata(self._metadata))
            if not found:
                return None
            await self._keep(found[0])
        assert self.conversation_id is not None
        give_up = self._services.now() + self._services.settings.conversation_lock.total_seconds() + 10
        while True:
            await self._before_call()
            history = await self._conversations.history(self.conversation_id)
            said, ours = self._inputs(request), self._continuing.is_ours
            found_out = outcome(history, after=request.after, inputs=said, handoff_ends=ours)
            if isinstance(found_out, Finished):
                self._journal.step(self._services.now(), "found_in_history")
                return Done(conversation_id=self.conversation_id, entries=found_out.entries, usage=Usage())
            if not isinstance(found_out, Unfinished):
                if request.kind in ("start", "branch"):
                    # The conversation exists and is empty: go on in it rather than beside it.
                    self._journal.set_request(replace(request, kind="append"))
                    await self._journal.write()
                return None
            if self._services.now() > give_up:
                await self._branch(request, history)
                return None
            await self._say_waiting(WaitReason.BUSY, give_up)
            await self._services.sleep(LOOK_EVERY.total_seconds())

    async def _branch(self, request: Request, history: Sequence[Entry]) -> None:
        """Our input is stored and will never be answered: go on beside it, from the entry before."""
        self._journal.step(self._services.now(), "branched")
        if request.brings == "nothing":
            await self._continuing.take_over(request.number)
            self._opening, self._uncertain = None, False
            return
        kept = []
        for entry in history:
            kept.append(entry)
            if _id(entry) == request.after:
                break
        else:
            kept = []
        # Calls whose results are what we were about to say go along as calls, not as words about them.
        ours = {call.tool_call_id for call in self._journal.open_calls} if request.number else set()
        before = [entry for entry in kept if not (isinstance(entry, Call) and entry.tool_call_id in ours)]
        replayed = replay(before)
        self._journal.set(replay=as_replay(replayed))
        if request.brings == "words" and request.kind != "start":  # a start's words hold what was said already
            words = [Say(**line) for line in json.loads(self._journal.get("words") or "[]")]
            self._journal.set(words=as_replay([*replayed, *words]))
        if not self._journal.get("next_agent"):
            await self._handoffs.begin_anew()
        self._journal.forget("conversation_id")
        self._journal.set_request(replace(request, kind="start", after=None))
        self._uncertain = False
        await self._journal.write()

    # -- what came ----------------------------------------------------------------------------------------------

    async def _take_in(self, done: Done) -> None:
        calls = [entry for entry in done.entries if isinstance(entry, Call) and not entry.decided]
        if self._transcript is not None and self._journal.request is not None:
            self._transcript.add(self._inputs(self._journal.request), done.entries)
            self._journal.set_thread(transcript=self._transcript.sealed(), conversation_agent=self._agent.name)
        await self.answer.take_in(done.entries)
        await self._tally.add(done)
        self._journal.set(
            round=str((self._journal.request or Request(number=0, kind="")).number),
            tokens=str(int(self._journal.get("tokens") or 0) + done.usage.total_tokens),
        )
        most = self._agent.completion_args.get("max_tokens")
        if most and done.usage.completion_tokens >= most:
            self._journal.set(cut="cut")  # no event tells that an answer was cut off; its length does
        if done.entries:
            newest = _id(done.entries[-1])
            self._journal.set(entry=newest)
            self._journal.set_thread(entry=newest)
        self._journal.set_calls(calls)
        self._continuing.note(done.entries)
        self._journal.set_request(None)
        called = {"calls": len(calls)} if calls else {}
        self._journal.step(self._services.now(), "answered", **called, tokens=done.usage.total_tokens)
        if calls or self._continuing.waiting:
            await self._journal.write()  # without calls the delivery writes it together with its first intent

    def _limit(self) -> str:
        if self._round + 1 >= self._limits.rounds:
            return "limit_rounds"
        if int(self._journal.get("tokens") or 0) >= self._limits.tokens:
            return "limit_tokens"
        if self._services.now() >= self._limits.until:
            return "limit_time"
        return ""

    async def close(self, result: str) -> None:
        """Answer every call that has no result with `result`, without wanting an answer; nothing is shown."""
        for _ in range(MOST_CLOSINGS):
            calls = self._journal.open_calls
            if not calls or (self.conversation_id is None and self._transcript is None):
                return
            entries: tuple[Entry, ...] = ()
            results = [close_with(call, self._journal.call(call.tool_call_id), result) for call in calls]
            if self._transcript is not None:
                self._transcript.close(each for each in results if isinstance(each, Result))
                self._journal.set_thread(transcript=self._transcript.sealed())
                self._journal.set_calls([])
                return
            assert self.conversation_id is not None
            closing = self._conversations.append(
                self.conversation_id, results, silent=True, handoff_execution=self._execution
            )
            async with aclosing(closing) as events:
                async for event in events:
                    if isinstance(event, Done):
                        entries = event.entries
                        await self._tally.add(event)
            # Told to call nothing, a model may call all the same; then those are closed too.
            self._journal.set_calls(call for call in entries if isinstance(call, Call))
            if entries:
                self._journal.set(entry=_id(entries[-1]))
                self._journal.set_thread(entry=_id(entries[-1]))


def _id(entry: Entry) -> str:
    return str(entry.raw.get("id") or "") if isinstance(entry, Other) else entry.id
