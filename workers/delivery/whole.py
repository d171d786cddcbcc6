"""The whole text of one part of an answer, in messages that stand: what its stream showed, and what is missing, once.

A torn message is written anew in place, never beside itself. Where nobody can tell whether a post arrived, the text
goes out as a new one that says so.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import structlog

from bot.slack import blocks, text
from bot.slack.errors import Refused, SlackError, StoppedByUser, TryLater, Unknown
from bot.slack.ledger import Row, Unread
from bot.slack.markdown import split
from bot.slack.stream import Stream
from workers.delivery.board import Board
from workers.delivery.line import Line
from workers.delivery.live import MOST_MESSAGES, PIECE, Live
from workers.delivery.parts import prefix

log = structlog.get_logger()


class Whole:
    """Of the part that `live` shows. `resumed`: an earlier owner of the turn may have said some of it."""

    def __init__(self, line: Line, board: Board, stream: Stream, live: Live, *, resumed: bool) -> None:
        self._line = line
        self._ledger = line.ledger
        self._board = board
        self._stream = stream
        self._live = live
        self._resumed = resumed

    async def deliver(self) -> None:
        """Let all of the text stand, as far as Slack takes it."""
        try:
            await self._deliver()
        except Unread:
            await self._deliver_again()

    async def _deliver(self) -> None:
        if self._live.takes_more:
            try:
                await self._end_in_stream()
                return
            except StoppedByUser:
                self._live.on_stop()  # too late to stop anything; what is missing is posted below
            except (Refused, Unknown, TryLater) as error:
                log.warning("stream.failed", error=str(error), torn=self._stream.is_torn())
        await self.close_streams()
        held = self._held()
        if held:
            await self._rewrite(held)
        else:
            await self._post_rest()

    async def _end_in_stream(self) -> None:
        await self._live.send_tasks()
        await self._live.send_text(len(self._live.text))
        footer = [*blocks.footer(self._line.words.say("label.ai_generated")), *self._board.under]
        await self._stream.close(blocks=footer, session_status="active")
        self._board.spoken = True
        await self._board.attach(self._live.text[self._live.sent :])

    async def _post_rest(self) -> None:
        """The text that no message holds yet, as posts of its own."""
        rest = self._live.text[self._live.sent :]
        if not rest.strip() and (self._live.sent or self._line.part):
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
        pieces = split(self._live.text, limit=PIECE, messages=max(MOST_MESSAGES, len(held)))
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
                await self._line.slack.delete(self._line.thread.channel, row.ts)
        await self._post_pieces(pieces.messages[len(held) :], first=len(held))
        await self._board.attach(pieces.rest)

    async def _deliver_again(self) -> None:
        """Nobody can tell whether a post arrived: the text goes out as a new post that says so."""
        pieces = split(self._live.text, limit=PIECE, messages=MOST_MESSAGES)
        try:
            name = prefix(self._line.part) + "resent"
            await self._board.notice(name, self._line.words.say("delivery.resent"))
            for number, piece in enumerate(pieces.messages):
                await self._board.piece(f"{name}{number}", piece, last=piece is pieces.messages[-1])
        except Unread:
            log.error("delivery.unconfirmed")
        await self._board.attach(pieces.rest)

    async def close_streams(self) -> None:
        """Close our stream, and those that an earlier owner of this turn left open."""
        if self._stream.is_open:
            if not self._live.sent and not self._stream.is_torn() and (states := self._board.states()):
                with suppress(SlackError):
                    # A message of cards alone would have no words for those who see none.
                    await self._stream.send([blocks.text_chunk(f"_{text.defuse(states)}_")])
            await self._stream.close(session_status="active")
            self._board.spoken = True
        for row in list(self._ledger.rows.values()):
            if row.kind == "stream" and row.open and row.ts:
                with suppress(SlackError):
                    await self._line.slack.stop_stream(self._line.thread.channel, row.ts)
                self._ledger.note(replace(row, open=False))
