"""A turn's voice in Slack: status, task cards, the text as it comes, and the finished answer, exactly once.

Direct messages stream the text. In channels Slack draws a stream for one person only, so there the task cards stream
and the whole text follows at the end (`live=True` streams text there too). Where an installation has no streams, the
answer is one post; where it has no statuses either, a placeholder post is updated. After any trouble with a stream
the end holds what is missing: a torn message is written anew in place, never beside itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.slack import blocks, files, text
from bot.slack.budget import Budget
from bot.slack.client import Slack
from bot.slack.errors import NotSupported, Refused, SlackError, StoppedByUser, TryLater, Unknown
from bot.slack.ledger import Ledger, Row, Unread
from bot.slack.markdown import split
from bot.slack.models import Upload
from bot.slack.stream import ROLL_AT_CHARS, Reader, Stream
from bot.texts import Words
from bot.threads.models import ThreadKey

STATUS_AGAIN_AFTER = timedelta(seconds=90)  # Slack drops a status after two minutes
FIRST_FLUSH = timedelta(milliseconds=120)  # a short answer is complete by then, and becomes one post
UPDATE_EVERY = timedelta(seconds=3)  # Slack's advice for chat.update
STREAM_WAIT = timedelta(seconds=2)  # a stream that may not start by then is not worth it: the end is one post
MOST_MESSAGES = 3  # of one answer; the rest is a file
PIECE = 10_000  # characters of one message
TASK_TEXT = 250  # of a card's title, details and output (slack-platform 4.3: 256)
INVALID_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_arguments"})

log = structlog.get_logger()


def budget_keeper(budget: Budget, thread: ThreadKey) -> Callable[[TryLater], Awaitable[None]]:
    """Tells the workspace's budget of each Retry-After, so that other turns do not run into it too."""

    async def slowed(later: TryLater) -> None:
        if later.after:
            await budget.penalise(thread.team, later.method, later.after, thread.channel)

    return slowed


