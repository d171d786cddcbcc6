"""One request: sent, shown while its answer comes, and looked up before it is sent again where nobody heard the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing

import structlog

from bot.catalog.agents import Agent
from workers.answer import Answer
from workers.conversations.errors import Refused, Unanswered
from workers.conversations.port import (
    Attachment,
    Delta,
    Done,
    Entry,
    ExecutionDone,
    ExecutionStarted,
    Handoff,
    HandoffDone,
    HandoffStarted,
    Input,
    Opening,
    Other,
    Started,
    Waiting,
    WaitReason,
)
from workers.delivery.delivery import Delivery
from workers.handoffs.continuing import Continuing
from workers.handoffs.handoffs import Handoffs
from workers.journal import Journal
from workers.recorded import Request
from workers.rounds.keeping import Keeping, Send
from workers.rounds.saying import inputs_of
from workers.rounds.waits import LOOK_EVERY, Waits
from workers.services import Services
from workers.tally import Tally

MOST_LOOKS = 3  # streams of one request that may break before the turn gives up

log = structlog.get_logger()


class Sending:
    """The requests of one turn, one after the other. `opening` is how the conversation that begins next is opened."""

    def __init__(
        self,
        services: Services,
        journal: Journal,
        agent: Agent,
        delivery: Delivery,
        answer: Answer,
        tally: Tally,
        keeping: Keeping,
        handoffs: Handoffs,
        continuing: Continuing,
        waits: Waits,
        *,
        opening: Callable[[], Awaitable[Opening]],
        attachments: Callable[[], Awaitable[tuple[Attachment, ...]]],
        before_call: Callable[[], Awaitable[None]],
        resumed: bool,
    ) -> None:
        self._services = services
        self._journal = journal
        self._agent = agent
        self._delivery = delivery
        self._answer = answer
        self._tally = tally
        self._keeping = keeping
        self._handoffs = handoffs
        self._continuing = continuing
        self._waits = waits
        self._open = opening
        self._openings: dict[str, Opening] = {}  # by the handoff that led there
        self._attach = attachments
        self._attachments: tuple[Attachment, ...] | None = None  # read when first sent
        self._before_call = before_call
        self._uncertain = resumed and journal.request is not None  # whether the request was taken already
        self._again = resumed  # what was said before may have to be told anew
        self.is_stopped = False  # then nothing is sent in the place of what is refused

    async def resume(self) -> None:
        """Show what an earlier owner's rounds said, where no request is under way that would."""
        if self._again and self._journal.request is None:
            await self._delivery.correct(self._answer.said)

    async def ask(self, request: Request) -> Done:
        """The answer to `request`, or to the one that had to take its place. Raises the conversation's errors."""
        breaks = 0
        self._tally.speaker = self._handoffs.speaker
        while True:
            if self._uncertain:
                found = await self._keeping.look_up(request, self.inputs(request))
                if isinstance(found, Done):
                    self._uncertain = self._again = False
                    await self._tell(found.entries)
                    return found
                self._uncertain = found is Send.SAME
                request = self._journal.request or request
            if self._again:
                await self._delivery.correct(self._answer.said)
                self._handoffs.go_back()
            self._again = True
            try:
                if (heard := await self._stream(request)) is not None:
                    self._again = False
                    return heard
                self._uncertain = True  # busy: an earlier try of ours may be what holds the conversation
            except Refused as refused:
                if self.is_stopped or not await self._keeping.refused(request, refused):
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

    def inputs(self, request: Request) -> list[Input]:
        """What `request` says."""
        mixed = self._services.settings.steer_form == "mixed"
        return inputs_of(request, self._journal, self._attachments or (), mixed=mixed)

    async def _stream(self, request: Request) -> Done | None:
        """Send `request` and show what comes; None when it must be looked up first, because it may run already."""
        await self._before_call()
        waiting_since = 0.0
        self._answer.begin()
        passing: HandoffStarted | None = None
        opening = await self._opening() if self._keeping.opens(request) else None
        if request.number == 0 and self._attachments is None:
            self._attachments = await self._attach()
        async with aclosing(self._keeping.send(request, self.inputs(request), opening)) as events:
            async for event in events:
                match event:
                    case Delta() | ExecutionStarted() | ExecutionDone():
                        await self._answer.hear(event)
                    case Started(conversation_id=conversation_id, model_ends=model_ends):
                        await self._keeping.began(conversation_id)
                        self._warn_of(model_ends)
                        await self._delivery.status(self._delivery.words.say("status.thinking"))
                    case Waiting():
                        waiting_since = waiting_since or self._services.now()
                        await self._waits.heard(event, waited=self._services.now() - waiting_since)
                        if event.reason is WaitReason.BUSY and self._uncertain:
                            await self._services.sleep(min(event.delay, LOOK_EVERY).total_seconds())
                            return None
                    case HandoffStarted():
                        passing = event
                    case HandoffDone() if not self._continuing.is_ours:
                        self._answer.pause()
                        await self._handoffs.happened(_whole(passing, event))
                    case Done():
                        self._uncertain = False
                        await self._answer.hear(event)
                        return event
                    case Other(type=kind):
                        log.info("conversation.unknown_event", type=kind)
                    case _:
                        pass
        raise Unanswered("the stream ended without its last event")

    async def _opening(self) -> Opening:
        hop = self._journal.get("hop") or ""
        if hop not in self._openings:
            self._openings[hop] = await self._open()
        return self._openings[hop]

    async def _tell(self, entries: Sequence[Entry]) -> None:
        """What the history gave, told as if it had been heard: each speaker's words, each handoff."""
        whole = await self._answer.with_entries(entries)
        await self._delivery.correct(whole, upto=len(self._answer.said))
        self._handoffs.go_back()
        for number, entry in enumerate(entries):
            if isinstance(entry, Handoff) and not self._continuing.is_ours and not self._handoffs.is_told(entry.id):
                await self._delivery.correct(whole, upto=len(await self._answer.with_entries(entries[:number])))
                await self._handoffs.happened(entry)
        if not self._handoffs.over.is_set():
            await self._delivery.correct(whole)

    def _warn_of(self, model_ends: str) -> None:
        """The operator must give the agent another model before the day comes."""
        if model_ends and not self._journal.get("model_ends"):
            self._journal.set(model_ends=model_ends)  # once a turn
            agent = self._agent
            log.warning("model.ends", at=model_ends, agent=agent.name, model=agent.model, file=str(agent.source))


def _whole(started: HandoffStarted | None, done: HandoffDone) -> Handoff:
    from_id, from_name = (started.from_id, started.from_name) if started else ("", "")
    return Handoff(id=done.id, from_id=from_id, from_name=from_name, to_id=done.to_id, to_name=done.to_name)
