"""The SDK fills a library, shares it, and an agent answers from it with its sources."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from mistralai.client import Mistral, models
from mistralai.client.errors import SDKError

from playground.agents_api.app import AgentsApi
from tests.playground.agents_api.talk import MODEL

# The SDK warns of parameters of its own that nobody gave.
pytestmark = pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")
HANDBOOK = b"# Holidays\n\nEveryone has thirty days of holidays a year.\n\n# Remote work\n\nTwo days a week.\n"


@pytest.fixture
async def library(sdk: Mistral, api: AgentsApi) -> models.Library:
    api.switch(processing_reads=2, processing_seconds=3600)
    return await sdk.beta.libraries.create_async(name="handbook", description="Rules of the house")


async def upload(sdk: Mistral, library: models.Library, content: bytes = HANDBOOK) -> models.Document:
    file = models.File(file_name="handbook.md", content=content, content_type="text/markdown")
    return await sdk.beta.libraries.documents.upload_async(library_id=library.id, file=file)


async def processed(sdk: Mistral, library: models.Library, document: models.Document) -> list[Any]:
    """What its status said, look by look, until it was done."""
    said: list[Any] = []
    while not said or said[-1] != "done":
        status = await sdk.beta.libraries.documents.status_async(library_id=library.id, document_id=document.id)
        said.append(status.process_status)
    return said


async def test_a_library_is_made_listed_changed_and_removed(sdk: Mistral, library: models.Library) -> None:
    libraries = sdk.beta.libraries
    await libraries.create_async(name="another")
    found = await libraries.list_async(search="hand")
    page = await libraries.list_async(page_size=1)
    rest = await libraries.list_async(page_size=1, page_token=page.next_page_token)
    assert [one.name for one in found.data] == ["handbook"]
    assert {one.name for one in [*page.data, *rest.data]} == {"handbook", "another"}

    changed = await libraries.update_async(library_id=library.id, name="rules", description=None)
    assert (changed.name, changed.description) == ("rules", None)
    assert (await libraries.get_async(library_id=library.id)).name == "rules"

    await libraries.delete_async(library_id=library.id)
    with pytest.raises(SDKError, match="not found"):
        await libraries.get_async(library_id=library.id)


async def test_a_document_is_processed_read_renamed_and_removed(sdk: Mistral, library: models.Library) -> None:
    documents = sdk.beta.libraries.documents
    document = await upload(sdk, library)
    place: Any = {"library_id": library.id, "document_id": document.id}
    assert (await documents.text_content_async(**place)).text == ""
    assert await processed(sdk, library, document) == ["todo", "in_progress", "done"]

    assert "thirty days" in (await documents.text_content_async(**place)).text
    assert (await documents.update_async(**place, name="house rules")).name == "house rules"
    listed = await documents.list_async(library_id=library.id, search="house", sort_by="name", sort_order="asc")
    assert ([one.id for one in listed.data], listed.pagination.total_items) == ([document.id], 1)
    async with httpx2.AsyncClient(trust_env=False) as anyone:
        assert (await anyone.get(await documents.get_signed_url_async(**place))).content == HANDBOOK
        assert "thirty days" in (await anyone.get(await documents.extracted_text_signed_url_async(**place))).text

    await documents.reprocess_async(**place)
    assert (await documents.status_async(**place)).process_status != "done"
    await documents.delete_async(**place)
    with pytest.raises(SDKError, match="not found"):
        await documents.get_async(**place)


async def test_the_same_content_is_the_same_document(sdk: Mistral, library: models.Library) -> None:
    first = await upload(sdk, library)
    again = await upload(sdk, library)
    other = await upload(sdk, library, b"something else")
    assert (again.id, other.id == first.id) == (first.id, False)
    assert (await sdk.beta.libraries.get_async(library_id=library.id)).nb_documents == 2


async def test_a_library_is_shared_and_the_share_taken_back(sdk: Mistral, library: models.Library) -> None:
    """The share is removed by a DELETE with a body."""
    accesses, ada = sdk.beta.libraries.accesses, "00000000-0000-4000-8000-00000000ada0"
    share = await accesses.update_or_create_async(
        library_id=library.id, level="Viewer", share_with_uuid=ada, share_with_type="User"
    )
    assert (share.role, share.share_with_uuid) == ("Viewer", ada)
    moved = await accesses.update_or_create_async(
        library_id=library.id, level="Editor", share_with_uuid=ada, share_with_type="User"
    )
    assert moved.role == "Editor"
    assert [one.role for one in (await accesses.list_async(library_id=library.id)).data] == ["Owner", "Editor"]
    await accesses.delete_async(library_id=library.id, share_with_uuid=ada, share_with_type="User")
    assert [one.role for one in (await accesses.list_async(library_id=library.id)).data] == ["Owner"]


async def test_an_agent_answers_from_its_library_once_the_document_is_processed(
    sdk: Mistral, api: AgentsApi, library: models.Library
) -> None:
    api.switch(brain="rules")
    agent = await sdk.beta.agents.create_async(
        model=MODEL, name="clerk", tools=[models.DocumentLibraryTool(library_ids=[library.id])]
    )
    document = await upload(sdk, library)
    question = "What does the handbook say about holidays?"
    talk = sdk.beta.conversations

    early = await talk.start_async(agent_id=agent.id, inputs=question)
    await processed(sdk, library, document)
    answer = await talk.start_async(agent_id=agent.id, inputs=question)

    assert [entry.type for entry in early.outputs] == ["tool.execution", "message.output"]
    assert cited(early) == []
    assert cited(answer) == ["handbook.md"]
    assert answer.usage.connectors == {"document_library": 1}


def cited(answer: models.ConversationResponse) -> list[str]:
    return [
        chunk.title
        for entry in answer.outputs
        if isinstance(entry, models.MessageOutputEntry) and isinstance(entry.content, list)
        for chunk in entry.content
        if isinstance(chunk, models.ToolReferenceChunk)
    ]
