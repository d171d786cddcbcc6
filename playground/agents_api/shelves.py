"""The libraries and their documents, in memory. A document is found only once it is processed."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from playground.agents_api.errors import detail, not_found
from playground.agents_api.extraction import Extracted, extension, extract
from playground.agents_api.ids import Json, now, tokens

ROLES = ("Viewer", "Editor", "Owner")
ORGANISATION = str(uuid.uuid5(uuid.NAMESPACE_URL, "https://playground.example.org/organisation"))
ENDS = {"done", "error", "missing_content"}
PROCESSING = {"todo": "Running", "in_progress": "Running", "done": "Completed"}


def user_id(owner: str) -> str:
    """The user behind a key: keys have no users here, so each key is one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://playground.example.org/users/{owner}"))


@dataclass(frozen=True, slots=True)
class Pace:
    """A document is processed after `reads` looks at its status, or `seconds`, whichever comes first."""

    reads: int
    seconds: float


@dataclass(slots=True)
class Document:
    name: str
    content: bytes
    mimetype: str | None
    uploaded_by: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: str = field(default_factory=now)
    attributes: Json | None = None
    expires_at: str | None = None
    reads: int = 0
    begun: float = field(default_factory=time.time)
    last_processed_at: str | None = None
    _extracted: Extracted | None = None

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def extracted(self) -> Extracted:
        if self._extracted is None:
            self._extracted = extract(self.name, self.mimetype, self.content)
        return self._extracted

    def text(self) -> str:
        return self.extracted.text or ""

    def status(self, pace: Pace) -> str:
        """`todo`, `in_progress`, then how it ended: nothing to read is `missing_content` in a PDF, else an error."""
        ended = self.reads > pace.reads or time.time() - self.begun >= pace.seconds
        if not ended:
            return "todo" if self.reads <= pace.reads // 2 else "in_progress"
        self.last_processed_at = self.last_processed_at or now()
        if self.text().strip():
            return "done"
        return "missing_content" if self.extracted.pages else "error"

    def process_again(self) -> None:
        self.reads, self.begun, self.last_processed_at, self._extracted = 0, time.time(), None, None

    def shown(self, library_id: str, pace: Pace) -> Json:
        status = self.status(pace)
        processed = tokens(self.text()) if status == "done" else 0
        return {
            "id": self.id,
            "library_id": library_id,
            "hash": self.hash,
            "mime_type": self.mimetype,
            "extension": extension(self.name) or None,
            "size": len(self.content),
            "name": self.name,
            "summary": None,
            "created_at": self.created_at,
            "last_processed_at": self.last_processed_at,
            "number_of_pages": self.extracted.pages if status == "done" else None,
            "process_status": status,
            "processing_status": processing(status),
            "uploaded_by_id": user_id(self.uploaded_by),
            "uploaded_by_type": "User",
            "tokens_processing_main_content": processed,
            "tokens_processing_summary": 0,
            "tokens_processing_total": processed,
            "url": None,
            "attributes": self.attributes,
            "expires_at": self.expires_at,
        }


def processing(status: str) -> str:
    """The older word for a status."""
    return PROCESSING.get(status, "Error")


@dataclass(slots=True)
class Library:
    owner: str
    name: str
    description: str | None = None
    chunk_size: int | None = None
    owner_type: str = "Workspace"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)
    documents: dict[str, Document] = field(default_factory=dict)
    shares: list[Json] = field(default_factory=list)

    def shown(self) -> Json:
        kinds = [share["share_with_type"] for share in self.shares]
        return {
            "id": self.id,
            "name": self.name,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "owner_id": user_id(self.owner),
            "owner_type": self.owner_type,
            "total_size": sum(len(one.content) for one in self.documents.values()),
            "nb_documents": len(self.documents),
            "chunk_size": self.chunk_size,
            "emoji": None,
            "description": self.description,
            "generated_name": None,
            "generated_description": None,
            "explicit_user_members_count": kinds.count("User"),
            "explicit_workspace_members_count": kinds.count("Workspace"),
            "org_sharing_role": None,
        }

    def role(self, owner: str) -> str | None:
        if owner == self.owner:
            return "Owner"
        return next((share["role"] for share in self.shares if share["share_with_uuid"] == user_id(owner)), None)

    def document(self, id_: str) -> Document:
        found = self.documents.get(id_)
        if found is None:
            raise not_found("Document", id_)
        return found

    def changed(self) -> None:
        self.updated_at = now()


class Shelves:
    """`pace` is asked at each look: how fast documents are processed."""

    def __init__(self, pace: Callable[[], Pace]) -> None:
        self._libraries: dict[str, Library] = {}
        self._pace = pace

    @property
    def pace(self) -> Pace:
        return self._pace()

    def add(self, library: Library) -> None:
        self._libraries[library.id] = library

    def find(self, id_: str, owner: str, *, least: str = "Viewer") -> Library:
        """The library, for those who may do what `least` may: to strangers it does not exist."""
        found = self._libraries.get(id_)
        role = found.role(owner) if found is not None else None
        if found is None or role is None:
            raise not_found("Library", id_)
        if ROLES.index(role) < ROLES.index(least):
            raise detail(403, f"This needs the role {least} in library {id_}")
        return found

    def known(self, id_: str) -> Library | None:
        """The library, whoever asks."""
        return self._libraries.get(id_)

    def remove(self, id_: str, owner: str) -> None:
        del self._libraries[self.find(id_, owner, least="Owner").id]

    def all(self, owner: str) -> list[Library]:
        """Newest first."""
        return [one for one in reversed(self._libraries.values()) if one.role(owner) is not None]

    def searchable(self, ids: Sequence[str], owner: str) -> list[Document]:
        """The processed documents of those libraries that `owner` may read."""
        pace = self.pace
        libraries = [one for id_ in ids if (one := self._libraries.get(id_)) is not None and one.role(owner)]
        return [one for library in libraries for one in library.documents.values() if one.status(pace) == "done"]

    def every(self) -> Sequence[Library]:
        return tuple(self._libraries.values())

    def clear(self) -> None:
        self._libraries.clear()
