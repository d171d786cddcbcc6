"""A turn's voice in Slack: status, task cards, the text as it comes, and the finished answer, exactly once.

Direct messages stream the text. In channels Slack draws a stream for one person only, so there the task cards stream
and the whole text follows at the end (`live=True` streams text there too). Where an installation has no streams, the
answer is one post; where it has no statuses either, a placeholder post is updated. After any trouble with a stream
the end holds what is missing: a torn message is written anew in place, never beside itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.slack import blocks, text
from bot.slack.errors import NotSupported, Refused, SlackError, StoppedByUser, TryLater, Unknown
from bot.slack.ledger import Row, Unread
from bot.slack.markdown import split
from bot.slack.stream import Reader, Stream
from bot.slack.voices import Voice
from workers.delivery.board import Board, Line, budget_keeper
from workers.delivery.live import MOST_MESSAGES, PIECE, Live
from workers.delivery.parts import Part, dump, is_taken_back, prefix, settled, standing, voice_of

STATUS_AGAIN_AFTER = timedelta(seconds=90)  # Slack drops a status after two minutes

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
        self._status = ""
        self._muted = False
        self._serial = asyncio.Lock()
        self._stopped = asyncio.Event()
        self._first_voice = line.voice
        self._settled = list(settled)
        self._before = ""  # the words of the settled parts, as far as this owner knows them
        self._line, self._board, self._stream, self.live = self._part_of(line)

    def _part_of(self, line: Line) -> tuple[Line, Board, Stream, Live]:
        """What the part after the settled ones is said with."""
        line = replace(line, voice=voice_of(self._settled, self._first_voice), part=len(self._settled))
        board = Board(line, bare=self._bare)
        stream = Stream(
            line.slack,
            line.ledger,
            line.thread,
            self._reader,
            write=line.write,
            before_call=line.before_call,
            slowed=budget_keeper(line.budget, line.thread),
            now=line.now,
            sleep=self._rest,
            voice=line.voice,
            part=line.part,
        )
        # A stream that an earlier owner opened is not appended to: what it holds is not surely known.
        rows = line.ledger.rows.values()
        inherited = self._resumed and any(row.kind == "stream" and row.part == line.part for row in rows)
        return (
            line,
            board,
            stream,
            Live(line, board, stream, streams_text=self._streams_text, is_off=inherited or self._bare),
        )

    # -- while the turn runs ------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Show what is new and keep the status alive, until the turn ends."""
        while True:
            live = self.live
            await live.run(
                self._serial, idle=STATUS_AGAIN_AFTER, on_idle=self._keep_status, on_off=self._status_of_tasks
            )
            if live is self.live:
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
        if not self._muted:
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
            self._stream.tear()  # what it shows is no part of the answer: the end writes the message anew
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
        if self._muted:
            return
        if self._resumed:
            async with self._serial:
                with suppress(Unread):
                    await self._ledger.find_streams()
        async with self._serial:
            shown = bool(self.live.text.strip())
            if shown:
                try:
                    await self._deliver()
                except Unread:
                    await self._deliver_again()
            elif self._stream.is_open:
                await self._close_streams()
                shown = True
            if notice:
                await self._notice(*notice)
            self._before = self.said
            self._settled.append(settled(self._before, self._line.voice if voice is None else voice))
            self._ledger.record(dump(self._settled))
            await self._line.write()
            self._begin_part({} if shown else self._board.tasks)

    async def _notice(self, name: str, words: str) -> None:
        """A line of ours that may grow."""
        row = self._ledger.rows.get(name)
        if row and row.ts:
            await self._board.update(row, words, blocks.notice(words))
        else:
            await self._board.notice(name, words)

    async def _take_back(self, kept: Sequence[Part]) -> None:
        """An answer that was given up had several parts: what stands of them goes, for another one comes."""
        async with self._serial:
            await self._close_streams()
            part = len(kept)
            for row in list(self._ledger.rows.values()):
                if row.ts and is_taken_back(row, part):
                    with suppress(SlackError):
                        await self._slack.delete(self._thread.channel, row.ts)
                    self._ledger.note(replace(row, state="intent", ts="", open=False))
            self._settled = list(kept)
            self._ledger.record(dump(self._settled))
            await self._line.write()
            self._begin_part({})
            self._stream.tear()  # its messages are written anew at the end

    def _begin_part(self, tasks: Mapping[str, blocks.Task]) -> None:
        """From now on another board, with the cards that no message shows yet, and another stream for the pump."""
        old = self.live
        self._line, self._board, self._stream, self.live = self._part_of(self._line)
        self._board.tasks.update(tasks)
        self.live.on_stop = old.on_stop
        old.ending.set()
        old.dirty.set()

    async def status(self, words: str) -> None:
        """Show a status under the thread; a placeholder post where there are none. Never fails the turn."""
        if self._muted or words == self._status:
            return
        async with self._serial:
            await self._show_status(words)

    def inherit_status(self) -> None:
        """An earlier owner of the turn may have left a status."""
        self._status = " "

    async def note(self, name: str, words: str) -> None:
        """A line of ours in the thread, once."""
        async with self._serial:
            await self._board.notice(name, words)
            await self._line.write()
            if self._status.strip():
                await self._show_status(self._status)  # each message of ours takes the line away

    async def whisper(self, user: str, words: str) -> None:
        """A line that only `user` sees; at most once, and never worth failing for."""
        try:
            await self._line.before_call()
            await self._slack.ephemeral(self._thread.channel, user, thread_ts=self._thread.root_ts, text=words)
        except SlackError as error:
            log.info("whisper.failed", error=str(error))

    async def ask(self, name: str, words: str, card: blocks.Blocks, *, calls: Sequence[str] = ()) -> None:
        """A question with buttons, once; `calls` are the people and groups that it is meant to notify."""
        async with self._serial:
            await self._close_streams()
            await self._board.post(name, words, card, calls=calls)
            await self._line.write()

    def clock(self, moment: float, zone: str | None) -> str:
        """A time of day as the reader writes it."""
        return self.words.time(datetime.fromtimestamp(moment).astimezone(), zone)

    # -- the ends -----------------------------------------------------------------------------------------------

    async def finish(self, answer: str, *, closing: str = "") -> None:
        """Show all of `answer` (and under it our own sentence `closing`), then nothing is left running."""
        await self._end()
        if self._settled:
            await self.correct(answer)
        else:
            self.live.text = answer
        if closing:
            said = self.live.text
            self.live.text = f"{said.rstrip()}\n\n_{closing}_" if said.strip() else closing
        async with self._serial:
            try:
                await self._deliver()
            except Unread:
                await self._deliver_again()
            await self.clear()

    async def file(self, row: str, name: str, content: bytes, *, title: str, alt_text: str | None = None) -> None:
        """A file that belongs to the answer, once; after `finish`. Raises what Slack and the ledger raise."""
        async with self._serial:
            await self._board.file(row, name, content, title=title, alt_text=alt_text)

    @property
    def is_muted(self) -> bool:
        return self._muted

    def mute(self) -> None:
        """Nothing more of what comes is shown; the end may still speak."""
        self._muted = True

    async def stopped(self) -> None:
        """Within the two seconds that Stop may take: end the stream, say so, leave no status."""
        self._muted = True
        self._stopped.set()
        await self._end()
        async with self._serial:
            for task in list(self._board.tasks.values()):
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
                await self._close_streams()
            try:
                await self._board.notice("stopped", words)
            except Unread:
                log.warning("stop.unconfirmed")
            await self.clear()

    async def fail(self, words: str, *, turn_id: str, again: bool) -> None:
        """End with one sentence, and a Try again button where that can help. What was shown stays."""
        await self._end()
        async with self._serial:
            with suppress(SlackError, Unread):
                if self.live.takes_more:
                    await self.live.send_tasks()
                    if self.live.streams_text:
                        await self.live.send_text(len(self.live.text))
                await self._close_streams()
            button = self.words.say("button.again") if again else None
            card = blocks.failure(words, turn_id=turn_id, button=button) if button else blocks.notice(words)
            try:
                await self._board.post("failure", words, card)
            except Unread:
                await self._board.post("failure-again", words, card)
            await self.clear()

    async def clear(self) -> None:
        """No status is left behind, nor a session that works: our post takes the line away, but not the session."""
        if self._status:
            try:
                await self._slack.set_status(self._thread.channel, self._thread.root_ts, "")
            except NotSupported:
                pass  # it was the placeholder, which the answer replaced
            except SlackError as error:
                log.warning("status.not_cleared", error=str(error))
        self._status = ""

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
        if self._status and not self._board.spoken:
            async with self._serial:
                await self._show_status(self._status)

    async def _status_of_tasks(self) -> None:
        """Where no cards can be drawn, the status says which tool runs."""
        running = [task for task in self._board.tasks.values() if task.status == "in_progress"]
        if running:
            await self._show_status(self.words.say("status.tool", tool=running[-1].title))

    async def _show_status(self, words: str) -> None:
        self._status, self._board.spoken = words, False
        try:
            await self._line.before_call()
            root, voice = self._thread.root_ts, self._line.voice
            await self._slack.set_status(self._thread.channel, root, words, voice=voice)
        except NotSupported:
            await self._board.placeholder(words)
        except SlackError as error:
            log.warning("status.failed", error=str(error))

    async def _rest(self, seconds: float) -> None:
        """Sleep until Slack may be called again; a stop does not wait for that."""
        pause = asyncio.ensure_future(self._line.pause(seconds))
        stopped = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({pause, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
            stopped.cancel()
        if self._stopped.is_set():
            raise TryLater("stopped while waiting", method="", after=timedelta(seconds=seconds))

    async def _deliver(self) -> None:
        if self.live.takes_more:
            try:
                await self._end_in_stream()
                return
            except StoppedByUser:
                self.live.on_stop()  # too late to stop anything; what is missing is posted below
            except (Refused, Unknown, TryLater) as error:
                log.warning("stream.failed", error=str(error), torn=self._stream.is_torn())
        await self._close_streams()
        held = self._held()
        if held:
            await self._rewrite(held)
        else:
            await self._post_rest()

    async def _end_in_stream(self) -> None:
        await self.live.send_tasks()
        await self.live.send_text(len(self.live.text))
        footer = blocks.footer(self.words.say("label.ai_generated"))
        await self._stream.close(blocks=footer, session_status="active")
        self._board.spoken = True
        await self._board.attach(self.live.text[self.live.sent :])

    async def _post_rest(self) -> None:
        """The text that no message holds yet, as posts of its own."""
        rest = self.live.text[self.live.sent :]
        if not rest.strip() and (self.live.sent or self._settled):
            return
        pieces = split(rest, limit=PIECE, messages=MOST_MESSAGES)
        await self._post_pieces(pieces.messages, first=0)
        await self._board.attach(pieces.rest)

    async def _post_pieces(self, pieces: list[str], *, first: int) -> None:
        name = prefix(self._line.part) + "answer"
        for number, piece in enumerate(pieces, first):
            await self._board.piece(f"{name}{number}", piece, last=number == first + len(pieces) - 1, cards=number == 0)

    def _held(self) -> list[Row]:
        """The messages that the whole text must be written over, oldest first."""
        part = self._line.part
        rows = [row for row in self._ledger.rows.values() if row.kind == "stream" and row.ts and row.part == part]
        held = rows if self._stream.is_torn() or self._resumed else []
        if (placeholder := self._board.free_placeholder) and placeholder.part == part:
            held = [*held, placeholder]
        return sorted(held, key=lambda row: row.ts)

    async def _rewrite(self, held: list[Row]) -> None:
        """Write the whole text over `held`; what they cannot hold follows them, and none of them is left over."""
        pieces = split(self.live.text, limit=PIECE, messages=max(MOST_MESSAGES, len(held)))
        self._board.fill_placeholder()
        for row, piece in zip(held, pieces.messages, strict=False):
            last = piece is pieces.messages[-1]
            try:
                await self._board.rewrite(row, piece, last=last, cards=row is held[0])
            except Refused as refused:
                log.warning("update.refused", error=str(refused))
                await self._board.piece(f"answer-{row.name}", piece, last=last)
        for row in held[len(pieces.messages) :]:
            with suppress(SlackError):
                await self._slack.delete(self._thread.channel, row.ts)
        await self._post_pieces(pieces.messages[len(held) :], first=len(held))
        await self._board.attach(pieces.rest)

    async def _deliver_again(self) -> None:
        """Nobody can tell whether a post arrived: the text goes out as a new post that says so."""
        pieces = split(self.live.text, limit=PIECE, messages=MOST_MESSAGES)
        try:
            name = prefix(self._line.part) + "resent"
            await self._board.notice(name, self.words.say("delivery.resent"))
            for number, piece in enumerate(pieces.messages):
                await self._board.piece(f"{name}{number}", piece, last=piece is pieces.messages[-1])
        except Unread:
            log.error("delivery.unconfirmed")
        await self._board.attach(pieces.rest)

    async def _close_streams(self) -> None:
        """Close our stream, and those that an earlier owner of this turn left open."""
        if self._stream.is_open:
            if not self.live.sent and not self._stream.is_torn() and (states := self._board.states()):
                with suppress(SlackError):
                    # A message of cards alone would have no words for those who see none.
                    await self._stream.send([blocks.text_chunk(f"_{text.defuse(states)}_")])
            await self._stream.close(session_status="active")
            self._board.spoken = True
        for row in list(self._ledger.rows.values()):
            if row.kind == "stream" and row.open and row.ts:
                with suppress(SlackError):
                    await self._slack.stop_stream(self._thread.channel, row.ts)
                self._ledger.note(replace(row, open=False))
