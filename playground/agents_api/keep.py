"""What the local Agents API keeps over a restart: conversations, agent objects, files and libraries.

Not scripts, faults, locks or the log of requests: they are of one run. The bytes of files and documents lie in a folder
beside the state file, each written once, so that a turn does not write them all again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel

from playground import keeping
from playground.agents_api.cabinet import Cabinet, StoredFile
from playground.agents_api.ids import Json
from playground.agents_api.roster import Agent, Roster, Version
from playground.agents_api.shelves import Document, Library, Shelves
from playground.agents_api.store import Conversation, Store


class KeptAgent(BaseModel):
    """An agent as its fields; making one anew would begin its versions anew."""

    id: str
    owner: str
    created_at: str
    versions: list[Version]
    aliases: dict[str, Json]
    current: int
    deployment_chat: bool


class KeptFile(BaseModel):
    """A file without its bytes."""

    id: str
    owner: str
    filename: str
    purpose: str
    mimetype: str | None
    visibility: str | None
    made_by_tool: bool
    expires_at: int | None
    created_at: int


class KeptDocument(BaseModel):
    """A document without its bytes."""

    id: str
    name: str
    mimetype: str | None
    uploaded_by: str
    created_at: str
    attributes: Json | None
    expires_at: str | None
    reads: int
    begun: float
    last_processed_at: str | None


class KeptLibrary(BaseModel):
    id: str
    owner: str
    name: str
    description: str | None
    chunk_size: int | None
    owner_type: str
    created_at: str
    updated_at: str
    documents: list[KeptDocument]
    shares: list[Json]


class State(BaseModel):
    version: Literal[1] = 1
    conversations: list[Conversation]
    agents: list[KeptAgent]
    files: list[KeptFile] = []
    libraries: list[KeptLibrary] = []


class Holder(Protocol):
    store: Store
    roster: Roster
    cabinet: Cabinet
    shelves: Shelves


class Bytes:
    """The folder of contents, by id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, id_: str) -> bytes | None:
        try:
            return (self._folder / id_).read_bytes()
        except OSError:
            keeping.say(f"{self._folder / id_} cannot be read: that file or document is gone.")
            return None

    def write(self, contents: dict[str, bytes]) -> None:
        """Hold these and no others. Raises OSError."""
        if not contents and not self._folder.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        held = {path.name for path in self._folder.iterdir()}
        for id_ in contents.keys() - held:
            (self._folder / id_).write_bytes(contents[id_])
        for id_ in held - contents.keys():
            (self._folder / id_).unlink()


@asynccontextmanager
async def kept(api: Holder, path: Path) -> AsyncIterator[keeping.Keeper]:
    """Go on from what `path` holds, and keep it up to date while the block is open."""
    state, contents = keeping.read(path, State), Bytes(path.with_name(path.name + ".files"))
    if state is not None:
        _resume(api, state, contents)
    keeper = keeping.Keeper(path, lambda: snapshot(api, contents))
    async with keeper.keeping():
        yield keeper


def snapshot(api: Holder, contents: Bytes) -> State:
    """The state to be written; the contents are written before it, so that it never names what is not there."""
    files, libraries = api.cabinet.every(), api.shelves.every()
    documents = [document for library in libraries for document in library.documents.values()]
    contents.write({**{one.id: one.content for one in files}, **{one.id: one.content for one in documents}})
    return State(
        conversations=list(api.store.every()),
        agents=[KeptAgent.model_validate(agent, from_attributes=True) for agent in api.roster.every()],
        files=[KeptFile.model_validate(file, from_attributes=True) for file in files],
        libraries=[_kept_library(library) for library in libraries],
    )


def _resume(api: Holder, state: State, contents: Bytes) -> None:
    for conversation in state.conversations:
        api.store.add(conversation)
    for agent in state.agents:
        api.roster.add(_resumed(agent))
    for file in state.files:
        if (content := contents.read(file.id)) is not None:
            api.cabinet.add(StoredFile(content=content, **file.model_dump()))
    for library in state.libraries:
        api.shelves.add(_resumed_library(library, contents))


def _resumed(each: KeptAgent) -> Agent:
    agent = Agent(owner=each.owner, settings=each.versions[0].settings, id=each.id, created_at=each.created_at)
    agent.versions, agent.aliases = each.versions, each.aliases
    agent.current, agent.deployment_chat = each.current, each.deployment_chat
    return agent


def _kept_library(library: Library) -> KeptLibrary:
    documents = [KeptDocument.model_validate(one, from_attributes=True) for one in library.documents.values()]
    fields = {name: getattr(library, name) for name in KeptLibrary.model_fields if name != "documents"}
    return KeptLibrary(documents=documents, **fields)


def _resumed_library(each: KeptLibrary, contents: Bytes) -> Library:
    library = Library(**each.model_dump(exclude={"documents"}))
    for kept_document in each.documents:
        if (content := contents.read(kept_document.id)) is not None:
            library.documents[kept_document.id] = Document(content=content, **kept_document.model_dump())
    return library
