"""SHOW and EXPORT: the conversation of a thread as its agent knows it, in a modal, or as a file sent to who asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.slack import blocks, views
from bot.slack.errors import Refused
from bot.slack.models import Upload
from bot.slack.shortcuts import FORMATS
from bot.slack.text import shown
from bot.threads.models import ThreadKey
from workers.conversations import errors, telling
from workers.conversations.port import Entry
from workers.errands import conversation
from workers.errands.conversation import Found
from workers.errands.errand import Errand, GivenUp

WORDS_SHOWN = 600  # characters of one entry in the modal; the exports hold all of it
MODAL_TRIES = 10
MODAL_MAY_BE_LATE = timedelta(seconds=0.5)  # the bot opens it while a worker is at work already

log = structlog.get_logger()


async def show(errand: Errand) -> None:
    """Fill in the modal that stands open; where something is in the way, with the sentence that says what."""
    try:
        found = await conversation.find(errand)
        history = await _history(errand, found)
    except GivenUp as given_up:
        words = blocks.notice(errand.words.say(given_up.key, **given_up.values))
        await _fill(errand, words, thread=None)
        return
    lines = [(who, shown(telling.plain(words), WORDS_SHOWN)) for who, words in _lines(errand, found, history)]
    head = errand.words.say("show.head", agent=found.agent.display_name, count=len(history))
    if len(lines) > views.ENTRIES_SHOWN:
        head += " " + errand.words.say("show.newest", count=views.ENTRIES_SHOWN)
    if not found.is_alone:
        head += " " + errand.words.say("show.calls_hidden")
    exports = [(name, errand.words.say(f"show.export_{name}")) for name in FORMATS]
    await _fill(errand, views.conversation(head, lines, exports), thread=found.thread)


async def export(errand: Errand) -> None:
    """Send the file to who asked, in their direct message with us; it is nobody else's."""
    found = await conversation.find(errand)
    history = await _history(errand, found)
    title = errand.words.say("show.file_title", agent=found.agent.display_name)
    if errand.mail.about["format"] == "json":
        name, content = "conversation.json", telling.as_json(
            found.conversation_id, history, with_calls=found.is_alone
        )  # fmt: skip
    else:
        name, content = "conversation.md", telling.as_markdown(title, _lines(errand, found, history))
    await _send(errand, name, title, content.encode())


async def _history(errand: Errand, found: Found) -> Sequence[Entry]:
    try:
        return await found.history(errand)
    except errors.Vanished:
        raise GivenUp("show.vanished") from None
    except errors.ConversationError as error:
        log.warning("conversation.unread", error=str(error))
        raise GivenUp("show.unreachable") from None


def _lines(errand: Errand, found: Found, history: Sequence[Entry]) -> list[tuple[str, str]]:
    """Who and what, in the asker's language."""
    lines = []
    for line in telling.told(history, with_calls=found.is_alone):
        name = line.name if line.kind != "assistant" else found.agent.display_name
        lines.append((errand.words.say(f"show.entry_{line.kind}", name=name), line.words))
    return lines


async def _fill(errand: Errand, body: blocks.Blocks, *, thread: ThreadKey | None) -> None:
    external_id = errand.mail.about["view"]
    view = views.modal(
        errand.words.say("show.title"),
        body,
        close=errand.words.say("show.close"),
        external_id=external_id,
        private_metadata=str(thread) if thread else "",
    )
    for _ in range(MODAL_TRIES):
        try:
            await errand.slack.update_view(external_id, view)
            return
        except Refused as refused:
            if refused.code != "not_found":
                raise
            await errand.services.sleep(MODAL_MAY_BE_LATE.total_seconds())
    log.info("modal.gone")  # closed by now


async def _send(errand: Errand, name: str, title: str, content: bytes) -> None:
    """Once: the line that the file hangs below is a row, and so is the file's id."""
    dm = await errand.slack.open_dm(errand.mail.principal)
    there = errand.ledger.elsewhere(ThreadKey.errand(errand.thread.team, dm, errand.mail.id))
    which = f"{title} ({name})"
    root = await there.post("export", text=which, blocks=blocks.notice(which))
    known = errand.journal.get("file")
    if known and any(share.channel == dm for share in (await errand.slack.file_info(known)).shares):
        return
    upload: Upload = await errand.slack.reserve_file(name, content)
    errand.journal.set(file=upload.file_id)
    await errand.journal.write()
    await errand.slack.fill_file(upload, content)
    await errand.slack.share_file(upload, title=title, channel=dm, thread_ts=root)
