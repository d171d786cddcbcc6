"""The delivery ledger: every post is a row, so that an answer appears exactly once whatever is lost on the way.

A row goes intent → accepted (its ts) or unknown. The intent is on record before Slack is called. An unknown one is
looked up before anything is sent again: posts by their metadata (or, where an emulator keeps none, by their text), a
stream, which takes no metadata at its start, as our own newest message in the thread that no other row owns; and once
more after two seconds, because Slack's reads may lag behind its writes. Where nothing may be read (no history scope)
an unknown is never sent again as it was: `Unread` tells the caller to say so in a new post. Whoever wants to change a
post asks where it stands (`find`): an earlier owner may have made it and have ended before it was on record.

What an errand posts begins a thread: it goes into the channel itself and is looked up there.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Protocol

from bot.slack.client import Slack
from bot.slack.errors import Refused, TryLater, Unknown
from bot.slack.models import Blocks, Metadata, SlackMessage
from bot.slack.patience import LONGEST_WAIT, NOBODY_THERE
from bot.slack.voices import APP, Voice
from bot.threads.models import ThreadKey

LOOK_AGAIN_AFTER = timedelta(seconds=2)
MOST_TRIES = 4  # of one post: refused for the moment, or lost without a trace
EVENT_TYPE = "threadwind"
ROW_PREFIX = "row:"


class Unread(Exception):
    """A post may have been made, and nothing may be read to find out."""


class Book(Protocol):
    """Where rows are kept: collected by `put`, on record after `write` (the turn's journal)."""

    def put(self, fields: Mapping[str, str]) -> None: ...

    async def write(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`state` is intent, accepted or unknown. `chars` is how much of the answer's text Slack has accepted here.

    `part` counts the speakers of a turn: the message belongs to what that one said.
    """

    name: str
    kind: str
    state: str = "intent"
    ts: str = ""
    chars: int = 0
    open: bool = False
    part: int = 0

    def field(self) -> dict[str, str]:
        body = {name: value for name, value in asdict(self).items() if name != "name" and value not in ("", 0, False)}
        return {ROW_PREFIX + self.name: json.dumps(body)}

    @classmethod
    def load(cls, field: str, text: str) -> Row:
        return cls(name=field.removeprefix(ROW_PREFIX), **json.loads(text))


class Ledger:
    """The rows of one turn in one thread.

    `baseline` is a ts that is older than every message of this turn and not older than any of an earlier one.
    """

    def __init__(
        self,
        slack: Slack,
        book: Book,
        thread: ThreadKey,
        *,
        turn_id: str,
        bot_user: str,
        baseline: str,
        fields: Mapping[str, str],
        before_call: Callable[[], Awaitable[None]],
        slowed: Callable[[TryLater], Awaitable[None]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`before_call` raises when the thread was lost; `slowed` hears of each refusal for the moment."""
        self.slack = slack
        self.thread = thread
        self.rows = {row.name: row for row in (Row.load(k, v) for k, v in fields.items() if k.startswith(ROW_PREFIX))}
        # Rows that may stand though nobody heard so: an earlier owner of this turn left them without an outcome, or an
        # answer was lost. They are looked up before they are sent again.
        self._in_doubt = {name for name, row in self.rows.items() if row.state != "accepted"}
        self._book = book
        self._turn_id = turn_id
        self._origin: Mapping[str, str] = {}
        self._bot_user = bot_user
        self._baseline = baseline
        self._before_call = before_call
        self._slowed = slowed
        self._sleep = sleep

    def accepted(self, name: str) -> str | None:
        """The ts of an accepted row."""
        row = self.rows.get(name)
        return row.ts if row and row.state == "accepted" else None

    def stamp(self, **origin: str) -> None:
        """What each post from now on says of where it comes from, in its metadata: opaque ids only."""
        self._origin = origin

    def elsewhere(self, thread: ThreadKey) -> Ledger:
        """The same rows for a post in another thread (an errand's: in its channel) that has none of ours since."""
        other = copy(self)
        other.thread = thread
        return other

    @property
    def newest_ts(self) -> str:
        """The ts of our newest accepted message; the baseline when there is none."""
        posted = (row.ts for row in self.rows.values() if row.ts and row.kind != "file")
        return max((self._baseline, *posted), key=_order)

    def metadata(self, name: str) -> Metadata:
        """What a post carries so that it can be found again; opaque ids only, the whole workspace may read it."""
        return Metadata(EVENT_TYPE, {"row": f"{self._turn_id}:{name}", **self._origin})

    def note(self, row: Row) -> None:
        """Put `row` on record with the book's next write."""
        self.rows[row.name] = row
        self._book.put(row.field())

    def record(self, fields: Mapping[str, str]) -> None:
        """Put more than rows on record with the book's next write: what must be written together with them."""
        self._book.put(fields)

    async def post(
        self,
        name: str,
        *,
        text: str,
        blocks: Blocks | None = None,
        bare: bool = False,
        stands_in: bool = False,
        voice: Voice = APP,
        calls: Sequence[str] = (),
        part: int = 0,
    ) -> str:
        """Post a message of the thread once; its ts. Raises `Unread`, `Refused` or, when Slack stays away, `TryLater`.

        `bare`: the text and nothing else, for a message that Slack does not take with all that belongs to it.
        `stands_in`: a placeholder, open until another message takes its place. `voice` is whose name it appears under,
        `calls` whom it is meant to notify, `part` the part of the turn it belongs to.
        The accepted row is on record with the book's next write, which the caller makes.
        """
        if ts := self.accepted(name):
            return ts

        async def send() -> str:
            return await self.slack.post(
                self.thread.channel,
                thread_ts=None if self.thread.is_errand else self.thread.root_ts,
                text=text,
                blocks=None if bare else blocks,
                metadata=None if bare else self.metadata(name),
                voice=voice,
                calls=calls,
            )

        row = Row(name=name, kind="placeholder" if stands_in else "post", open=stands_in, part=part)
        texts = self.slack.sent_as(text, voice=voice, calls=calls)
        return await self._once(row, send, lambda message: self._is_post(message, name, texts))

    async def find(self, name: str, *, text: str, calls: Sequence[str] = ()) -> str | None:
        """The ts of a post that stands, None where there is none; `text` and `calls` are those it was posted with.

        Only one that may stand though nobody heard so costs a call; it is on record before it can be used. Raises
        `Unread`, or `TryLater` when Slack is away.
        """
        if name not in self._in_doubt:
            return self.accepted(name)
        texts = self.slack.sent_as(text, calls=calls)
        ts = await self._look_up(self.rows[name], lambda message: self._is_post(message, name, texts))
        if ts:
            await self._book.write()
        return ts

    async def start_stream(self, name: str, start: Callable[[], Awaitable[str]], *, part: int = 0) -> str:
        """Open a stream once; its ts. Raises as `post` does."""
        if ts := self.accepted(name):
            return ts
        return await self._once(Row(name=name, kind="stream", open=True, part=part), start, self._is_stream(name))

    async def find_streams(self) -> None:
        """Look up the streams that an earlier owner of this turn may have opened: they must be closed and rewritten."""
        for row in list(self.rows.values()):
            in_doubt = row.kind == "stream" and row.name in self._in_doubt
            if in_doubt and await self._look_up(row, self._is_stream(row.name)):
                await self._book.write()

    async def _once(self, row: Row, send: Callable[[], Awaitable[str]], is_it: Callable[[SlackMessage], bool]) -> str:
        if row.name in self._in_doubt:
            if ts := await self._look_up(row, is_it):
                return ts
        elif row.name not in self.rows:
            self.note(row)
        await self._book.write()
        for last in (False,) * (MOST_TRIES - 1) + (True,):
            await self._before_call()
            self._in_doubt.add(row.name)
            try:
                return self._accept(row, await send())
            except Refused:
                self._in_doubt.discard(row.name)
                raise
            except TryLater as later:
                self._in_doubt.discard(row.name)
                await self._slowed(later)
                after = later.after or NOBODY_THERE
                if last or after > LONGEST_WAIT:
                    raise
                await self._sleep(after.total_seconds())
            except Unknown:
                self.note(replace(row, state="unknown"))
                if ts := await self._look_up(row, is_it):
                    return ts
                if last:
                    raise
        raise AssertionError("the last try returns or raises")

    def _accept(self, row: Row, ts: str) -> str:
        self._in_doubt.discard(row.name)
        self.note(replace(row, state="accepted", ts=ts))
        return ts

    async def _look_up(self, row: Row, is_it: Callable[[SlackMessage], bool]) -> str | None:
        """The ts of a row in doubt, accepted, if it stands; then nobody doubts any more. Raises `Unread`."""
        ts = await self._newest(is_it)
        if ts is None:
            await self._sleep(LOOK_AGAIN_AFTER.total_seconds())
            ts = await self._newest(is_it)
        self._in_doubt.discard(row.name)
        return self._accept(row, ts) if ts else None

    async def _newest(self, is_it: Callable[[SlackMessage], bool]) -> str | None:
        try:
            messages = await self._read()
        except Refused as refused:
            raise Unread from refused
        ours = [m for m in messages if m.user == self._bot_user and _order(m.ts) > _order(self._baseline) and is_it(m)]
        return max((m.ts for m in ours), key=_order, default=None)

    async def _read(self) -> list[SlackMessage]:
        channel, since = self.thread.channel, self._baseline
        if self.thread.is_errand:
            return await self.slack.history(channel, oldest=since, with_metadata=True)
        return await self.slack.replies(channel, self.thread.root_ts, oldest=since, with_metadata=True)

    def _is_post(self, message: SlackMessage, name: str, texts: Collection[str]) -> bool:
        if message.metadata is not None:
            return message.metadata.payload.get("row") == f"{self._turn_id}:{name}"
        return message.text in texts and self._is_nobodys(message)

    def _is_stream(self, name: str) -> Callable[[SlackMessage], bool]:
        """It takes no metadata at its start, but an owner that fell since may have closed or rewritten it with ours."""

        def is_it(message: SlackMessage) -> bool:
            if message.metadata is not None:
                return message.metadata.payload.get("row") == f"{self._turn_id}:{name}"
            return self._is_nobodys(message)

        return is_it

    def _is_nobodys(self, message: SlackMessage) -> bool:
        return message.metadata is None and all(row.ts != message.ts for row in self.rows.values())


def _order(ts: str) -> tuple[int, int]:
    seconds, _, micros = ts.partition(".")
    return (int(seconds or 0), int(micros or 0))
