"""Files: uploaded, listed, fetched, linked to and deleted, by the SDK and over bare HTTP."""

from __future__ import annotations

import time
from typing import Any

import httpx2
import pytest
from mistralai.client import Mistral
from mistralai.client.errors import SDKError

from playground.agents_api.app import AgentsApi

FILES = "/v1/files"


async def upload(http: httpx2.AsyncClient, name: str = "notes.txt", content: bytes = b"hello", **fields: Any) -> Any:
    answer = await http.post(FILES, files={"file": (name, content)}, data={"purpose": "ocr", **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_sdk_uploads_reads_links_lists_and_deletes_a_file(sdk: Mistral) -> None:
    file: Any = {"file_name": "invoice.pdf", "content": b"%PDF-1.4 x", "content_type": "application/pdf"}
    made = await sdk.files.upload_async(file=file, purpose="ocr", expiry=24, visibility="user")
    assert (made.filename, made.size_bytes, made.purpose, made.mimetype) == (
        "invoice.pdf",
        10,
        "ocr",
        "application/pdf",
    )
    assert (made.source, made.visibility) == ("upload", "user")
    assert made.expires_at == pytest.approx(time.time() + 24 * 3600, abs=60)

    seen = await sdk.files.retrieve_async(file_id=made.id)
    assert (seen.id, seen.deleted) == (made.id, False)
    content = await sdk.files.download_async(file_id=made.id)
    assert await content.aread() == b"%PDF-1.4 x"
    listed = await sdk.files.list_async(page_size=10)
    assert [one.id for one in listed.data] == [made.id]
    assert listed.total == 1
    link = await sdk.files.get_signed_url_async(file_id=made.id, expiry=1)
    async with httpx2.AsyncClient() as anyone:
        fetched = await anyone.get(link.url)
    assert (fetched.content, fetched.headers["content-type"]) == (b"%PDF-1.4 x", "application/pdf")

    gone = await sdk.files.delete_async(file_id=made.id)
    assert (gone.id, gone.deleted) == (made.id, True)
    with pytest.raises(SDKError, match="not found"):
        await sdk.files.retrieve_async(file_id=made.id)


async def test_a_list_is_paged_and_filtered_newest_first(http: httpx2.AsyncClient) -> None:
    for number in range(3):
        await upload(http, f"n{number}.txt")
    await upload(http, "b.jsonl", purpose="batch")

    async def names(query: str) -> list[str]:
        return [one["filename"] for one in (await http.get(f"{FILES}?{query}")).json()["data"]]

    assert await names("page_size=2") == ["b.jsonl", "n2.txt"]
    assert await names("page=1&page_size=2") == ["n1.txt", "n0.txt"]
    assert await names("purpose=batch") == ["b.jsonl"]
    assert await names("search=N1") == ["n1.txt"]
    assert await names("source=mistral") == []
    assert await names("mimetypes=text/plain&page_size=1") == ["n2.txt"]
    assert (await http.get(f"{FILES}?page_size=1")).json()["total"] == 4
    assert (await http.get(f"{FILES}?include_total=false")).json()["total"] is None


async def test_a_file_is_there_only_for_the_key_that_made_it_and_until_it_expires(
    http: httpx2.AsyncClient, url: str, api: AgentsApi
) -> None:
    made = await upload(http)
    async with httpx2.AsyncClient(base_url=url, headers={"authorization": "Bearer playground-other"}) as other:
        for path in (f"{FILES}/{made['id']}", f"{FILES}/{made['id']}/content", f"{FILES}/{made['id']}/url"):
            assert (await other.get(path)).status_code == 404
        assert (await other.get(FILES)).json()["data"] == []
        assert (await other.delete(f"{FILES}/{made['id']}")).status_code == 404
    link = (await http.get(f"{FILES}/{made['id']}/url")).json()["url"]

    stored = api.cabinet.known(made["id"])
    assert stored is not None
    stored.expires_at = int(time.time()) - 1
    assert (await http.get(f"{FILES}/{made['id']}")).status_code == 404
    assert (await http.get(link)).status_code == 403


async def test_a_link_is_good_only_as_it_was_signed(http: httpx2.AsyncClient) -> None:
    made, other = await upload(http), await upload(http, content=b"secret")
    link = (await http.get(f"{FILES}/{made['id']}/url?expiry=168")).json()["url"]
    for forged in (link.replace(made["id"], other["id"]), link.replace("expires=", "expires=9"), link[:-1]):
        assert (await http.get(forged)).status_code == 403


async def test_an_upload_that_does_not_fit_is_refused(http: httpx2.AsyncClient, api: AgentsApi) -> None:
    api.switch(file_bytes_max=8)
    file = {"file": ("a.txt", b"x")}
    large = await http.post(FILES, files={"file": ("a.txt", b"x" * 9)}, data={"purpose": "ocr"})
    assert (large.status_code, "too large" in large.text) == (413, True)
    nothing = await http.post(FILES, files={"other": (None, b"x")})
    assert nothing.status_code == 422
    for wrong in ({"purpose": "fun"}, {"expiry": "0"}, {"visibility": "all"}, {"colour": "red"}):
        assert (await http.post(FILES, files=file, data=wrong)).status_code == 422
    made = await upload(http, content=b"x")
    for hours in ("0", "169", "x"):
        assert (await http.get(f"{FILES}/{made['id']}/url?expiry={hours}")).status_code == 422
