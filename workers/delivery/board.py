"""The messages of one turn in its thread: posted once, updated in place, with the cards of its tools above the text.

Every post is a row of the ledger. Where an installation has no statuses, a placeholder post stands in for them and
becomes the first real message. A workspace that knows no task cards gets lines instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.slack import blocks, files, text
from bot.slack.errors import CHANNEL_GONE, Refused, SlackError
from bot.slack.ledger import Row, Unread
from bot.slack.models import Upload
from bot.slack.patience import patiently
from bot.slack.voices import APP, Voice
from workers.delivery.line import Line, budget_keeper
from workers.delivery.parts import prefix

UPDATE_EVERY = timedelta(seconds=3)  # Slack's advice for chat.update
UPDATE_TRIES = 4
INVALID_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_arguments"})
# What Slack finds wrong with a message, not with its place: the bare words may still pass.
INVALID_CONTENT = INVALID_BLOCKS | {
    "msg_too_long",
    "msg_blocks_too_long",
    "no_text",
    "metadata_too_large",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "markdown_text_conflict",
}
STATES_SHOWN = 900  # characters of the cards' states in a message's fallback
BARE_LIMIT = 39_000  # characters of a bare message; Slack cuts at 40,000

log = structlog.get_logger()


class Board:
    """`tasks` are the cards of the turn's tools, by call id. `spoken` turns true with each message that stands.

    `bare`: say everything as plain words, because Slack has failed on this turn's messages again and again.
    """

    def __init__(self, line: Line, *, bare: bool = False) -> None:
        self._bare = bare
        self.tasks: dict[str, blocks.Task] = {}
        self.spoken = False
        self.under: blocks.Blocks = []  # the last message of the answer
        self._line = line
        self._ledger = line.ledger
        self._draws_cards = True
        self._placed_at = 0.0

    async def post(
        self,
        name: str,
        words: str,
        body: blocks.Blocks,
        *,
        cards: bool = False,
        whole: str = "",
        voice: Voice = APP,
        calls: Sequence[str] = (),
    ) -> None:
        """Say something once; `cards` puts the tools' cards above it. Raises what the ledger raises.

        A message that Slack does not take as it is goes out as bare words: `whole`, where `words` are only a part.
        `calls` are the people and groups that it is meant to notify.
        """
        words = self._with_states(words) if cards else words
        placeholder = self._ledger.rows.get("placeholder")
        if placeholder and placeholder.ts and placeholder.open:
            # The line that stood in for the status becomes the message itself.
            self.fill_placeholder()
            try:
                await self.update(placeholder, words, body, cards=cards, voice=voice)
            except Refused as refused:
                log.warning("update.refused", error=str(refused))
            else:
                row = Row(name=name, kind="post", state="accepted", ts=placeholder.ts, part=self._line.part)
                self._ledger.note(row)
                return
        wait = await self._line.budget.take(self._line.thread.team, "chat.postMessage", self._line.thread.channel)
        if wait:
            await self._line.pause(wait.total_seconds())
        try:
            await self._post(name, words, body, cards, voice, calls)
        except Refused as refused:
            if refused.code not in INVALID_CONTENT:
                raise
            log.warning("post.bare", error=str(refused))
            plain = (whole or words)[:BARE_LIMIT]
            await self._ledger.post(name, text=plain, bare=True, voice=voice, calls=calls, part=self._line.part)
        self.spoken = True

    async def _post(
        self, name: str, words: str, body: blocks.Blocks, cards: bool, voice: Voice, calls: Sequence[str]
    ) -> None:
        async def send(*, bare: bool = False) -> None:
            drawn, part = self._under_cards(body, cards), self._line.part
            await self._ledger.post(name, text=words, blocks=drawn, bare=bare, voice=voice, calls=calls, part=part)

        try:
            await send(bare=self._bare)
        except Refused as refused:
            if not self._passes_without_cards(refused, cards):
                raise
            await send()

    async def notice(self, name: str, words: str) -> None:
        """A sentence of ours, once."""
        await self.post(name, words, blocks.notice(words))

    async def piece(self, name: str, markdown: str, *, last: bool, cards: bool = False) -> None:
        """A piece of the answer; the last one says that a machine wrote it."""
        drawn, voice = self._drawn(markdown, last=last), self._line.voice
        await self.post(name, *drawn, cards=cards, whole=text.defuse(markdown), voice=voice)

    async def rewrite(self, row: Row, markdown: str, *, last: bool, cards: bool = False) -> None:
        """Put a piece of the answer in the place of a message that stands."""
        await self.update(row, *self._drawn(markdown, last=last), cards=cards, voice=self._line.voice)

    async def update(
        self, row: Row, words: str, body: blocks.Blocks, *, cards: bool = False, voice: Voice = APP
    ) -> None:
        """Replace a message that stands; harmless to repeat."""
        words = self._with_states(words) if cards else words
        try:
            await self._put(row, words, self._under_cards(body, cards), voice)
        except Refused as refused:
            if not self._passes_without_cards(refused, cards):
                raise
            await self._put(row, words, self._under_cards(body, cards), voice)

    async def placeholder(self, words: str) -> None:
        """Where there are no statuses: a post that says the same, updated as often as Slack advises. It fails only
        where nothing more can be said."""
        row = self._ledger.rows.get("placeholder")
        line = f"_{words}_"
        try:
            if row is None or not row.ts:
                voice, part = self._line.voice, self._line.part
                drawn = blocks.notice(line)
                await self._ledger.post("placeholder", text=line, blocks=drawn, stands_in=True, voice=voice, part=part)
                await self._line.write()
            elif row.open and self._line.now() - self._placed_at >= UPDATE_EVERY.total_seconds():
                await self._put(row, line, blocks.notice(line), self._line.voice)
            self._placed_at = self._line.now()
        except (SlackError, Unread) as error:
            log.warning("placeholder.failed", error=str(error))
            if isinstance(error, Refused) and error.code in CHANNEL_GONE:
                raise

    def fill_placeholder(self) -> None:
        """It holds words of ours from now on: no other message may be put in its place."""
        row = self._ledger.rows.get("placeholder")
        if row and row.open:
            self._ledger.note(replace(row, open=False))

    @property
    def free_placeholder(self) -> Row | None:
        """The placeholder, unless it became a notice, a question or another message with a name of its own."""
        row = self._ledger.rows.get("placeholder")
        if row is None or row.kind != "placeholder" or not row.ts:
            return None
        others = (other for other in self._ledger.rows.values() if other.name != row.name)
        return None if any(other.ts == row.ts for other in others) else row

    async def attach(self, rest: str) -> None:
        """What is too long for messages, as a Markdown file with a sentence."""
        if not rest:
            return
        words = self._line.words
        try:
            await self.file(
                prefix(self._line.part) + "file",
                files.REST,
                rest.encode(),
                title=words.say("delivery.file_title"),
                comment=words.say("delivery.rest_as_file", count=len(rest)),
            )
        except (SlackError, Unread) as error:
            log.warning("file.failed", error=str(error))
            await self.notice("file-failed", words.say("delivery.file_failed"))

    async def file(
        self,
        row: str,
        name: str,
        content: bytes,
        *,
        title: str,
        comment: str | None = None,
        alt_text: str | None = None,
        alone: str | None = None,
    ) -> None:
        """A file in the thread, once: its id is its row, on record before anything can be seen. `alone`: for that
        person, in their direct messages, with a line that says for which thread."""
        line, known = self._line, self._ledger.rows.get(row)
        if known and known.state == "accepted":
            return
        channel, thread_ts = line.thread.channel, line.thread.root_ts or None
        if alone is not None:
            await line.before_call()
            asked = await line.slack.permalink(channel, line.thread.root_ts)
            channel, thread_ts = await line.slack.open_dm(alone), None
            comment = line.words.say("file.alone", thread=asked)
        if known and known.ts and await files.was_shared(line.slack, known.ts, channel, sleep=line.pause):
            self._ledger.note(replace(known, state="accepted"))
            return

        async def remember(upload: Upload) -> None:
            self._ledger.note(Row(name=row, kind="file", ts=upload.file_id))
            await line.write()
            await line.before_call()

        await line.before_call()
        upload = await files.upload(
            line.slack,
            channel,
            name,
            content,
            title=title,
            thread_ts=thread_ts,
            comment=comment,
            alt_text=alt_text,
            remember=remember,
            sleep=line.pause,
        )
        self._ledger.note(Row(name=row, kind="file", state="accepted", ts=upload.file_id))
        await line.write()

    async def _put(self, row: Row, words: str, body: blocks.Blocks, voice: Voice) -> None:
        line = self._line
        metadata = self._ledger.metadata(row.name)
        await patiently(
            lambda: line.slack.update(
                line.thread.channel, row.ts, text=words, blocks=body, metadata=metadata, voice=voice
            ),
            tries=UPDATE_TRIES,
            sleep=line.pause,
            before=line.before_call,
            slowed=budget_keeper(line.budget, line.thread),
        )
        self.spoken = True

    def _drawn(self, markdown: str, *, last: bool) -> tuple[str, blocks.Blocks]:
        """Fallback text and blocks of a piece of the answer, made harmless."""
        harmless = text.defuse(markdown)
        label = self._line.words.say("label.ai_generated") if last else None
        return text.fallback(harmless), [*blocks.answer(harmless, label), *(self.under if last else [])]

    def states(self) -> str:
        """What the cards say, in words."""
        return "\n".join(task.state for task in self.tasks.values() if task.state)

    def _with_states(self, words: str) -> str:
        """The fallback of a message with cards: what the cards say stands in it too."""
        states = text.shown(self.states(), STATES_SHOWN) if self.tasks else ""
        return f"{states}\n{words}" if states else words

    def _under_cards(self, body: blocks.Blocks, cards: bool) -> blocks.Blocks:
        if not cards or not self.tasks:
            return body
        tasks = list(self.tasks.values())
        return [*(blocks.task_cards(tasks) if self._draws_cards else blocks.task_lines(tasks)), *body]

    def _passes_without_cards(self, refused: Refused, cards: bool) -> bool:
        """Whether the same message may pass without cards: a workspace may know none."""
        if not (cards and self._draws_cards and self.tasks and refused.code in INVALID_BLOCKS):
            return False
        self._draws_cards = False
        return True
