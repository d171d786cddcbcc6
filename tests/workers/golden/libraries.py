"""What is asked of document libraries, an operation a row: its intent, our call, the official SDK's for the same."""

from __future__ import annotations

from mistralai.client import models

from tests.workers.golden.operation import Operation
from workers.agents.libraries import PAGE_SIZE
from workers.agents.libraries import Libraries as Us

OPERATIONS = [
    Operation(
        intent="find libraries by name",
        method="ids_of",
        ours=lambda http: Us(http).ids_of(["handbook"]),
        theirs=lambda sdk: sdk.beta.libraries.list_async(page_size=PAGE_SIZE),
    ),
    Operation(
        intent="list libraries",
        method="all",
        ours=lambda http: Us(http).all(),
        theirs=lambda sdk: sdk.beta.libraries.list_async(page_size=PAGE_SIZE),
    ),
    Operation(
        intent="create a library",
        method="create",
        ours=lambda http: Us(http).create("handbook", "Rules of the house"),
        theirs=lambda sdk: sdk.beta.libraries.create_async(name="handbook", description="Rules of the house"),
    ),
    Operation(
        intent="delete a library",
        method="remove",
        ours=lambda http: Us(http).remove("lib_1"),
        theirs=lambda sdk: sdk.beta.libraries.delete_async(library_id="lib_1"),
    ),
    Operation(
        intent="list documents",
        method="documents",
        ours=lambda http: Us(http).documents("lib_1"),
        theirs=lambda sdk: sdk.beta.libraries.documents.list_async(library_id="lib_1", page_size=PAGE_SIZE),
    ),
    Operation(
        intent="upload a document",
        method="upload",
        ours=lambda http: Us(http).upload("lib_1", "rules.md", b"# Rules"),
        theirs=lambda sdk: sdk.beta.libraries.documents.upload_async(
            library_id="lib_1", file=models.File(file_name="rules.md", content=b"# Rules")
        ),
    ),
    Operation(
        intent="ask how far a document is",
        method="status",
        ours=lambda http: Us(http).status("lib_1", "doc_1"),
        theirs=lambda sdk: sdk.beta.libraries.documents.status_async(library_id="lib_1", document_id="doc_1"),
    ),
    Operation(
        intent="delete a document",
        method="remove_document",
        ours=lambda http: Us(http).remove_document("lib_1", "doc_1"),
        theirs=lambda sdk: sdk.beta.libraries.documents.delete_async(library_id="lib_1", document_id="doc_1"),
    ),
]
