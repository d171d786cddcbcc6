"""What is seen of an answer while it is made: the cards of its tools and, where wanted, its text, in Slack's streams.

Flushed at a pace that the workspace's budget allows. Trouble with a stream ends the streaming, never the turn: what
the messages then lack is the end's business (`delivery.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.slack import blocks, text
from bot.slack.errors import NotSupported, Refused, StoppedByUser, TryLater, Unknown
from bot.slack.ledger import Unread
from bot.slack.markdown import split
from bot.slack.stream import ROLL_AT_CHARS, Stream
from workers.delivery.board import Board
from workers.delivery.line import Line

FIRST_FLUSH = timedelta(milliseconds=120)  # a short answer is complete by then, and becomes one post
STREAM_WAIT = timedelta(seconds=2)  # a stream that may not start by then is not worth it: the end is one post
MOST_MESSAGES = 3  # of one answer; the rest is a file
PIECE = ROLL_AT_CHARS  # characters of one message
LITTLE_ROOM = PIECE // 10  # not worth a piece: the next message begins
CARDS_AT_ONCE = 10

log = structlog.get_logger()


class Live:
    """The stream of one part of a turn. `text` is what that part has said so far and `sent` how many of its characters
    the stream holds.

    `streams_text` False: only the cards are streamed. `is_off`: there is no stream to begin or to go on with.
    """

    def __init__(self, line: Line, board: Board, stream: Stream, *, streams_text: bool, is_off: bool) -> None:
        self.text = ""
        self.sent = 0
        self.is_off = is_off
        self.dirty = asyncio.Event()
        self.ending = asyncio.Event()
        self.stream = stream
        self.on_stop: Callable[[], None] = lambda: None  # the person pressed Stop in the stream itself
        self._line = line
        self._board = board
        self._wants_text = streams_text
        self._unsent: list[str] = []  # ids of cards that are new or changed
        self._detailed: set[str] = set()

    async def run(
        self,
        serial: asyncio.Lock,
        *,
        idle: timedelta,
        on_idle: Callable[[], Awaitable[None]],
        on_off: Callable[[], Awaitable[None]],
    ) -> None:
        """Flush what is new until `ending`. `on_idle` is awaited when nothing was new for so long, `on_off` in place
        of a flush where there is no stream."""
        wait_for = FIRST_FLUSH
        while not self.ending.is_set():
            if not await happens(self.dirty, idle):
                await on_idle()
                continue
            if await happens(self.ending, wait_for):
                return
            self.dirty.clear()
            async with serial:
                if self.is_off:
                    await on_off()
                else:
                    await self._flush()
            wait_for = await self._line.budget.flush_interval(self._line.thread.team)

    def say(self, delta: str) -> None:
        self.text += delta
        if self.streams_text:
            self.dirty.set()

    def task(self, task: blocks.Task) -> None:
        """A card, new or changed."""
        self._board.tasks[task.id] = task
        if task.id in self._unsent:
            self._unsent.remove(task.id)
        self._unsent.append(task.id)
        self.dirty.set()

    @property
    def streams_text(self) -> bool:
        return self._wants_text and not self.is_off and not self.stream.is_torn()

    @property
    def takes_more(self) -> bool:
        return self.stream.is_open and not self.stream.is_torn()

    async def send_tasks(self) -> None:
        """The cards that are new or changed. Raises what the stream raises."""
        while self._unsent:
            tasks = [self._board.tasks[task_id] for task_id in self._unsent[:CARDS_AT_ONCE]]
            # Slack appends `details` each time they come, so they go out once.
            once = [replace(task, details="") if task.id in self._detailed else task for task in tasks]
            await self.stream.send([blocks.task_chunk(task) for task in once])
            self._detailed.update(task.id for task in once if task.details)
            # One that changed while it was sent goes out once more.
            shown = {task.id for task in tasks if self._board.tasks[task.id] is task}
            self._unsent = [task_id for task_id in self._unsent if task_id not in shown]

    async def send_text(self, upto: int) -> None:
        """The text up to character `upto`, in as many messages as an answer may have. Raises what the stream raises."""
        while self.sent < upto and not self.is_full:
            end = self.sent + self._piece_of(self.text[self.sent : upto])
            await self.stream.send([blocks.text_chunk(text.defuse(self.text[self.sent : end]))], chars=end - self.sent)
            self.sent = end

    @property
    def is_full(self) -> bool:
        """Whether the answer fills all the messages it may have."""
        rows = self._line.ledger.rows.values()
        begun = sum(1 for row in rows if row.kind == "stream" and row.part == self._line.part)
        return begun >= MOST_MESSAGES and self.stream.room <= LITTLE_ROOM

    def _piece_of(self, new: str) -> int:
        """How many characters of `new` go into one message, ended at a block's border where they must be cut."""
        room = self.stream.room if self.stream.room > LITTLE_ROOM else PIECE
        if len(new) <= room:
            return len(new)
        lead = len(new) - len(new.lstrip("\n"))
        piece = split(new[lead:], limit=room - lead, messages=1).messages[0]
        # A block that is longer than the room is cut inside, and closed again: then it is no part of the text as is.
        return lead + len(piece) if new.startswith(piece, lead) else room

    async def _flush(self) -> None:
        if self.stream.is_torn() or self.ending.is_set():
            return
        try:
            if not self.stream.is_open and not await self._may_start():
                return
            if self.stream.is_open and not await self._may_append():
                self.dirty.set()
                return
            await self.send_tasks()
            if self.streams_text:
                await self.send_text(text.safe_prefix(self.text))
        except StoppedByUser:
            self.on_stop()
        except (NotSupported, Unread):
            self.is_off = True
        except (TryLater, Refused, Unknown) as error:
            self.is_off = self.is_off or not self.stream.is_open
            log.warning("stream.failed", error=str(error), torn=self.stream.is_torn())

    async def _may_start(self) -> bool:
        thread = self._line.thread
        wait = await self._line.budget.take(thread.team, "chat.startStream", thread.channel)
        if wait > STREAM_WAIT:
            self.is_off = True
            return False
        if wait:
            await self._line.pause(wait.total_seconds())
        return True

    async def _may_append(self) -> bool:
        thread = self._line.thread
        wait = await self._line.budget.take(thread.team, "chat.appendStream", thread.channel)
        if wait:
            await happens(self.ending, wait)
        return not wait


async def happens(event: asyncio.Event, within: timedelta) -> bool:
    """Whether `event` is set by then."""
    try:
        async with asyncio.timeout(within.total_seconds()):
            await event.wait()
    except TimeoutError:
        return False
    return True
