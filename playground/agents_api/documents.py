"""The handlers of `/v1/libraries/{id}/documents`, and of the signed URLs of documents."""

from __future__ import annotations

from dataclasses import dataclass

from playground.agents_api import signing
from playground.agents_api.bodies import read
from playground.agents_api.endpoint import Call, Plain, Raw
from playground.agents_api.errors import ApiError
from playground.agents_api.files import checked, kind_of
from playground.agents_api.ids import Json
from playground.agents_api.libraries import PAGE_SIZE, pagination
from playground.agents_api.queries import number
from playground.agents_api.reading import PAGE_MAX
from playground.agents_api.shelves import Document, Library, Shelves, processing
from playground.agents_api.switches import Switches
from playground.agents_api.wire.uploads import UpdateDocument

LINK_SECONDS = 30 * 60
SORTABLE = ("created_at", "name", "size", "last_processed_at")


@dataclass(frozen=True, slots=True)
class Documents:
    shelves: Shelves
    switches: Switches

    async def upload(self, call: Call) -> Plain:
        """201; or 200 with the document that has the same content."""
        library = self._library(call, least="Editor")
        upload = checked(call.upload, self.switches.file_bytes_max)
        document = Document(upload.filename, upload.content, kind_of(upload), call.owner)
        for known in library.documents.values():
            if known.hash == document.hash:
                return Plain(self._shown(library, known))
        library.documents[document.id] = document
        library.changed()
        return Plain(self._shown(library, document), 201)

    async def all(self, call: Call) -> Plain:
        query = call.query
        size = number(query, "page_size", PAGE_SIZE, low=1, high=PAGE_SIZE)
        page = number(query, "page", 0, low=0, high=PAGE_MAX)
        by = chosen(call, "sort_by", SORTABLE)
        order = chosen(call, "sort_order", ("desc", "asc"))
        library = self._library(call)
        found = [self._shown(library, one) for one in library.documents.values()]
        if search := query.get("search"):
            found = [one for one in found if search.lower() in one["name"].lower()]
        found.sort(key=lambda one: (one[by] is not None, one[by]), reverse=order == "desc")
        data = found[page * size : (page + 1) * size]
        return Plain({"pagination": pagination(len(found), page, size), "data": data})

    async def get(self, call: Call) -> Plain:
        return Plain(self._shown(self._library(call), self._document(call)))

    async def update(self, call: Call) -> Plain:
        library, document = self._library(call, least="Editor"), self._document(call)
        given = read(UpdateDocument, call.body)
        sent = given.model_dump(mode="json")
        if given.name is not None:
            document.name = given.name
        for field in ("attributes", "expires_at"):
            if field in given.model_fields_set:
                setattr(document, field, sent[field])
        return Plain(self._shown(library, document))

    async def delete(self, call: Call) -> Plain:
        library, document = self._library(call, least="Editor"), self._document(call)
        del library.documents[document.id]
        library.changed()
        return Plain(status=204)

    async def status(self, call: Call) -> Plain:
        """Each look brings the document nearer to being processed."""
        document = self._document(call)
        document.reads += 1
        status = document.status(self.shelves.pace)
        return Plain({"document_id": document.id, "process_status": status, "processing_status": processing(status)})

    async def text(self, call: Call) -> Plain:
        document = self._document(call)
        return Plain({"text": document.text() if document.status(self.shelves.pace) == "done" else ""})

    async def url(self, call: Call) -> Plain:
        return Plain(self._link(call, "documents"))

    async def text_url(self, call: Call) -> Plain:
        return Plain(self._link(call, "texts"))

    async def reprocess(self, call: Call) -> Plain:
        self._library(call, least="Editor")
        self._document(call).process_again()
        return Plain(status=204)

    async def signed(self, call: Call) -> Raw:
        document = self._linked(call, "documents")
        return Raw(document.content, document.mimetype or "application/octet-stream")

    async def signed_text(self, call: Call) -> Raw:
        return Raw(self._linked(call, "texts").text().encode(), "text/plain; charset=utf-8")

    def _link(self, call: Call, what: str) -> str:
        library, document = self._library(call), self._document(call)
        return signing.url(call.base_url, f"{what}/{library.id}/{document.id}", library.owner, seconds=LINK_SECONDS)

    def _linked(self, call: Call, what: str) -> Document:
        library_id, document_id = call.path["library_id"], call.path["document_id"]
        library = self.shelves.known(library_id)
        if library is None or document_id not in library.documents:
            raise signing.forbidden()
        signing.check(f"{what}/{library_id}/{document_id}", library.owner, call.query)
        return library.documents[document_id]

    def _library(self, call: Call, *, least: str = "Viewer") -> Library:
        return self.shelves.find(call.path["library_id"], call.owner, least=least)

    def _document(self, call: Call) -> Document:
        return self._library(call).document(call.path["document_id"])

    def _shown(self, library: Library, document: Document) -> Json:
        return document.shown(library.id, self.shelves.pace)


def chosen(call: Call, name: str, values: tuple[str, ...]) -> str:
    """One of `values`; the first when none is given."""
    value = call.query.get(name, values[0])
    if value not in values:
        wrong = {"type": "enum", "loc": ["query", name], "msg": f"Input should be one of {', '.join(values)}"}
        raise ApiError(422, {"detail": [wrong]})
    return value
