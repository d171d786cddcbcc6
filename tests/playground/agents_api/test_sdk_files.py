"""The SDK keeps files at the stand-in: up, listed, down again, signed, gone; and fetches what a tool has made."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from mistralai.client import Mistral, models
from mistralai.client.errors import SDKError

from playground.agents_api.app import AgentsApi
from tests.playground.agents_api.talk import MODEL

PNG = b"\x89PNG\r\n\x1a\n"


async def test_a_file_is_kept_listed_signed_fetched_and_deleted(sdk: Mistral) -> None:
    files = sdk.files
    kept = await files.upload_async(
        file=models.File(file_name="notes.txt", content=b"Trains run at night.", content_type="text/plain"),
        purpose="ocr",
        expiry=2,
        visibility="user",
    )
    assert (kept.filename, kept.size_bytes, kept.purpose, kept.mimetype) == ("notes.txt", 20, "ocr", "text/plain")
    await files.upload_async(file=models.File(file_name="other.txt", content=b"x"), purpose="batch")

    listed = await files.list_async(search="notes")
    assert ([one.id for one in listed.data], listed.total) == ([kept.id], 1)
    assert len((await files.list_async(page_size=1)).data) == 1
    assert [one.id for one in (await files.list_async(purpose="ocr")).data] == [kept.id]
    seen = await files.retrieve_async(file_id=kept.id)
    assert (seen.id, seen.deleted) == (kept.id, False)

    content = await files.download_async(file_id=kept.id)
    assert await content.aread() == b"Trains run at night."
    link = await files.get_signed_url_async(file_id=kept.id, expiry=1)
    async with httpx2.AsyncClient(trust_env=False) as anyone:
        assert (await anyone.get(link.url)).content == b"Trains run at night."
        assert (await anyone.get(f"{link.url}0")).status_code == 403

    assert (await files.delete_async(file_id=kept.id)).deleted
    with pytest.raises(SDKError, match="not found"):
        await files.retrieve_async(file_id=kept.id)


async def test_what_a_tool_has_drawn_is_fetched_by_the_id_in_the_answer(sdk: Mistral, api: AgentsApi) -> None:
    api.switch(brain="rules")
    answer = await sdk.beta.conversations.start_async(
        model=MODEL, inputs="draw a red boat on the sea at sunset", tools=[models.ImageGenerationTool()]
    )
    drawn = [
        chunk
        for entry in answer.outputs
        if isinstance(entry, models.MessageOutputEntry) and isinstance(entry.content, list)
        for chunk in entry.content
        if isinstance(chunk, models.ToolFileChunk)
    ]
    (file,) = drawn
    assert (file.tool, file.file_type) == ("image_generation", "png")

    content = await sdk.files.download_async(file_id=file.file_id)

    assert (await content.aread()).startswith(PNG)


async def test_a_file_from_the_files_api_is_shown_to_the_model_by_its_signed_url(sdk: Mistral, api: AgentsApi) -> None:
    kept = await sdk.files.upload_async(file=models.File(file_name="a.pdf", content=b"%PDF-1.4"), purpose="ocr")
    link = await sdk.files.get_signed_url_async(file_id=kept.id)
    asked: Any = [
        models.MessageInputEntry(
            role="user",
            content=[
                models.TextChunk(text="read this"),
                models.DocumentURLChunk(document_url=link.url, document_name="a.pdf"),
                models.ImageURLChunk(image_url="data:image/png;base64,iVBORw0KGgo="),
            ],
        )
    ]
    answer = await sdk.beta.conversations.start_async(model=MODEL, inputs=asked)
    history = await sdk.beta.conversations.get_history_async(conversation_id=answer.conversation_id)
    first = history.entries[0]
    assert isinstance(first, models.MessageInputEntry)
    assert isinstance(first.content, list)
    assert [chunk.type for chunk in first.content] == ["text", "document_url", "image_url"]
