"""A turn's voice in Slack: status, task cards, the text as it comes, and the finished answer, exactly once.

Direct messages stream the text. In channels Slack draws a stream for one person only, so there the task cards stream
and the whole text follows at the end (`live=True` streams text there too). Where an installation has no streams, the
answer is one post; where it has no statuses either, a placeholder post is updated. After any trouble with a stream
the end holds what is missing: a torn message is written anew in place, never beside itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.slack import blocks
from bot.slack.errors import Refused, SlackError, TryLater
from bot.slack.ledger import Row, Unread
from bot.slack.stream import Reader
from bot.slack.voices import Voice
from workers.delivery.line import Line
from workers.delivery.live import Live
from workers.delivery.parts import Part, dump, is_taken_back, settled, standing, voice_of
from workers.delivery.saying import Saying, saying
from workers.delivery.status import Status

STATUS_AGAIN_AFTER = timedelta(seconds=90)  # Slack drops a status after two minutes
FAILURE_ROWS = ("failure", "failure-again")
TAKEN_BACK = frozenset({"stream", "placeholder"})  # kinds of rows that stand for an answer which is not said
FAILURE_SAID = "failure_said"  # the sentence above a Try again button, for when the button goes

log = structlog.get_logger()


class Delivery:
    """What one turn says in its thread. `resumed`: an earlier owner of the turn may have said part of it.

    Each speaker's words are a part of their own (`parts.py`), with messages of its own; `settled` are those that an
    earlier owner has settled. `line.voice` speaks first.
    """

    def __init__(
        self,
        line: Line,
        reader: Reader,
        *,
        live: bool,
        resumed: bool,
        bare: bool = False,
        settled: Sequence[Part] = (),
    ) -> None:
        self.words = line.words
        self._slack = line.slack
        self._ledger = line.ledger
        self._thread = line.thread
        self._reader = reader
        self._streams_text = live
        self._resumed = resumed
        self._bare = bare
        self._status = Status()
        self._muted = False
        self._hushed = False
        self._held: list[Callable[[], Awaitable[None]]] = []  # what goes out only if anything is said
        self._serial = asyncio.Lock()
        self._stopped = asyncio.Event()
        self._first = line
        self._settled = list(settled)
        self._before = ""  # the words of the settled parts, as far as this owner knows them
        self._saying = self._part()

    def _part(self) -> Saying:
        """The part after the settled ones."""
        voice = voice_of(self._settled, self._first.voice)
        line = replace(self._first, voice=voice, part=len(self._settled))
        return saying(
            line,
            self._reader,
            streams_text=self._streams_text and not self._hushed,
            resumed=self._resumed,
            bare=self._bare,
            rest=self._rest,
        )

    @property
    def live(self) -> Live:
        """What is seen of the part that is being said."""
        return self._saying.live

    # -- while the turn runs ------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Show what is new and keep the status alive, until the turn ends."""
        while True:
            saying_now = self._saying
            await saying_now.live.run(
                self._serial, idle=STATUS_AGAIN_AFTER, on_idle=self._keep_status, on_off=self._status_of_tasks
            )
            if saying_now is self._saying:
                return

    def say(self, delta: str) -> None:
        """More of the answer's text."""
        if not self._muted and (words := self._without_gap(delta)):
            self.live.say(words)

    def _without_gap(self, words: str) -> str:
        """A part does not begin with the blank line that divides it from the one before."""
        if not self._settled or self.live.text:
            return words
        begun = words.lstrip("\n")
        self._before += words[: len(words) - len(begun)]
        return begun

    def task(self, task: blocks.Task) -> None:
        """A tool call's card, new or changed."""
        if self._hushed:
            self._saying.board.tasks[task.id] = task
        elif not self._muted:
            self.live.task(task)

    async def correct(self, said: str, *, upto: int | None = None) -> None:
        """The text so far is `said` (up to a character), not what came in pieces: a request is made again, or its
        answer was read from the history. What was settled and is no part of it is taken back."""
        kept = standing(self._settled, said)
        if len(kept) < len(self._settled):
            await self._take_back(kept)
        self._before, shown, self.live.text = said[: kept[-1].upto] if kept else "", self.live.text, ""
        rest = self._without_gap(said[len(self._before) : upto])
        if not rest.startswith(shown[: self.live.sent]):
            self._saying.stream.tear()  # what it shows is no part of the answer: the end writes the message anew
        self.live.text = rest

    @property
    def said(self) -> str:
        """The answer's text so far."""
        return self._before + self.live.text

    @property
    def has_words(self) -> bool:
        """Whether the part that is being said has any."""
        return bool(self.live.text.strip())

    @property
    def parts(self) -> int:
        """How many parts are settled."""
        return len(self._settled)

    async def settle(self, voice: Voice | None = None, *, notice: tuple[str, str] | None = None) -> None:
        """What was said so far stands in messages of its own; then comes a `notice` (row, words), and what follows is
        the next part's. `voice` None: the same one goes on."""
        if self._muted or self._hushed:
            return
        if self._resumed:
            async with self._serial:
                with suppress(Unread):
                    await self._ledger.find_streams()
        async with self._serial:
            shown = bool(self.live.text.strip())
            if shown:
                await self._saying.whole.deliver()
            elif self._saying.stream.is_open:
                await self._saying.whole.close_streams()
                shown = True
            if notice:
                await self._notice(*notice)
            self._before = self.said
            self._settled.append(settled(self._before, self._saying.line.voice if voice is None else voice))
            self._ledger.record(dump(self._settled))
            await self._saying.line.write()
            self._begin_part({} if shown else self._saying.board.tasks)

    async def _notice(self, name: str, words: str) -> None:
        """A line of ours that may grow."""
        row = self._ledger.rows.get(name)
        if row and row.ts:
            await self._saying.board.update(row, words, blocks.notice(words))
        else:
            await self._saying.board.notice(name, words)

    async def _take_back(self, kept: Sequence[Part]) -> None:
        """An answer that was given up had several parts: what stands of them goes, for another one comes."""
        async with self._serial:
            await self._saying.whole.close_streams()
            part = len(kept)
            for row in list(self._ledger.rows.values()):
                if row.ts and is_taken_back(row, part):
                    await self._delete(row)
            self._settled = list(kept)
            self._ledger.record(dump(self._settled))
            await self._saying.line.write()
            self._begin_part({})
            self._saying.stream.tear()  # its messages are written anew at the end

    async def _delete(self, row: Row) -> None:
        with suppress(SlackError):
            await self._slack.delete(self._thread.channel, row.ts)
        self._ledger.note(replace(row, state="intent", ts="", open=False))

    def _begin_part(self, tasks: Mapping[str, blocks.Task]) -> None:
        """From now on another board, with the cards that no message shows yet, and another stream for the pump."""
        old, self._saying = self.live, self._part()
        self._saying.board.tasks.update(tasks)
        self.live.on_stop = old.on_stop
        old.ending.set()
        old.dirty.set()

    async def status(self, words: str) -> None:
        """Show a status under the thread; a placeholder post where there are none. Never fails the turn."""
        if self._muted or self._hushed or words == self._status.words:
            return
        async with self._serial:
            await self._status.show(words, self._saying)

    @property
    def gone(self) -> Refused | None:
        """How Slack refused a status, where it takes nothing more of ours in this channel."""
        return self._status.gone

    def inherit_status(self) -> None:
        """An earlier owner of the turn may have left a status."""
        self._status.inherit()

    async def note(self, name: str, words: str) -> None:
        """A line of ours in the thread, once."""
        if self._hushed:
            self._held.append(lambda: self.note(name, words))
            return
        async with self._serial:
            await self._saying.board.notice(name, words)
            await self._saying.line.write()
            await self._status.again(self._saying)

    async def whisper(self, user: str, words: str) -> None:
        """A line that only `user` sees; at most once, and never worth failing for."""
        try:
            await self._saying.line.before_call()
            await self._slack.ephemeral(self._thread.channel, user, thread_ts=self._thread.root_ts, text=words)
        except SlackError as error:
            log.info("whisper.failed", error=str(error))

    async def ask(self, name: str, words: str, card: blocks.Blocks, *, calls: Sequence[str] = ()) -> None:
        """A question with buttons, once; `calls` are the people and groups that it is meant to notify."""
        async with self._serial:
            await self._saying.whole.close_streams()
            await self._saying.board.post(name, words, card, calls=calls)
            await self._saying.line.write()

    def clock(self, moment: float, zone: str | None) -> str:
        """A time of day as the reader writes it."""
        return self.words.time(datetime.fromtimestamp(moment).astimezone(), zone)

    # -- the ends -----------------------------------------------------------------------------------------------

    async def finish(self, answer: str, *, closing: str = "", under: blocks.Blocks | None = None) -> None:
        """Show all of `answer` (and under it our own sentence `closing`, and `under` its last message those blocks),
        then nothing is left running."""
        await self.speak()
        await self._end()
        if self._settled:
            await self.correct(answer)
        else:
            self.live.text = answer
        if closing:
            said = self.live.text
            self.live.text = f"{said.rstrip()}\n\n_{closing}_" if said.strip() else closing
        async with self._serial:
            self._saying.board.under = under or []
            await self._saying.whole.deliver()
            await self.clear()

    async def file(
        self, row: str, name: str, content: bytes, *, title: str, alt_text: str | None = None, alone: str | None = None
    ) -> None:
        """A file that belongs to the answer, once; `alone`: for that person only. Raises what Slack and the ledger
        raise."""
        if self._hushed:
            self._held.append(
                lambda: self._file_after_all(row, name, content, title=title, alt_text=alt_text, alone=alone)
            )
            return
        async with self._serial:
            await self._saying.board.file(row, name, content, title=title, alt_text=alt_text, alone=alone)

    async def _file_after_all(
        self, row: str, name: str, content: bytes, *, title: str, alt_text: str | None, alone: str | None
    ) -> None:
        try:
            await self.file(row, name, content, title=title, alt_text=alt_text, alone=alone)
        except (SlackError, Unread) as error:
            log.warning("file.failed", error=str(error))

    @property
    def is_muted(self) -> bool:
        return self._muted

    def mute(self) -> None:
        """Nothing more of what comes is shown; the end may still speak."""
        self._muted = True

    def hush(self) -> None:
        """Nothing is shown until the end knows whether there is anything to say: no status, no cards, no stream; our
        notes and a tool's files wait. Questions to people are put all the same."""
        self._hushed = True
        self._begin_part({})

    async def speak(self) -> None:
        """There is something to say after all: the notes that waited go first."""
        self._hushed = False
        held, self._held = self._held, []
        for say in held:
            await say()

    async def keep_silent(self) -> None:
        """Nothing is said, and nothing is left that was shown."""
        self._hushed, self._held = False, []
        await self._end()
        async with self._serial:
            await self._saying.whole.close_streams()
            for row in list(self._ledger.rows.values()):
                if row.ts and row.kind in TAKEN_BACK:
                    await self._delete(row)
            await self._saying.line.write()
            await self.clear()

    async def stopped(self) -> None:
        """Within the two seconds that Stop may take: end the stream, say so, leave no status."""
        self._muted, self._hushed = True, False
        self._stopped.set()
        await self._end()
        async with self._serial:
            for task in list(self._saying.board.tasks.values()):
                if task.status in ("pending", "in_progress"):
                    state = self.words.say("task.stopped", tool=task.title)
                    output = self.words.say("turn.stopped")
                    self.live.task(replace(task, status="error", output=output, state=state))
            partway = bool(self._before.strip() or (self.live.text and self.live.sent))
            words = self.words.say("turn.stopped_partway" if partway else "turn.stopped")
            with suppress(SlackError, Unread):
                if self.live.takes_more:
                    with suppress(SlackError):
                        await self.live.send_tasks()
                await self._saying.whole.close_streams()
            try:
                await self._saying.board.notice("stopped", words)
            except Unread:
                log.warning("stop.unconfirmed")
            await self.clear()

    async def fail(self, words: str, *, turn_id: str, again: bool) -> None:
        """End with one sentence, and a Try again button where that can help. What was shown stays."""
        await self.speak()
        await self._end()
        async with self._serial:
            with suppress(SlackError, Unread):
                if self.live.takes_more:
                    await self.live.send_tasks()
                    if self.live.streams_text:
                        await self.live.send_text(len(self.live.text))
                await self._saying.whole.close_streams()
            button = self.words.say("button.again") if again else None
            card = blocks.failure(words, turn_id=turn_id, button=button) if button else blocks.notice(words)
            if again:
                self._ledger.record({FAILURE_SAID: words})
            first, second = FAILURE_ROWS
            try:
                await self._saying.board.post(first, words, card)
            except Unread:
                await self._saying.board.post(second, words, card)
            await self.clear()

    async def clear(self) -> None:
        """No status is left behind, nor a session that works: our post takes the line away, but not the session."""
        await self._status.clear(self._saying)

    # -- how ----------------------------------------------------------------------------------------------------

    async def _end(self) -> None:
        """Let `run` finish what it is at; afterwards only the caller speaks."""
        self.live.ending.set()
        self.live.dirty.set()
        if self._resumed:
            async with self._serial:
                with suppress(Unread):
                    await self._ledger.find_streams()

    async def _keep_status(self) -> None:
        if self._status.words and not self._saying.board.spoken:
            async with self._serial:
                await self._status.show(self._status.words, self._saying)

    async def _status_of_tasks(self) -> None:
        await self._status.of_tasks(self._saying)

    async def _rest(self, seconds: float) -> None:
        """Sleep until Slack may be called again; a stop does not wait for that."""
        pause = asyncio.ensure_future(self._saying.line.pause(seconds))
        stopped = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({pause, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
            stopped.cancel()
        if self._stopped.is_set():
            raise TryLater("stopped while waiting", method="", after=timedelta(seconds=seconds))
