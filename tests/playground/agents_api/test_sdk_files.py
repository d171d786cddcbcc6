"""The SDK hands files to a model: as links to what the service keeps, and as data in the message."""

from __future__ import annotations

from typing import Any

from mistralai.client import Mistral, models

from tests.playground.agents_api.talk import MODEL


async def test_a_file_from_the_files_api_is_shown_to_the_model_by_its_signed_url(sdk: Mistral) -> None:
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
