"""The handoffs of one turn: what the thread is told, who speaks from then on, and when there have been enough.

What always holds: each handoff is told once, whoever hears of it and however often (by its entry's id); the notice is
made of names and of the description in our files, never of a model's words; no turn goes further than the limit. A
chain of handoffs without a word in between is one notice that grows, so that it is read in one place.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict

import structlog

from bot.slack.text import shown
from bot.texts import Words
from workers.conversations.port import Handoff
from workers.delivery.delivery import Delivery
from workers.delivery.parts import PASSED
from workers.handoffs.cast import Cast
from workers.handoffs.rules import Hop, is_back
from workers.journal import Journal

WHY_SHOWN = 200  # characters of an agent's description

log = structlog.get_logger()


class Handoffs:
    """`limit` is how many one turn may have; `over` is set at the first that is too many."""

    def __init__(self, journal: Journal, delivery: Delivery, cast: Cast, words: Words, *, limit: int) -> None:
        self._journal = journal
        self._delivery = delivery
        self._cast = cast
        self._words = words
        self._limit = limit
        self.over = asyncio.Event()

    @property
    def hops(self) -> list[Hop]:
        """Those that were told and still stand."""
        hops = [Hop(**hop) for hop in json.loads(self._journal.get("hops") or "[]")]
        return [hop for hop in hops if hop.part < self._delivery.parts]

    @property
    def speaker(self) -> str:
        """The name of the agent that speaks now."""
        hops = self.hops
        return hops[-1].target if hops else self._journal.get("first_speaker") or self._cast.entry.name

    def is_told(self, handoff_id: str) -> bool:
        return any(hop.id == handoff_id for hop in self.hops)

    def is_full(self) -> bool:
        return len(self.hops) + int(self._journal.get("denials") or 0) >= self._limit

    async def happened(self, handoff: Handoff) -> None:
        """What was said so far stays the earlier agent's; the thread is told, and the next one speaks."""
        hops = self.hops
        if self.over.is_set() or any(hop.id == handoff.id for hop in hops):
            return
        source = self.speaker
        target = await self._cast.name(handoff.to_id, handoff.to_name)
        self._remember(target)
        if self.is_full():
            log.warning("handoff.limit", count=len(hops))
            self._delivery.mute()
            self.over.set()
            return
        part = self._delivery.parts
        grows = bool(hops) and hops[-1].part == part - 1 and not self._delivery.has_words
        row = hops[-1].row if grows else f"{PASSED}{part}"
        hop = Hop(id=handoff.id, source=source, target=target, part=part, row=row)
        told = [*hops, hop]
        lines = [self._line(told[:number], each) for number, each in enumerate(told) if each.row == row]
        self._journal.set(hops=json.dumps([asdict(each) for each in told], ensure_ascii=False))
        await self._delivery.settle(self._cast.voice(target), notice=(row, "\n".join(lines)))
        log.info("handoff", source=source, target=target, hop=len(told))
        await self._delivery.status(self._words.say("status.thinking"))

    def go_back(self) -> None:
        """Parts of the answer were taken back: so are the handoffs that led to them."""
        hops = [Hop(**hop) for hop in json.loads(self._journal.get("hops") or "[]")]
        if len(standing := self.hops) < len(hops):
            self._journal.set(hops=json.dumps([asdict(hop) for hop in standing], ensure_ascii=False))
            self._remember(self.speaker)

    async def begin_anew(self) -> None:
        """Another conversation begins: the agent that answers here speaks first again."""
        entry = self._cast.entry.name
        if self.speaker != entry:
            self._journal.set(first_speaker=entry, hops="[]")
            self._remember(entry)
            await self._delivery.settle(self._cast.voice(entry))

    def _remember(self, speaker: str) -> None:
        """The thread knows who speaks, also in later turns; the agent that answers here needs no such note."""
        if speaker == self._cast.entry.name:
            self._journal.unset_thread("speaker")
        else:
            self._journal.set_thread(speaker=speaker)

    def _line(self, before: list[Hop], hop: Hop) -> str:
        source, target = self._cast.title(hop.source), self._cast.title(hop.target)
        if is_back(before, hop.target):
            return self._words.say("handoff.back", source=source, target=target)
        if why := shown(" ".join(self._cast.purpose(hop.target).split()), WHY_SHOWN):
            return self._words.say("handoff.passed", source=source, target=target, why=why)
        return self._words.say("handoff.passed_on", source=source, target=target)
