"""SHOW and EXPORT: the conversation of a thread as its agent knows it, in a modal, or as a file sent to who asked."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot.slack import blocks, files, views
from bot.slack.models import Upload
from bot.slack.shortcuts import FORMATS
from bot.slack.text import shown
from bot.threads.models import ThreadKey
from workers.conversations import errors, telling
from workers.conversations.port import Entry
from workers.conversations.telling import Told
from workers.errands import conversation, modal
from workers.errands.conversation import Found
from workers.errands.errand import Errand, GivenUp

NAME_SHOWN = 100  # characters of a tool's name, or of an agent's that is none of ours
WORDS_SHOWN = 600  # characters of one entry in the modal; the exports hold all of it

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
    lines = [(who, shown(telling.plain(line.words), WORDS_SHOWN)) for who, line in _lines(errand, found, history)]
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


def _lines(errand: Errand, found: Found, history: Sequence[Entry]) -> list[tuple[str, Told]]:
    """Who and what, in the asker's language; after a handoff the one who took over speaks."""
    lines = []
    for line in telling.told(history, with_calls=found.is_alone):
        name = shown(line.name, NAME_SHOWN)
        if line.kind in ("assistant", "handoff"):
            agent = errand.services.catalogs.now.find(line.name) if line.name else found.agent
            name = agent.display_name if agent else name
        lines.append((errand.words.say(f"show.entry_{line.kind}", name=name), line))
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
    await modal.fill(errand, view)


async def _send(errand: Errand, name: str, title: str, content: bytes) -> None:
    """Once: the line that the file hangs below is a row, and so is the file's id."""
    dm = await errand.slack.open_dm(errand.mail.principal)
    there = ThreadKey.errand(errand.thread.team, dm, errand.mail.id)
    which = f"{title} ({name})"
    root = await errand.ledger.elsewhere(there).post("export", text=which, blocks=blocks.notice(which))
    known = errand.journal.get("file")
    if known and await files.was_shared(errand.slack, known, dm):
        return

    async def remember(upload: Upload) -> None:
        errand.journal.set(file=upload.file_id)
        await errand.journal.write()

    sleep = errand.services.sleep
    await files.upload(errand.slack, dm, name, content, title=title, thread_ts=root, remember=remember, sleep=sleep)
