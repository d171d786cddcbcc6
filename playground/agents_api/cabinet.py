"""The files, in memory: what was uploaded and what tools made. Each belongs to the key that made it, and expires."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from playground.agents_api.errors import not_found
from playground.agents_api.ids import Json

HOUR_SECONDS = 3600
KEPT_SECONDS = 30 * 24 * HOUR_SECONDS  # the real service's time; an upload may ask for less
PURPOSE_OF_TOOLS = "ocr"  # no purpose is documented for files that tools make; clients want one they know


@dataclass(slots=True)
class StoredFile:
    """`made_by_tool`: the service made it itself, in a turn of `owner`."""

    owner: str
    filename: str
    content: bytes
    purpose: str
    mimetype: str | None = None
    visibility: str | None = None
    made_by_tool: bool = False
    expires_at: int | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: int = field(default_factory=lambda: int(time.time()))

    def shown(self) -> Json:
        return {
            "id": self.id,
            "object": "file",
            "bytes": len(self.content),
            "created_at": self.created_at,
            "filename": self.filename,
            "purpose": self.purpose,
            "sample_type": "instruct",
            "num_lines": None,
            "mimetype": self.mimetype,
            "source": "mistral" if self.made_by_tool else "upload",
            "signature": None,
            "expires_at": self.expires_at,
            "visibility": self.visibility,
        }


class Cabinet:
    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._files: dict[str, StoredFile] = {}
        self._clock = clock

    def add(self, file: StoredFile) -> StoredFile:
        self._files[file.id] = file
        return file

    def make(self, owner: str, filename: str, content: bytes, mimetype: str) -> StoredFile:
        """Keep what a tool made."""
        now = int(self._clock())
        file = StoredFile(
            owner, filename, content, PURPOSE_OF_TOOLS, mimetype, made_by_tool=True, expires_at=now + KEPT_SECONDS
        )
        file.created_at = now
        return self.add(file)

    def find(self, id_: str, owner: str) -> StoredFile:
        """The file, for its owner and until it expires: otherwise it does not exist."""
        found = self.known(id_)
        if found is None or found.owner != owner:
            raise not_found("File", id_)
        return found

    def known(self, id_: str) -> StoredFile | None:
        """The file, whoever asks."""
        found = self._files.get(id_)
        return found if found is not None and self._lives(found) else None

    def remove(self, id_: str, owner: str) -> None:
        del self._files[self.find(id_, owner).id]

    def all(self, owner: str) -> list[StoredFile]:
        """Newest first."""
        return [one for one in reversed(self._files.values()) if one.owner == owner and self._lives(one)]

    def every(self) -> Sequence[StoredFile]:
        return tuple(one for one in self._files.values() if self._lives(one))

    def clear(self) -> None:
        self._files.clear()

    def _lives(self, file: StoredFile) -> bool:
        return file.expires_at is None or self._clock() < file.expires_at
