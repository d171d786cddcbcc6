"""What the thread is told while Mistral lets it wait."""

from __future__ import annotations

from datetime import timedelta

from workers.conversations.port import Waiting, WaitReason
from workers.delivery.delivery import Delivery

SAY_AFTER = timedelta(seconds=10)  # a shorter wait is not worth a word
LOOK_EVERY = timedelta(seconds=2)  # at the history of a request that may still be running


class Waits:
    """Of one turn; `zone` is the time zone of the person who waits."""

    def __init__(self, delivery: Delivery, zone: str | None) -> None:
        self._delivery = delivery
        self._zone = zone

    async def heard(self, waiting: Waiting, *, waited: float) -> None:
        """`waited` is for how many seconds it has been so already."""
        if waited + waiting.delay.total_seconds() > SAY_AFTER.total_seconds():
            await self.tell(waiting.reason, waiting.until)

    async def tell(self, reason: WaitReason, until: float) -> None:
        key = "status.busy" if reason is WaitReason.BUSY else "status.waiting_model"
        words = self._delivery.words
        await self._delivery.status(words.say(key, until=self._delivery.clock(until, self._zone)))
