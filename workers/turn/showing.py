"""How a finished answer is shown: its text with what it cites, then the files that belong to it.

The text comes first and stands whatever becomes of the files: one that cannot be fetched or uploaded is a sentence.
"""

from __future__ import annotations

import structlog

from bot.slack import blocks
from bot.slack import follow_up_clicks as clicks
from bot.slack import text as slack_text
from bot.slack.errors import SlackError
from bot.slack.filenames import IMAGES, extension, named
from bot.slack.ledger import Unread
from workers import structured
from workers.answer import Answer, Made
from workers.conversations.errors import ConversationError, TooLarge
from workers.conversations.made_files import MOST_BYTES
from workers.delivery import written
from workers.delivery.executions import LIBRARY, TextFile
from workers.delivery.written import Source
from workers.turn.scene import Scene

MOST_FILES = 10  # of one answer
NAME_SHOWN = 100  # characters

log = structlog.get_logger()


async def show(scene: Scene, answer: Answer, text: str, *, closing: str, foot: str = "") -> None:
    """Deliver `text` as the turn's answer, under it `closing`, our own sentence if there is something to say, and
    `foot`, which says whose follow-up it is."""
    made, texts = answer.files()
    if formed := answer.formed:
        found = structured.read(formed.text, formed.form)
        shown = structured.shown(found.value, scene.words) if found.is_json else formed.text
        text = "\n\n".join(filter(None, (text.rstrip(), shown)))
        if found.fault:
            fault = written.literal(found.fault)
            closing = " ".join(filter(None, (scene.words.say("structured.broken", fault=fault), closing)))
        if file := structured.file_of(found, formed.form):
            texts.append(file)
    sources = written.list_of(answer.sources, scene.words.say("answer.sources"), _libraries(scene, answer.sources))
    if made and not text.strip():
        text = scene.words.say("answer.files")
    text = "\n\n".join(filter(None, (text.rstrip(), sources)))
    closing = closing or ("" if text.strip() else scene.words.say("turn.empty_answer"))
    closing = " ".join(filter(None, (closing, foot)))
    await scene.delivery.finish(text, closing=closing, under=_buttons(scene) if text.strip() else None)
    await _bring(scene, made, texts)


def _buttons(scene: Scene) -> blocks.Blocks:
    """What an answer may lead to: that its agent comes back to it, unless its file says that it does not."""
    if scene.agent.follow_ups is False:
        return []
    return blocks.offer(clicks.action_id(clicks.NEW), scene.words.say("follow_up.button.new"))


def _libraries(scene: Scene, sources: list[Source]) -> str:
    """Where documents without an address are from, in words; empty when none of the sources is one."""
    if not any(source.tool == LIBRARY for source in sources if not source.url):
        return ""
    names = [name for connector in scene.agent.connectors for name in connector.libraries]
    if not names:
        return scene.words.say("answer.documents")
    return scene.words.say("answer.library", name=scene.words.names(names, any_of=True))


async def _bring(scene: Scene, made: list[Made], texts: list[TextFile]) -> None:
    """Each file once, in order; what cannot be brought is told."""
    for text in texts:
        await _upload(scene, f"text:{text.name}", text.name, text.text.encode())
    taken: set[str] = set()
    for file in made[:MOST_FILES]:
        row = f"file:{file.file_id}"
        if scene.ledger.accepted(row):
            continue
        shown = _shown(file.name or scene.words.say("answer.a_file"))
        try:
            content = await scene.services.made_files.content(file.file_id)
        except TooLarge:
            limit = MOST_BYTES // 1024 // 1024
            await _tell(scene, row, scene.words.say("answer.file_too_large", name=shown, limit=limit))
            continue
        except ConversationError as error:
            log.warning("file.not_fetched", error=str(error), kind=type(error).__name__)
            await _tell(scene, row, scene.words.say("answer.file_lost", name=shown))
            continue
        if not content:
            await _tell(scene, row, scene.words.say("answer.file_lost", name=shown))
            continue
        name = _unused(named(content, name=file.name, kind=file.kind), taken)
        picture = extension(content, said=file.kind) in IMAGES
        await _upload(scene, row, name, content, alt=file.alt if picture else "")
    if left := [_shown(file.name or file.file_id) for file in made[MOST_FILES:]]:
        await _tell(scene, "files-left", scene.words.say("answer.files_many", names=scene.words.names(left)))


async def _upload(scene: Scene, row: str, name: str, content: bytes, *, alt: str = "") -> None:
    try:
        await scene.delivery.file(row, name, content, title=name, alt_text=alt or None)
    except (SlackError, Unread) as error:
        log.warning("file.failed", error=str(error))
        await _tell(scene, row, scene.words.say("answer.file_lost", name=_shown(name)))


async def _tell(scene: Scene, row: str, words: str) -> None:
    await scene.delivery.note(f"{row}-failed", words)


def _shown(name: str) -> str:
    return slack_text.shown(name, NAME_SHOWN)


def _unused(name: str, taken: set[str]) -> str:
    """`name`, with a number where another file of the answer has it already."""
    stem, _, ending = name.rpartition(".")
    number = 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}.{ending}"
    taken.add(name)
    return name
