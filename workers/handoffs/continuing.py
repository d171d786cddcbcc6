"""Handoffs that are executed on our side: the answer ends in one, and it is ours to decide and to go on.

Section 6.3 of the reference: how to go on is documented nowhere, so there are two ways. RESUME appends nothing to the
same conversation; where the API refuses that, and with TAKE_OVER always, a new conversation begins with the next agent
and all that was said. So it does after a denial, with the agent that wanted to hand over: what the API would let go on
in the old one is the agent that must not. Each step stands in the journal before it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import structlog

from bot.texts import Words
from workers.conversations.port import Conversations, Entry, Handoff, Opening, Other, Say, Speaker
from workers.conversations.recovery import replay
from workers.delivery.delivery import Delivery
from workers.handoffs.cast import Cast
from workers.handoffs.handoffs import Handoffs
from workers.handoffs.rules import CLIENT, Guests, allows
from workers.journal import Journal
from workers.recorded import Request

RESUME, TAKE_OVER = "resume", "take_over"  # the setting HANDOFF_CONTINUE

DENIED = (
    "[The handoff to {target} is not allowed in this thread, so nobody took over. Answer the last message yourself, as "
    "well as you can, and do not hand over to {target} again.]"
)
TAKEN_OVER = "[{source} has handed this conversation over to you. Go on from here and answer the last message.]"

log = structlog.get_logger()


class Decision(StrEnum):
    ALLOWED = "allowed"
    DENIED = "denied"
    TOO_MANY = "too_many"


class Continuing:
    """Of one turn. `guests` tells who was added and removed by now; `met` is what this process has seen of the service,
    so that the log says it once."""

    def __init__(
        self,
        conversations: Conversations,
        journal: Journal,
        delivery: Delivery,
        cast: Cast,
        handoffs: Handoffs,
        guests: Callable[[], Guests],
        words: Words,
        *,
        way: str,
        met: set[str],
    ) -> None:
        self._conversations = conversations
        self._journal = journal
        self._delivery = delivery
        self._cast = cast
        self._handoffs = handoffs
        self._guests = guests
        self._words = words
        self._way = way
        self._met = met

    @property
    def is_ours(self) -> bool:
        """Whether this conversation's handoffs are executed on our side."""
        return self._journal.get("handoff_execution") == CLIENT

    @property
    def waiting(self) -> Handoff | None:
        """The handoff that the answer ended in."""
        return self._journal.handoff

    def note(self, entries: tuple[Entry, ...]) -> None:
        """Put on record whether the answer ended in a handoff."""
        told = [entry for entry in entries if not isinstance(entry, Other)]
        last = told[-1] if told else None
        if self.is_ours and CLIENT not in self._met:
            self._met.add(CLIENT)
            newest = entries[-1] if entries else None
            log.info("handoff.client_mode", last=newest.type if isinstance(newest, Other) else type(newest).__name__)
        self._journal.set_handoff(last if self.is_ours and isinstance(last, Handoff) else None)

    async def go_on(self, handoff: Handoff, *, number: int) -> Decision:
        """Decide, tell the thread, and put the request that follows on record, as round `number`."""
        target = await self._cast.name(handoff.to_id, handoff.to_name)
        if self._handoffs.is_full() and not self._handoffs.is_told(handoff.id):
            return Decision.TOO_MANY
        source = self._handoffs.speaker
        agent = await self._cast.agent(None, speaking=source)
        ours = await self._cast.agent(handoff.to_id)
        guests = self._guests()
        if agent is None or ours is None or not allows(agent, target, guests):
            await self._deny(handoff, source, target, number, closed=target in guests.closed)
            return Decision.DENIED
        await self._handoffs.happened(handoff)
        if self._way == TAKE_OVER:
            await self.take_over(number)
        else:
            self._journal.set_request(Request(number=number, kind="append", after=self._entry, brings="nothing"))
            await self._journal.write()
        return Decision.ALLOWED

    async def _deny(self, handoff: Handoff, source: str, target: str, number: int, *, closed: bool) -> None:
        """`closed`: the target is not for who asks; then it is not named either."""
        log.info("handoff.denied", source=source, target=target, closed=closed)
        names = {"source": self._cast.title(source)} | ({} if closed else {"target": self._cast.title(target)})
        denials = int(self._journal.get("denials") or 0) + 1
        said = self._words.say("handoff.closed" if closed else "handoff.denied", **names)
        await self._delivery.note(f"denied{denials}", said)
        self._journal.set(denials=str(denials))
        await self._begin(handoff.from_id, [*await self._said(), Say(DENIED.format(target=target))], number)

    async def take_over(self, number: int) -> None:
        """The next agent goes on in a conversation of its own, which begins with all that was said."""
        handoff = self.waiting
        assert handoff is not None, "only a handoff is continued"
        said = await self._said()
        if not said or said[-1].role != Speaker.USER:
            source = await self._cast.name(handoff.from_id, handoff.from_name)
            said.append(Say(TAKEN_OVER.format(source=source)))
        await self._begin(handoff.to_id, said, number)

    async def _said(self) -> list[Say]:
        old = self._journal.get("conversation_id")
        return replay(await self._conversations.history(old)) if old else []

    async def _begin(self, agent_id: str, said: Sequence[Say], number: int) -> None:
        hop = str(int(self._journal.get("hop") or 0) + 1)
        self._journal.set_said("words", said)
        self._journal.set(next_agent=agent_id, hop=hop)
        self._journal.forget("conversation_id")
        self._journal.set_request(Request(number=number, kind="start", brings="words"))
        await self._journal.write()

    def opening(self, metadata: dict[str, str]) -> Opening | None:
        """How the next agent's conversation is opened; None where the entry agent's is to be."""
        if not (agent_id := self._journal.get("next_agent")):
            return None
        return Opening(
            agent_id=agent_id,
            handoff_execution=CLIENT,
            metadata=self.metadata(metadata),
            store=self._cast.entry.store,
        )

    def metadata(self, own: dict[str, str]) -> dict[str, str]:
        """By which the newest conversation of the turn is found: each hop's has a mark of its own."""
        hop = self._journal.get("hop")
        return {**own, "hop": hop} if hop else own

    @property
    def _entry(self) -> str | None:
        return self._journal.get("entry")
