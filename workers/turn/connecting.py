"""Mistral's own tools in a conversation that begins: which it gets, and what is told of the documents they search."""

from __future__ import annotations

from typing import Any

import structlog

from bot.slack import text
from workers.agents.bodies import connectors_of
from workers.agents.libraries import MissingLibrary
from workers.conversations.errors import ConversationError, LibraryGone
from workers.turn.scene import Scene

READY = frozenset({"done", "noop", "self_managed", "Completed"})  # the API's words, the older one last
NAMES_SHOWN = 3
NAME_SHOWN = 60  # characters

log = structlog.get_logger()


async def connectors(scene: Scene) -> tuple[dict[str, Any], ...]:
    """The agent's connectors in the wire's shape. `LibraryGone` names a library that there is not.

    Documents that cannot be searched yet are told in the thread: an answer without them would look complete.
    """
    names = [name for connector in scene.agent.connectors for name in connector.libraries]
    ids: dict[str, str] = {}
    if names:
        try:
            ids = await scene.services.libraries.ids_of(names)
        except MissingLibrary as missing:
            raise LibraryGone(str(missing), library=missing.name) from missing
        for name, library_id in ids.items():
            await _tell_of_unread(scene, name, library_id)
    return connectors_of(scene.agent, ids)


async def _tell_of_unread(scene: Scene, library: str, library_id: str) -> None:
    try:
        documents = await scene.services.libraries.documents(library_id)
    except ConversationError as error:
        log.warning("library.not_looked_at", library=library, error=str(error))
        return
    unread = [_shown(document.name) for document in documents if document.process not in READY]
    if unread:
        names = scene.words.names([*unread[:NAMES_SHOWN], *(["…"] if len(unread) > NAMES_SHOWN else [])])
        words = scene.words.say("answer.unprocessed", count=len(unread), library=_shown(library), names=names)
        await scene.delivery.note(f"library:{library_id}", words)


def _shown(name: str) -> str:
    return text.shown(name, NAME_SHOWN)