class Delivery:
    """What one turn says in its thread.

    `pause` sleeps (tests give their own), `now` is wall-clock time in seconds, `before_call` raises `Lost` when the
    thread belongs to another worker by now, `write` puts the ledger's rows on record.
    """

    def __init__(
        self,
        *,
        slack: Slack,
        budget: Budget,
        ledger: Ledger,
        thread: ThreadKey,
        reader: Reader,
        words: Words,
        live: bool,
        resumed: bool,
        write: Callable[[], Awaitable[None]],
        before_call: Callable[[], Awaitable[None]],
        now: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.slack = slack
        self.words = words
        self.ledger = ledger
        self.thread = thread
        self.on_stop: Callable[[], None] = lambda: None  # the person pressed Stop in the stream itself
        self._budget = budget
        self._before_call = before_call
        self._write = write
        self._now = now
        self._pause = pause
        self._live = live
        self._resumed = resumed
        self._stream = Stream(
            slack,
            ledger,
            thread,
            reader,
            write=write,
            before_call=before_call,
            slowed=budget_keeper(budget, thread),
            now=now,
            sleep=self._rest,
        )
        # A stream that an earlier owner opened is not appended to: what it holds is not surely known.
        self._no_stream = resumed and any(row.kind == "stream" for row in ledger.rows.values())
        self._text = ""
        self._sent = 0  # characters of `_text` that the stream holds
        self._tasks: dict[str, blocks.Task] = {}
        self._unsent_tasks: list[str] = []
        self._detailed: set[str] = set()
        self._cards = True
        self._status = ""
        self._status_at = 0.0
        self._posted_since_status = False
        self._muted = False
        self._serial = asyncio.Lock()
        self._dirty = asyncio.Event()
        self._ending = asyncio.Event()
        self._stopped = asyncio.Event()

    # -- while the turn runs ------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Flush what is new, at a pace that the workspace's budget allows, and keep the status alive; until `end`."""
        wait_for = FIRST_FLUSH
        while not self._ending.is_set():
            if not await self._happens(self._dirty, STATUS_AGAIN_AFTER):
                if self._status and not self._posted_since_status:
                    await self.status(self._status, again=True)
                continue
            if await self._happens(self._ending, wait_for):
                return
            self._dirty.clear()
            async with self._serial:
                await self._flush()
            wait_for = await self._budget.flush_interval(self.thread.team)

    def say(self, delta: str) -> None:
        """More of the answer's text."""
        if not self._muted and delta:
            self._text += delta
            if self._streams_text:
                self._dirty.set()

    def task(self, task: blocks.Task) -> None:
        """A tool call's card, new or changed."""
        if self._muted:
            return
        self._tasks[task.id] = task
        if task.id in self._unsent_tasks:
            self._unsent_tasks.remove(task.id)
        self._unsent_tasks.append(task.id)
        self._dirty.set()

    async def status(self, words: str, *, again: bool = False) -> None:
        """Show a status under the thread; a placeholder post where there are none. Never fails the turn."""
        if self._muted or (words == self._status and not again):
            return
        async with self._serial:
            await self._show_status(words)

    async def note(self, name: str, words: str) -> None:
        """A line of ours in the thread, once."""
        async with self._serial:
            await self._post(name, words, blocks.notice(words))
            await self._write()

    async def whisper(self, user: str, words: str) -> None:
        """A line that only `user` sees; at most once, and never worth failing for."""
        try:
            await self._before_call()
            await self.slack.ephemeral(self.thread.channel, user, thread_ts=self.thread.root_ts, text=words)
        except SlackError as error:
            log.info("whisper.failed", error=str(error))

    async def ask(self, name: str, text: str, card: list[blocks.Block]) -> None:
        """A question with buttons, once; the status says that a person must act."""
        async with self._serial:
            await self._wind_up_stream()
            await self._post(name, text, card)
            await self._write()

    @property
    def said(self) -> str:
        """The answer's text so far."""
        return self._text

    # -- the ends -----------------------------------------------------------------------------------------------

    async def finish(self, answer: str, *, closing: str = "") -> None:
        """Show all of `answer` (and under it our own sentence `closing`), then nothing is left running."""
        await self._end()
        self._text = answer
        if closing:
            self._text = f"{answer.rstrip()}\n\n_{closing}_" if answer.strip() else closing
        async with self._serial:
            try:
                await self._deliver()
            except Unread:
                await self._deliver_again()
            await self.clear()

    async def stopped(self) -> None:
        """Within the two seconds that Stop may take: end the stream, say so, leave no status."""
        self._muted = True
        self._stopped.set()
        await self._end()
        async with self._serial:
            for task in self._tasks.values():
                if task.status in ("pending", "in_progress"):
                    words = self.words.say("turn.stopped")
                    state = self.words.say("task.stopped", tool=task.title)
                    self._tasks[task.id] = replace(task, status="error", output=words, state=state)
                    self._unsent_tasks.append(task.id)
            partway = bool(self._text and self._sent)
            words = self.words.say("turn.stopped_partway" if partway else "turn.stopped")
            with suppress(SlackError, Unread):
                if self._stream.is_open and not self._stream.is_torn():
                    with suppress(SlackError):
                        await self._send_tasks()
                await self._wind_up_stream(force=True)
            try:
                await self._post("stopped", words, blocks.notice(words))
            except Unread:
                log.warning("stop.unconfirmed")
            await self.clear()

    async def fail(self, words: str, *, turn_id: str, again: bool) -> None:
        """End with one sentence, and a Try again button where that can help. What was shown stays."""
        await self._end()
        async with self._serial:
            with suppress(SlackError, Unread):
                await self._flush_rest()
                await self._wind_up_stream(force=True)
            button = self.words.say("button.again") if again else None
            card = blocks.failure(words, turn_id=turn_id, button=button) if button else blocks.notice(words)
            try:
                await self._post("failure", words, card)
            except Unread:
                await self._post("failure-again", words, card)
            await self.clear()

    async def clear(self) -> None:
        """No status is left behind, nor a session that works: our post takes the line away, but not the session."""
        if self._status:
            try:
                await self.slack.set_status(self.thread.channel, self.thread.root_ts, "")
            except SlackError as error:
                log.warning("status.not_cleared", error=str(error))
        self._status = ""

    def inherit_status(self) -> None:
        """An earlier owner of the turn may have left a status."""
        self._status = " "

    def correct(self, said: str) -> None:
        """The text so far is `said`, not what came in pieces: a request was answered twice, or read from history."""
        if not said.startswith(self._text[: self._sent]):
            self._stream.tear()  # what it shows is no part of the answer: the end writes the message anew
        self._text = said

    async def _show_status(self, words: str) -> None:
        self._status, self._posted_since_status = words, False
        try:
            await self._before_call()
            await self.slack.set_status(self.thread.channel, self.thread.root_ts, words)
        except NotSupported:
            await self._placeholder(words)
        except SlackError as error:
            log.warning("status.failed", error=str(error))

    # -- how ----------------------------------------------------------------------------------------------------

    @property
    def _streams_text(self) -> bool:
        return self._live and not self._no_stream and not self._stream.is_torn()

    async def _end(self) -> None:
        """Let `run` finish what it is at; afterwards only the caller speaks."""
        self._ending.set()
        self._dirty.set()
        if self._resumed:
            async with self._serial:
                with suppress(Unread):
                    await self.ledger.find_streams()

    async def _happens(self, event: asyncio.Event, within: timedelta) -> bool:
        try:
            async with asyncio.timeout(within.total_seconds()):
                await event.wait()
        except TimeoutError:
            return False
        return True

    async def _rest(self, seconds: float) -> None:
        """Sleep until Slack may be called again; a stop does not wait for that."""
        pause = asyncio.ensure_future(self._pause(seconds))
        stopped = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({pause, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
            stopped.cancel()
        if self._stopped.is_set():
            raise TryLater("stopped while waiting", method="", after=timedelta(seconds=seconds))

    async def _flush(self) -> None:
        """Send what is new to the stream. Trouble ends the streaming, never the turn."""
        if self._no_stream and not self._ending.is_set():
            await self._status_of_tasks()
        if self._no_stream or self._stream.is_torn() or self._ending.is_set():
            return
        try:
            if not self._stream.is_open and not await self._may_start():
                return
            if self._stream.is_open and not await self._may_append():
                self._dirty.set()
                return
            await self._send_tasks()
            if self._streams_text:
                ready = text.safe_prefix(self._text)
                while self._sent < ready:
                    await self._send_text(self._text[self._sent : ready])
        except StoppedByUser:
            self.on_stop()
        except (NotSupported, Unread):
            self._no_stream = True
        except (TryLater, Refused, Unknown) as error:
            self._no_stream = self._no_stream or not self._stream.is_open
            log.warning("stream.failed", error=str(error), torn=self._stream.is_torn())

    async def _status_of_tasks(self) -> None:
        """Where no cards can be drawn, the status says which tool runs."""
        running = [task for task in self._tasks.values() if task.status == "in_progress"]
        if running:
            await self._show_status(self.words.say("status.tool", tool=running[-1].title))

    async def _may_start(self) -> bool:
        wait = await self._budget.take(self.thread.team, "chat.startStream", self.thread.channel)
        if wait > STREAM_WAIT:
            self._no_stream = True
            return False
        if wait:
            await self._pause(wait.total_seconds())
        return True

    async def _may_append(self) -> bool:
        wait = await self._budget.take(self.thread.team, "chat.appendStream", self.thread.channel)
        if wait:
            await self._happens(self._ending, wait)
        return not wait

    async def _send_tasks(self) -> None:
        while self._unsent_tasks:
            ids = self._unsent_tasks[:10]
            # Slack appends `details` each time they come, so they go out once.
            tasks = [
                replace(self._tasks[task_id], details="") if task_id in self._detailed else self._tasks[task_id]
                for task_id in ids
            ]
            await self._stream.send([blocks.task_chunk(task) for task in tasks])
            self._detailed.update(ids)
            del self._unsent_tasks[: len(ids)]

    async def _send_text(self, new: str) -> None:
        room = self._stream.room if self._stream.room > ROLL_AT_CHARS // 10 else PIECE
        piece = split(new, limit=min(room, PIECE), messages=1).messages[0] if len(new) > room else new
        # `split` may drop blank lines between blocks: what counts as sent is where the piece ends in the text.
        end = len(piece) if new.startswith(piece) else min(len(new), room)
        await self._stream.send([blocks.text_chunk(text.defuse(new[:end]))], chars=end)
        self._sent += end

    async def _flush_rest(self) -> None:
        """What the stream lacks of the text so far, when it can still take it."""
        if self._stream.is_open and not self._stream.is_torn():
            await self._send_tasks()
            while self._streams_text and self._sent < len(self._text):
                await self._send_text(self._text[self._sent :])

    async def _deliver(self) -> None:
        if self._stream.is_open and not self._stream.is_torn():
            try:
                await self._end_in_stream()
            except StoppedByUser:
                self.on_stop()  # too late to stop anything; what is missing is posted below
                await self._rest_as_posts()
            except (Refused, Unknown, TryLater) as error:
                log.warning("stream.failed", error=str(error), torn=self._stream.is_torn())
                if self._stream.is_torn():
                    await self._rewrite()
                else:
                    await self._rest_as_posts()
            return
        if any(row.kind in ("stream", "placeholder") for row in self.ledger.rows.values()):
            await self._rewrite()
            return
        await self._rest_as_posts()

    async def _end_in_stream(self) -> None:
        await self._send_tasks()
        sent = sum(1 for row in self.ledger.rows.values() if row.kind == "stream")
        pieces = split(self._text[self._sent :], limit=PIECE, messages=max(1, MOST_MESSAGES - sent + 1))
        for piece in pieces.messages:
            if piece:
                await self._stream.send([blocks.text_chunk(text.defuse(piece))], chars=len(piece))
        await self._stream.close(blocks=self._footer(), session_status="active")
        self._sent = len(self._text)
        self._posted_since_status = True
        await self._attach(pieces.rest)

    async def _rest_as_posts(self) -> None:
        """The text that no message holds yet, as posts of its own."""
        await self._wind_up_stream(force=True)
        rest = self._text[self._sent :]
        if not rest and self._sent:
            return
        pieces = split(rest, limit=PIECE, messages=MOST_MESSAGES)
        await self._posts(pieces.messages, first=0)
        await self._attach(pieces.rest)

    async def _posts(self, pieces: list[str], *, first: int) -> None:
        for number, piece in enumerate(pieces, first):
            words, body = self._message(piece, last=number == first + len(pieces) - 1)
            await self._post(f"answer{number}", words, body, cards=number == 0)

    async def _rewrite(self) -> None:
        """Write the whole text over the messages that hold parts of it; more of it than they can hold follows them."""
        await self._wind_up_stream(force=True)
        if self._stream.is_torn() or self._resumed:
            held = [row for row in self.ledger.rows.values() if row.kind in ("stream", "placeholder") and row.ts]
        else:
            held = [row for row in self.ledger.rows.values() if row.kind == "placeholder" and row.ts]
        if not held:
            await self._rest_as_posts()
            return
        held.sort(key=lambda row: row.ts)
        pieces = split(self._text, limit=PIECE, messages=max(MOST_MESSAGES, len(held)))
        for row, piece in zip(held, pieces.messages, strict=False):
            words, body = self._message(piece, last=piece is pieces.messages[-1])
            try:
                await self._update(row, words, body, cards=row is held[0])
            except Refused as refused:
                log.warning("update.refused", error=str(refused))
                await self._post(f"answer-{row.name}", words, body)
        for row in held[len(pieces.messages) :]:
            with suppress(SlackError):
                await self.slack.delete(self.thread.channel, row.ts)
        if len(pieces.messages) > len(held):
            await self._posts(pieces.messages[len(held) :], first=len(held))
        await self._attach(pieces.rest)

    async def _deliver_again(self) -> None:
        """Nobody can tell whether a post arrived: the text goes out as a new post that says so."""
        words = self.words.say("delivery.resent")
        pieces = split(self._text, limit=PIECE, messages=MOST_MESSAGES)
        try:
            await self._post("resent", words, blocks.notice(words))
            for number, piece in enumerate(pieces.messages):
                await self._post(f"resent{number}", *self._message(piece, last=piece is pieces.messages[-1]))
        except Unread:
            log.error("delivery.unconfirmed")
        await self._attach(pieces.rest)

    async def _attach(self, rest: str) -> None:
        """What is too long for messages, as a Markdown file with a sentence."""
        if not rest:
            return
        words = self.words.say("delivery.rest_as_file", count=len(rest))
        try:
            await self._file(rest, words)
        except (SlackError, Unread) as error:
            log.warning("file.failed", error=str(error))
            words = self.words.say("delivery.file_failed")
            await self._post("file-failed", words, blocks.notice(words))

    async def _file(self, rest: str, words: str) -> None:
        known = self.ledger.rows.get("file")
        if known and known.ts and await files.was_shared(self.slack, known.ts, self.thread):
            return

        async def remember(upload: Upload) -> None:
            # The file's id is its row: it is known before anything can be seen.
            self.ledger.note(Row(name="file", kind="file", ts=upload.file_id))
            await self._write()
            await self._before_call()

        title = self.words.say("delivery.file_title")
        await files.upload_rest(self.slack, self.thread, rest, title=title, comment=words, remember=remember)

    async def _post(self, name: str, words: str, card: blocks.Blocks, *, cards: bool = False) -> str:
        placeholder = self.ledger.rows.get("placeholder")
        if placeholder and placeholder.ts and placeholder.open and name != "placeholder":
            # The line that stood in for the status becomes the message itself.
            await self._update(placeholder, words, card, cards=cards)
            self.ledger.note(replace(placeholder, open=False))
            self.ledger.note(Row(name=name, kind="post", state="accepted", ts=placeholder.ts))
            self._posted_since_status = True
            return placeholder.ts
        wait = await self._budget.take(self.thread.team, "chat.postMessage", self.thread.channel)
        if wait:
            await self._pause(wait.total_seconds())
        try:
            ts = await self.ledger.post(name, text=words, blocks=self._under_cards(card, cards))
        except Refused as refused:
            if not self._no_cards(refused, cards):
                raise
            ts = await self.ledger.post(name, text=words, blocks=self._under_cards(card, cards))
        self._posted_since_status = True
        return ts

    def _under_cards(self, card: blocks.Blocks, cards: bool) -> blocks.Blocks:
        """A message's blocks below the cards of the tools it used, or below lines where no card is drawn."""
        if not cards or not self._tasks:
            return card
        tasks = list(self._tasks.values())
        return [*(blocks.task_cards(tasks) if self._cards else blocks.task_lines(tasks)), *card]

    def _no_cards(self, refused: Refused, cards: bool) -> bool:
        """Whether the same message may pass without cards: a workspace may know none."""
        if not (cards and self._cards and self._tasks and refused.code in INVALID_BLOCKS):
            return False
        self._cards = False
        return True

    async def _update(self, row: Row, words: str, card: blocks.Blocks, *, cards: bool = False) -> None:
        try:
            await self._put(row, words, self._under_cards(card, cards))
        except Refused as refused:
            if not self._no_cards(refused, cards):
                raise
            await self._put(row, words, self._under_cards(card, cards))

    async def _put(self, row: Row, words: str, card: blocks.Blocks) -> None:
        for attempt in range(4):  # an update may be repeated: it puts the same words in the same place
            await self._before_call()
            try:
                await self.slack.update(
                    self.thread.channel, row.ts, text=words, blocks=card, metadata=self.ledger.metadata(row.name)
                )
            except TryLater as later:
                if attempt == 3:
                    raise
                await self._pause(min(later.after or timedelta(seconds=1), timedelta(seconds=60)).total_seconds())
            else:
                self._posted_since_status = True
                return

    async def _placeholder(self, words: str) -> None:
        row = self.ledger.rows.get("placeholder")
        line = f"_{words}_"
        try:
            if row is None or not row.ts:
                ts = await self.ledger.post("placeholder", text=line, blocks=blocks.notice(line))
                self.ledger.note(Row(name="placeholder", kind="placeholder", state="accepted", ts=ts, open=True))
                await self._write()
            elif row.open and self._now() - self._status_at >= UPDATE_EVERY.total_seconds():
                await self._update(row, line, blocks.notice(line))
            self._status_at = self._now()
        except (SlackError, Unread) as error:
            log.warning("placeholder.failed", error=str(error))

    async def _wind_up_stream(self, *, force: bool = False) -> None:
        """Close our stream; with `force` also those that an earlier owner of this turn left open."""
        if self._stream.is_open:
            await self._stream.close(session_status="active")
            self._posted_since_status = True
        if force:
            for row in list(self.ledger.rows.values()):
                if row.kind == "stream" and row.open and row.ts:
                    with suppress(SlackError):
                        await self.slack.stop_stream(self.thread.channel, row.ts)
                    self.ledger.note(replace(row, open=False))

    def _message(self, piece: str, *, last: bool) -> tuple[str, blocks.Blocks]:
        """Fallback text and blocks of a piece of the answer, made harmless; the last one carries the label."""
        harmless = text.defuse(piece)
        label = self.words.say("label.ai_generated") if last else None
        return text.fallback(harmless), blocks.answer(harmless, label)

    def _footer(self) -> blocks.Blocks:
        return blocks.footer(self.words.say("label.ai_generated"))

    def clock(self, moment: float, zone: str | None) -> str:
        """A time of day as the reader writes it."""
        return self.words.time(datetime.fromtimestamp(moment).astimezone(), zone)
