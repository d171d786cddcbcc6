"""An errand that is being done: mail that belongs to no thread yet, and the few things one may do with it.

What always holds: a root is posted once, what moves into its thread is stored there once, and who asked is told at most
once. The journal of an errand is kept under its mail's id, so whoever takes it up after a crash finds how far it came.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.slack import blocks
from bot.slack.client import Slack
from bot.slack.errors import CHANNEL_GONE, Refused, SlackError
from bot.slack.ledger import Ledger, Unread
from bot.texts import Words
from bot.threads.models import Mail, ThreadKey
from workers.journal import Journal
from workers.services import Services

CLOCKS_DIFFER = timedelta(minutes=5)  # at most, ours and Slack's: a root cannot be older than this before its errand
DONE = "done"  # the journal's field with what came of its act: from there on that is only told

log = structlog.get_logger()


Value = str | int | timedelta  # what a text may be filled with


class GivenUp(Exception):
    """The errand ends here; `key` and `values` are the sentence that its asker gets."""

    def __init__(self, key: str, **values: Value) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Waits(Exception):
    """Nothing can be done yet: it is looked at again when mail comes, and after a while."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """`words` are the asker's, for what is told to them alone; `shared` the channel's, for what everybody reads.

    `waiting` is the mail behind `mail`; what of it is done with this one, `join` puts on record.
    """

    services: Services
    mail: Mail
    journal: Journal
    slack: Slack
    ledger: Ledger
    words: Words
    shared: Words
    waiting: tuple[Mail, ...] = ()

    def join(self, mail: Iterable[Mail]) -> None:
        self.journal.set(joined=json.dumps([item.id for item in mail]))

    @property
    def joined(self) -> list[Mail]:
        ids = json.loads(self.journal.get("joined") or "[]")
        return [item for item in self.waiting if item.id in ids]

    @property
    def thread(self) -> ThreadKey:
        return self.mail.thread

    async def post_root(self, text: str, *, again: str, body: blocks.Blocks | None = None) -> str:
        """Begin a thread with `text`, once; its ts, which is on record when this returns.

        Where it cannot be told whether it arrived, `again`, which says so, goes out as a new post.
        Raises `Refused`, and `TryLater` or `Unknown` when Slack stays away.
        """
        try:
            ts = await self.ledger.post("root", text=text, blocks=body or blocks.notice(text))
        except Unread:
            try:
                ts = await self.ledger.post("root-again", text=again, blocks=blocks.notice(again))
            except Unread:
                raise GivenUp("errand.unsure") from None
        await self.journal.write()
        return ts

    async def note_in(self, thread: ThreadKey, name: str, text: str, *, body: blocks.Blocks | None = None) -> None:
        """A line of ours in a thread that stands already, once; never worth failing for."""
        try:
            await self.ledger.elsewhere(thread).post(name, text=text, blocks=body or blocks.notice(text))
        except (Refused, Unread) as error:
            log.warning("errand.unnoted", error=str(error))

    async def move(self, mail: Mail) -> None:
        """Put `mail` into the thread that has begun; its id must follow from the errand, so that this counts once."""
        accepted = await self.services.mailbox.accept(mail)
        log.info("errand.moved", into=str(mail.thread), accepted=accepted.value)

    async def tell(self, key: str, **values: Value) -> None:
        """Say one sentence to the asker alone, at most once."""
        text = self.words.say(key, **values)
        await self.answer(key, text, blocks.notice(text))

    async def answer_there(self, key: str, text: str, body: blocks.Blocks) -> bool:
        """The same as `answer`, posted to the channel; False, with nothing told, where we may not post there."""
        if self.journal.get("told"):
            return True
        self.journal.set(told=key)
        await self.journal.write()
        try:
            await self.slack.ephemeral(self.thread.channel, self.mail.principal, text=text, blocks=body)
        except SlackError as error:
            self.journal.forget("told")
            if isinstance(error, Refused) and error.code in CHANNEL_GONE:
                return False
            await self.answer(key, text, body)
        return True

    async def answer(self, key: str, text: str, body: blocks.Blocks, *, replace: bool = False) -> None:
        """Show `body` to the asker alone: by the `response_url` where there is one; one answer at most.

        `replace`: in the place of what they pressed in, where only they see that.
        """
        if self.journal.get("told"):
            return
        self.journal.set(told=key)
        await self.journal.write()
        try:
            if url := self.mail.about.get("response_url"):
                await self.slack.respond(url, text=text, blocks=body, replace=replace)
            else:
                await self.slack.ephemeral(self.thread.channel, self.mail.principal, text=text, blocks=body)
        except SlackError as error:
            log.warning("errand.untold", key=key, error=str(error))
