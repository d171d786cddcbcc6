"""Libraries and documents: the SDK drives all of them; what is shared, processed and found, and what is refused."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from mistralai.client import Mistral
from mistralai.client.errors import SDKError

from playground.agents_api.app import KEY, AgentsApi
from playground.agents_api.shelves import user_id
from tests.playground.agents_api.pdf import pdf

# The SDK warns of its own use of the older paging.
pytestmark = pytest.mark.filterwarnings(r"ignore:warning. \*\* DEPRECATED:DeprecationWarning")

HANDBOOK = b"# Holidays\n\nEverybody has 28 days a year.\n\n# Expenses\n\nExpenses are paid back within ten days."
LIBRARIES = "/v1/libraries"
OTHER = "playground-other"


def file(name: str, content: bytes) -> Any:
    return {"file_name": name, "content": content}


async def made(http: httpx2.AsyncClient, name: str = "Handbook") -> str:
    return str((await http.post(LIBRARIES, json={"name": name})).json()["id"])


async def put(http: httpx2.AsyncClient, library: str, name: str, content: bytes) -> httpx2.Response:
    return await http.post(f"{LIBRARIES}/{library}/documents", files={"file": (name, content)})


async def test_the_sdk_keeps_a_library(sdk: Mistral) -> None:
    libraries = sdk.beta.libraries
    library = await libraries.create_async(name="Handbook", description="Rules of the house")
    assert (library.nb_documents, library.total_size) == (0, 0)
    renamed = await libraries.update_async(library_id=library.id, name="Handbook 2026")
    assert (renamed.name, renamed.description) == ("Handbook 2026", "Rules of the house")
    for name in ("Second", "Third"):
        await libraries.create_async(name=name)
    page = await libraries.list_async(page_size=2)
    assert ([one.name for one in page.data], page.next_page_token) == (["Third", "Second"], "2")
    rest = await libraries.list_async(page_size=2, page_token=page.next_page_token)
    assert [one.name for one in rest.data] == ["Handbook 2026"]
    assert [one.name for one in (await libraries.list_async(search="hand")).data] == ["Handbook 2026"]
    await libraries.delete_async(library_id=library.id)
    with pytest.raises(SDKError, match="not found"):
        await libraries.get_async(library_id=library.id)


async def test_the_sdk_keeps_documents_and_sees_them_processed(sdk: Mistral, api: AgentsApi) -> None:
    api.switch(processing_reads=2, processing_seconds=600)
    documents = sdk.beta.libraries.documents
    library = (await sdk.beta.libraries.create_async(name="Handbook")).id
    document = await documents.upload_async(library_id=library, file=file("handbook.md", HANDBOOK))
    assert (document.process_status, document.extension, document.size) == ("todo", "md", len(HANDBOOK))
    again = await documents.upload_async(library_id=library, file=file("copy.md", HANDBOOK))
    assert again.id == document.id

    here: Any = {"library_id": library, "document_id": document.id}
    statuses = [(await documents.status_async(**here)).process_status for _ in range(3)]
    assert statuses == ["todo", "in_progress", "done"]
    assert "28 days" in (await documents.text_content_async(**here)).text
    seen = await documents.get_async(**here)
    assert (seen.process_status, seen.tokens_processing_total > 0) == ("done", True)
    for link, wanted in [
        (await documents.get_signed_url_async(**here), HANDBOOK),
        (await documents.extracted_text_signed_url_async(**here), HANDBOOK),
    ]:
        async with httpx2.AsyncClient() as anyone:
            assert (await anyone.get(link)).content == wanted
            assert (await anyone.get(link + "0")).status_code == 403

    renamed = await documents.update_async(**here, name="rules.md")
    assert renamed.name == "rules.md"
    await documents.reprocess_async(**here)
    assert (await documents.status_async(**here)).process_status == "todo"
    assert (await documents.text_content_async(**here)).text == ""
    await documents.delete_async(**here)
    assert (await documents.list_async(library_id=library)).data == []


async def test_the_sdk_shares_a_library(sdk: Mistral, url: str) -> None:
    library = (await sdk.beta.libraries.create_async(name="Handbook")).id
    accesses = sdk.beta.libraries.accesses
    async with Mistral(api_key=OTHER, server_url=url) as other:
        with pytest.raises(SDKError, match="not found"):
            await other.beta.libraries.get_async(library_id=library)

        who: Any = {"share_with_uuid": user_id(OTHER), "share_with_type": "User"}
        await accesses.update_or_create_async(library_id=library, level="Viewer", **who)
        assert (await other.beta.libraries.get_async(library_id=library)).name == "Handbook"
        with pytest.raises(SDKError, match="needs the role Editor"):
            await other.beta.libraries.documents.upload_async(library_id=library, file=file("a.txt", b"x"))

        await accesses.update_or_create_async(library_id=library, level="Editor", **who)
        await other.beta.libraries.documents.upload_async(library_id=library, file=file("a.txt", b"x"))
        with pytest.raises(SDKError, match="needs the role Owner"):
            await other.beta.libraries.delete_async(library_id=library)
        shares = (await accesses.list_async(library_id=library)).data
        assert [(one.role, one.share_with_uuid) for one in shares] == [
            ("Owner", user_id(KEY)),
            ("Editor", user_id(OTHER)),
        ]

        await accesses.delete_async(library_id=library, **who)
        with pytest.raises(SDKError, match="not found"):
            await other.beta.libraries.get_async(library_id=library)


@pytest.mark.parametrize(
    ("name", "content", "status", "text"),
    [
        ("a.txt", "Été".encode(), "done", "Été"),
        ("a.csv", b"day,orders\nMon,128\n", "done", "day,orders\nMon,128\n"),
        ("a.json", b'{"a": 1}', "done", '{"a": 1}'),
        ("old.txt", "été".encode("latin-1"), "done", "été"),
        ("a.pdf", pdf("Twenty-eight days"), "done", "Twenty-eight days"),
        ("scan.pdf", pdf(""), "missing_content", ""),
        ("broken.pdf", b"%PDF-1.4 nothing", "error", ""),
        ("empty.txt", b"", "error", ""),
        ("a.zip", b"PK\x03\x04", "error", ""),
    ],
)
async def test_a_document_ends_as_what_can_be_read_of_it(
    http: httpx2.AsyncClient, api: AgentsApi, name: str, content: bytes, status: str, text: str
) -> None:
    api.switch(processing_seconds=0)
    library = await made(http)
    document = (await put(http, library, name, content)).json()
    here = f"{LIBRARIES}/{library}/documents/{document['id']}"
    assert (await http.get(f"{here}/status")).json()["process_status"] == status
    assert (await http.get(f"{here}/text_content")).json()["text"] == text


async def test_an_upload_tells_whether_it_is_new(http: httpx2.AsyncClient) -> None:
    library = await made(http)
    first, second = await put(http, library, "a.txt", b"x"), await put(http, library, "b.txt", b"x")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


async def test_documents_are_listed_in_pages_sorted_and_searched(http: httpx2.AsyncClient) -> None:
    library = await made(http)
    for name in ("b.txt", "a.txt", "c.md"):
        await put(http, library, name, name.encode() * len(name))

    async def names(query: str) -> list[str]:
        answer = await http.get(f"{LIBRARIES}/{library}/documents?{query}")
        return [one["name"] for one in answer.json()["data"]]

    assert await names("") == ["c.md", "a.txt", "b.txt"]
    assert await names("sort_by=name&sort_order=asc") == ["a.txt", "b.txt", "c.md"]
    assert await names("sort_by=name&sort_order=asc&page=1&page_size=2") == ["c.md"]
    assert await names("search=TXT") == ["a.txt", "b.txt"]
    paging = (await http.get(f"{LIBRARIES}/{library}/documents?page_size=2")).json()["pagination"]
    assert paging == {"total_items": 3, "total_pages": 2, "current_page": 0, "page_size": 2, "has_more": True}
    for wrong in ("sort_by=colour", "sort_order=up", "page_size=101", "page=-1"):
        assert (await http.get(f"{LIBRARIES}/{library}/documents?{wrong}")).status_code == 422


async def test_what_does_not_fit_is_refused(http: httpx2.AsyncClient) -> None:
    library = await made(http)
    for body in ({}, {"name": ""}, {"name": "x", "owner_type": "Org"}, {"name": "x", "colour": "red"}):
        assert (await http.post(LIBRARIES, json=body)).status_code == 422
    assert (await http.post(f"{LIBRARIES}/{library}/documents", json={})).status_code == 422
    for path in (f"{LIBRARIES}/none", f"{LIBRARIES}/{library}/documents/none", f"{LIBRARIES}/none/documents"):
        assert (await http.get(path)).status_code == 404
    share: Any = {"share_with_uuid": "u", "share_with_type": "Org", "level": "Viewer"}
    assert (await http.put(f"{LIBRARIES}/{library}/share", json=share)).status_code == 422
    own = {"share_with_uuid": user_id(KEY), "share_with_type": "User", "level": "Viewer"}
    assert (await http.put(f"{LIBRARIES}/{library}/share", json=own)).status_code == 400
    nobody = {"share_with_uuid": "u", "share_with_type": "User"}
    gone = await http.request("DELETE", f"{LIBRARIES}/{library}/share", json=nobody)
    assert gone.status_code == 404
