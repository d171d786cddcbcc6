"""The threads that this worker holds: one beat for all of them, and one look for those that others lost.

What always holds: each second one script renews every lease of this process and tells which were lost, who said stop
and how much mail waits. A worker that slept longer than half a lease asks before it touches the outside again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from redis.exceptions import RedisError

from bot.threads.leases import Pulse
from bot.threads.models import ThreadKey
from bot.threads.owned import Lost, Owned
from bot.threads.turns import Turns

BEAT = timedelta(seconds=1)  # leases, and the look for expired ones and for unanswered questions

log = structlog.get_logger()


class Hold:
    """One held thread: what the beat has learned of it."""

    def __init__(
        self, owned: Owned, *, asked: float, now: Callable[[], float], still_ours: Callable[[], Awaitable[None]]
    ) -> None:
        self.owned = owned
        self.stop = asyncio.Event()
        self.news = asyncio.Event()  # the mailbox holds another number of mail than before
        self.stopped_by: str | None = None
        self.told: set[str] = set()  # ids of mail whose writers know what becomes of it
        self.lost = False
        # When the lease was asked for: a process may sleep between the answer and its next step.
        self.renewed_at = asked
        self._now = now
        self._still_ours = still_ours
        self._mail = self._mailed = 0
        self._scope: asyncio.Timeout | None = None

    @property
    def thread(self) -> ThreadKey:
        return self.owned.thread

    @property
    def mail_waits(self) -> bool:
        """Whether the newest beat saw mail in the mailbox."""
        return self._mail > 0

    async def check(self, half_lease: float) -> None:
        """Raise `Lost` unless this worker surely owns the thread now. Costs nothing while the beat is fresh."""
        while not self.lost and self._now() - self.renewed_at > half_lease:
            await self._still_ours()
        if self.lost:
            raise Lost

    def lose(self) -> None:
        """Another owner has the thread: the block under `until_lost` ends. The beat says so again until it has."""
        if self.lost:
            return
        self.lost = True
        if self._scope is not None:
            self._scope.reschedule(asyncio.get_running_loop().time())

    def learn(self, pulse: Pulse, asked: float) -> None:
        """Take in what a beat said that was sent at `asked`."""
        if pulse.lost:
            self.lose()
            return
        self.renewed_at = asked
        # One may have come in the place of one that went: what ever came tells, where it is known.
        if pulse.mail and (pulse.mail > self._mail or pulse.mailed > self._mailed > 0):
            self.news.set()
        self._mail, self._mailed = pulse.mail, pulse.mailed
        if pulse.stopped_by:
            self.stopped_by = pulse.stopped_by
            self.stop.set()

    def begin_turn(self, *, mail: int, mailed: int = 0) -> None:
        """Forget the stop of an earlier turn; what waits already, of all that ever came, is no news."""
        self._mail, self._mailed = mail, mailed
        self.stop.clear()
        self.news.clear()
        self.stopped_by = None

    @asynccontextmanager
    async def until_lost(self) -> AsyncIterator[None]:
        """Cancel the block when the lease is lost, and raise `Lost` in its place."""
        if self.lost:
            raise Lost
        try:
            async with asyncio.timeout(None) as self._scope:
                yield
        except TimeoutError:
            if self.lost:
                raise Lost from None
            raise
        finally:
            self._scope = None


class Holdings:
    """All holds of this process. `run` is awaited by the worker for as long as it lives."""

    def __init__(self, turns: Turns, *, lease: timedelta, now: Callable[[], float]) -> None:
        self._turns = turns
        self._now = now
        self.half_lease = lease.total_seconds() / 2
        self._holds: dict[ThreadKey, Hold] = {}

    @property
    def holds(self) -> list[Hold]:
        return list(self._holds.values())

    @asynccontextmanager
    async def hold(self, owned: Owned, *, asked: float) -> AsyncIterator[Hold]:
        """Renew the lease of `owned`, which was claimed at `asked`, while the block runs."""
        hold = Hold(owned, asked=asked, now=self._now, still_ours=self.beat)
        if (older := self._holds.get(owned.thread)) is not None:
            older.lose()  # this worker slept, lost the thread, and has been given it anew: no beat asks for the old one
        self._holds[owned.thread] = hold
        try:
            yield hold
        finally:
            if self._holds.get(owned.thread) is hold:
                del self._holds[owned.thread]

    async def beat(self) -> None:
        """Renew all leases in one round trip and let every hold learn."""
        holds, asked = list(self._holds.values()), self._now()
        for hold, pulse in zip(holds, await self._turns.beat([hold.owned for hold in holds]), strict=True):
            hold.learn(pulse, asked)

    async def run(self) -> None:
        """Beat, then look for what others lost, once a second, until cancelled. A Redis that is away is waited for."""
        away = False
        while True:
            try:
                await self.beat()
                taken = await self._turns.take_over()
                if away:
                    log.info("redis.back")
                away = False
                for thread in taken:
                    log.warning("thread.taken_over", thread=str(thread))
            except (RedisError, OSError) as error:
                if not away:
                    log.error("redis.away", error=type(error).__name__)
                away = True
            await asyncio.sleep(BEAT.total_seconds())
