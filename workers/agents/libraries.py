"""Document libraries at Mistral: made, filled, looked at, removed; and their ids by name, for agents. The edge.

Section 7.2 of the reference. A library's name need not be unique at Mistral; an agent's file names one by its name, or
by its id where two share it. A document can be searched only once it is processed.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import httpx2

from workers.conversations.exchange import Exchange, path_of
from workers.conversations.patience import Limits
from workers.conversations.wire import Heard, Sent

LIBRARIES = "/v1/libraries"
PAGE_SIZE = 100  # the most the API gives at once
PAGES = 100  # a broken server may never end its cursors


class MissingLibrary(LookupError):
    """An agent names a library that there is not, or not once. `name` is the library's; the text is a sentence."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    id: str
    name: str
    description: str = ""
    documents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`process` is the API's word for how far it is (`process_status`)."""

    id: str
    name: str
    process: str = ""
    size: int | None = None


class Creating(Sent):
    name: str
    description: str | None = None


class Libraries:
    """`http` comes from `workers/conversations/http.py` and is closed by whoever opened it."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        limits: Limits | None = None,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._exchange = Exchange(http, root=LIBRARIES, limits=limits or Limits(), now=now, sleep=sleep, chance=chance)
        self._ids: dict[str, str] = {}

    # ---- by name, for agents

    async def ids_of(self, names: Iterable[str]) -> dict[str, str]:
        """The id of each library; kept for as long as the process lives. `MissingLibrary` names the first missing."""
        wanted = tuple(dict.fromkeys(names))
        if any(name not in self._ids for name in wanted):
            there_are = await self.all()
            for name in wanted:
                self._ids[name] = find(there_are, name).id
        return {name: self._ids[name] for name in wanted}

    def forget(self) -> None:
        """One of them was gone: the next look finds what stands in its place."""
        self._ids.clear()

    # ---- libraries

    async def all(self) -> list[Library]:
        """All libraries that the key sees, by name."""
        found: dict[str, Library] = {}
        params: dict[str, str | int] = {"page_size": PAGE_SIZE}
        for _ in range(PAGES):
            page = await self._exchange.read("", LibrariesHeard, params)
            found |= {one.id: one.to_library() for one in page.data}
            if not page.next_page_token or page.next_page_token == params.get("page_token"):
                break
            params["page_token"] = page.next_page_token
        return sorted(found.values(), key=lambda one: (one.name, one.id))

    async def create(self, name: str, description: str | None = None) -> Library:
        given = {"name": name} | ({"description": description} if description else {})
        body = Creating.model_validate(given).body()
        return (await self._exchange.written("POST", "", LibraryHeard, body=body, repeatable=False)).to_library()

    async def remove(self, library_id: str) -> None:
        await self._exchange.removed(path_of(library_id))

    # ---- documents

    async def documents(self, library_id: str) -> list[Document]:
        found: dict[str, Document] = {}
        for number in range(PAGES):
            params: dict[str, str | int] = {"page": number, "page_size": PAGE_SIZE}
            page = await self._exchange.read(path_of(library_id, "documents"), DocumentsHeard, params)
            before = len(found)
            found |= {one.id: one.to_document() for one in page.data}
            more = (page.pagination or {}).get("has_more", len(page.data) == PAGE_SIZE)
            if not more or len(found) == before:
                break
        return sorted(found.values(), key=lambda one: (one.name, one.id))

    async def upload(self, library_id: str, name: str, content: bytes) -> Document:
        """The document; one whose content the library knows already is given as it is there."""
        path = path_of(library_id, "documents")
        return (await self._exchange.uploaded(path, (name, content), DocumentHeard)).to_document()

    async def status(self, library_id: str, document_id: str) -> str:
        """How far it is processed, in the API's word."""
        heard = await self._exchange.read(path_of(library_id, "documents", document_id, "status"), StatusHeard)
        return heard.process_status or heard.processing_status or ""

    async def remove_document(self, library_id: str, document_id: str) -> None:
        await self._exchange.removed(path_of(library_id, "documents", document_id))


def find(libraries: Iterable[Library], name_or_id: str) -> Library:
    """The one library of that name or id; `MissingLibrary` where there is none, or more than one."""
    known = list(libraries)
    found = [one for one in known if name_or_id in (one.id, one.name)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(one.id for one in found)
        raise MissingLibrary(name_or_id, f'there are several libraries "{name_or_id}"; name one by its id: {ids}')
    there_are = ", ".join(one.name for one in known) or "none"
    raise MissingLibrary(
        name_or_id,
        f'there is no library "{name_or_id}" (the key sees: {there_are}); `threadwind libraries create` makes one',
    )


# ---- what comes back ----------------------------------------------------------------------------------------------


class LibraryHeard(Heard):
    id: str
    name: str
    description: str | None = None
    nb_documents: int | None = None

    def to_library(self) -> Library:
        return Library(id=self.id, name=self.name, description=self.description or "", documents=self.nb_documents)


class LibrariesHeard(Heard):
    data: list[LibraryHeard]
    next_page_token: str | None = None


class DocumentHeard(Heard):
    id: str
    name: str = ""
    process_status: str | None = None
    processing_status: str | None = None
    size: int | None = None

    def to_document(self) -> Document:
        process = self.process_status or self.processing_status or ""
        return Document(id=self.id, name=self.name, process=process, size=self.size)


class DocumentsHeard(Heard):
    data: list[DocumentHeard]
    pagination: dict[str, Any] | None = None


class StatusHeard(Heard):
    process_status: str | None = None
    processing_status: str | None = None
