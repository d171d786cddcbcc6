"""An answer that appears while it is made: Slack's streams, in chunk mode, one after the other.

What always holds: appends are serial; a stream rolls over before Slack ends it (about five minutes, about 12,000
characters) and the next one carries the rest only; every opened stream is a ledger row, so it is found and closed
after a crash. When it is not known whether an append arrived, the stream is `torn`: nothing more is appended, and its
message is written anew as a whole when the text is complete.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from bot.slack.client import Slack
from bot.slack.errors import Refused, StoppedByUser, StreamOver, TryLater, Unknown
from bot.slack.ledger import Ledger, Row
from bot.slack.models import Blocks, Chunks
from bot.slack.patience import patiently
from bot.slack.voices import APP, Voice
from bot.threads.models import ThreadKey

ROLL_AFTER_SECONDS = 240.0  # Slack ends a stream about 300 s after its start, appends or not (slack-platform 10.1)
ROLL_AT_CHARS = 10_000  # text and task cards add up to about 12,000 before `msg_too_long` (slack-platform 10.3)
APPEND_TRIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a channel's stream is drawn; Slack wants the person and that person's own workspace."""

    user: str
    team: str


class Stream:
    """The stream messages of one turn, or of the `part` of it that speaks with `voice`.

    `now` counts seconds; `before_call` raises when the thread was lost.
    """

    def __init__(
        self,
        slack: Slack,
        ledger: Ledger,
        thread: ThreadKey,
        reader: Reader,
        *,
        write: Callable[[], Awaitable[None]],
        before_call: Callable[[], Awaitable[None]],
        slowed: Callable[[TryLater], Awaitable[None]],
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        voice: Voice = APP,
        part: int = 0,
    ) -> None:
        self._slack = slack
        self._ledger = ledger
        self._thread = thread
        self._reader = reader
        self._write = write
        self._before_call = before_call
        self._slowed = slowed
        self._now = now
        self._sleep = sleep
        self._voice = voice
        self._part = part
        self._started = 0.0
        self._size = 0
        self.row: Row | None = None
        self._torn = False

    @property
    def is_open(self) -> bool:
        return self.row is not None and self.row.open

    @property
    def room(self) -> int:
        """Characters that still fit into the open message; a new one's room when none is open."""
        return max(0, ROLL_AT_CHARS - self._size) if self.is_open else ROLL_AT_CHARS

    def is_torn(self) -> bool:
        """Whether it is not known what the message holds: it takes nothing more and is written anew at the end."""
        return self._torn

    def tear(self) -> None:
        self._torn = True

    async def send(self, chunks: Chunks, *, chars: int = 0) -> None:
        """Append `chunks`, which hold `chars` of the answer's text; opens or rolls over as needed.

        Raises `NotSupported` where there are no streams, `StoppedByUser`, `Unread` and `TryLater` from the start of
        one, and `Unknown` (the stream is torn then) when an append got no answer.
        """
        size = _size(chunks)
        if self.is_open and (self._now() - self._started > ROLL_AFTER_SECONDS or self._size + size > ROLL_AT_CHARS):
            await self.close()
        if not self.is_open:
            await self._start(chunks, size=size, chars=chars)
            return
        try:
            await self._append(chunks)
        except StreamOver:
            # Slack ended it early; this piece did not arrive, so it opens the next message.
            self._closed()
            await self._start(chunks, size=size, chars=chars)
            return
        self._grew(size, chars)
        await self._write()

    async def close(self, *, blocks: Blocks | None = None, session_status: str | None = None) -> None:
        """End the open stream, with `blocks` under its text. A stream that is over already is fine."""
        if self.row is None or not self.row.open:
            return
        ts, name = self.row.ts, self.row.name
        try:
            await self._patiently(
                lambda: self._slack.stop_stream(
                    self._thread.channel,
                    ts,
                    blocks=blocks,
                    metadata=self._ledger.metadata(name),
                    session_status=session_status,
                )
            )
        except StreamOver:
            pass  # ended by Slack, by the person, or by a stop of ours whose answer was lost
        except Unknown:
            # Stopping twice is harmless: the second says that it is over.
            with suppress(StreamOver):
                await self._patiently(lambda: self._slack.stop_stream(self._thread.channel, ts))
        self._closed()

    async def _start(self, chunks: Chunks, *, size: int, chars: int) -> None:
        number = sum(1 for row in self._ledger.rows.values() if row.kind == "stream") + 1
        name = f"stream{number}"
        ts = await self._ledger.start_stream(
            name,
            lambda: self._slack.start_stream(
                self._thread.channel,
                self._thread.root_ts,
                recipient_user=self._reader.user,
                recipient_team=self._reader.team,
                chunks=chunks,
                voice=self._voice,
            ),
            part=self._part,
        )
        self._started, self._size = self._now(), size
        self.row = Row(name=name, kind="stream", state="accepted", ts=ts, chars=chars, open=True, part=self._part)
        self._ledger.note(self.row)
        await self._write()

    async def _append(self, chunks: Chunks) -> None:
        assert self.row is not None
        ts = self.row.ts
        try:
            await self._patiently(lambda: self._slack.append_stream(self._thread.channel, ts, chunks))
        except (StoppedByUser, StreamOver, TryLater):
            raise
        except (Unknown, Refused):
            self.tear()
            raise

    async def _patiently(self, call: Callable[[], Awaitable[Any]]) -> None:
        await patiently(call, tries=APPEND_TRIES, sleep=self._sleep, before=self._before_call, slowed=self._slowed)

    def _grew(self, size: int, chars: int) -> None:
        assert self.row is not None
        self._size += size
        self.row = replace(self.row, chars=self.row.chars + chars)
        self._ledger.note(self.row)

    def _closed(self) -> None:
        assert self.row is not None
        self.row = replace(self.row, open=False)
        self._ledger.note(self.row)


def _size(chunks: Chunks) -> int:
    return sum(len(str(value)) for chunk in chunks for key, value in chunk.items() if key not in ("type", "id"))
