"""The handlers of `/v1/files`, and of the signed URLs of files."""

from __future__ import annotations

import mimetypes
import time
from dataclasses import dataclass

from playground.agents_api import signing
from playground.agents_api.bodies import read
from playground.agents_api.cabinet import HOUR_SECONDS, KEPT_SECONDS, Cabinet, StoredFile
from playground.agents_api.endpoint import Call, Plain, Raw, Upload
from playground.agents_api.errors import ApiError, detail
from playground.agents_api.ids import Json
from playground.agents_api.queries import number
from playground.agents_api.reading import PAGE_MAX
from playground.agents_api.switches import Switches
from playground.agents_api.wire.uploads import FileUpload

PAGE_SIZE, PAGE_SIZE_MAX = 100, 1000
LINK_HOURS, LINK_HOURS_MAX = 24, 168


@dataclass(frozen=True, slots=True)
class Files:
    cabinet: Cabinet
    switches: Switches

    async def upload(self, call: Call) -> Plain:
        given = read(FileUpload, call.body)
        upload = checked(call.upload, self.switches.file_bytes_max)
        seconds = KEPT_SECONDS if given.expiry is None else given.expiry * HOUR_SECONDS
        file = StoredFile(
            owner=call.owner,
            filename=upload.filename,
            content=upload.content,
            purpose=given.purpose,
            mimetype=kind_of(upload),
            visibility=given.visibility,
            expires_at=int(time.time()) + seconds,
        )
        return Plain(self.cabinet.add(file).shown())

    async def all(self, call: Call) -> Plain:
        size = number(call.query, "page_size", PAGE_SIZE, low=1, high=PAGE_SIZE_MAX)
        page = number(call.query, "page", 0, low=0, high=PAGE_MAX)
        found = [file.shown() for file in self._filtered(call)]
        total = len(found) if call.query.get("include_total", "true").lower() == "true" else None
        return Plain({"object": "list", "data": found[page * size : (page + 1) * size], "total": total})

    async def get(self, call: Call) -> Plain:
        return Plain({**self._found(call).shown(), "deleted": False})

    async def delete(self, call: Call) -> Plain:
        id_ = call.path["file_id"]
        self.cabinet.remove(id_, call.owner)
        return Plain({"id": id_, "object": "file", "deleted": True})

    async def content(self, call: Call) -> Raw:
        return Raw(self._found(call).content)

    async def url(self, call: Call) -> Plain:
        hours = number(call.query, "expiry", LINK_HOURS, low=1, high=LINK_HOURS_MAX)
        file = self._found(call)
        return Plain({"url": signing.url(call.base_url, f"files/{file.id}", file.owner, seconds=hours * HOUR_SECONDS)})

    async def signed(self, call: Call) -> Raw:
        file = self.cabinet.known(call.path["file_id"])
        if file is None:
            raise signing.forbidden()
        signing.check(f"files/{file.id}", file.owner, call.query)
        return Raw(file.content, file.mimetype or "application/octet-stream")

    def _found(self, call: Call) -> StoredFile:
        return self.cabinet.find(call.path["file_id"], call.owner)

    def _filtered(self, call: Call) -> list[StoredFile]:
        query = call.query
        found = self.cabinet.all(call.owner)
        wanted: list[tuple[str, list[str]]] = [
            ("sample_type", query.getlist("sample_type")),
            ("source", query.getlist("source")),
            ("purpose", query.getlist("purpose")),
            ("mimetype", query.getlist("mimetypes")),
        ]
        for field, values in wanted:
            if values:
                found = [one for one in found if one.shown()[field] in values]
        if search := query.get("search"):
            found = [one for one in found if search.lower() in one.filename.lower()]
        return found


def checked(upload: Upload | None, bytes_max: int) -> Upload:
    """The file of a form: it is there, and not too large."""
    if upload is None:
        missing: Json = {"type": "missing", "loc": ["body", "file"], "msg": "Field required", "input": None}
        raise ApiError(422, {"detail": [missing]})
    if len(upload.content) > bytes_max:
        raise detail(413, f"File is too large: at most {bytes_max} bytes are accepted")
    return upload


def kind_of(upload: Upload) -> str | None:
    """What the client says it is; else what its name says."""
    if upload.mimetype and upload.mimetype != "application/octet-stream":
        return upload.mimetype
    return mimetypes.guess_type(upload.filename)[0] or upload.mimetype
