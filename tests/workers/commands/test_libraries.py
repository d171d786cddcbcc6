"""`threadwind libraries`: made, filled, looked at and removed, beside the playground's Mistral; and found by agents."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from playground import serving
from playground.agents_api.app import KEY, AgentsApi, create
from tests.workers.commands.conftest import Ran, Threadwind
from workers.agents.libraries import Libraries, MissingLibrary
from workers.commands import libraries as commands
from workers.conversations.http import http_client

READER = """\
---
description: Knows the handbook.
model: mistral-medium-latest
object: true
connectors:
  - document_library: [Handbook]
---
You know the handbook.
"""


class Desk:
    def __init__(self, threadwind: Threadwind, mistral: AgentsApi, url: str) -> None:
        self.threadwind, self.mistral, self.url, self.folder = threadwind, mistral, url, threadwind.folder
        (self.folder / "agents").mkdir()
        (self.folder / "rules.txt").write_text("Everybody has 28 days of holidays a year.")
        (self.folder / "same.txt").write_text("Everybody has 28 days of holidays a year.")
        (self.folder / "empty.bin").write_bytes(b"\0\1")

    async def __call__(self, *words: str) -> Ran:
        return await self.threadwind.here(*words, MISTRAL_API_KEY=KEY, MISTRAL_API_URL=self.url, DEFAULT_AGENT="reader")


@pytest.fixture
async def desk(threadwind: Threadwind, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(commands, "LOOKS_SECONDS", 0.01)
    mistral = create(brain="script", processing_reads=3, processing_seconds=600)
    async with serving.serve(mistral, on_stop=mistral.stop) as url:
        yield Desk(threadwind, mistral, url)


async def test_a_library_is_made_once(desk: Desk) -> None:
    assert (await desk("libraries", "list")).out == "There are no libraries.\n"
    made = await desk("libraries", "create", "Handbook", "--description", "Rules of the house")
    assert (made.status, made.out.startswith("Created: Handbook (")) == (0, True)
    again = await desk("libraries", "create", "Handbook")
    assert (again.status, again.out.startswith("There is one already: Handbook (")) == (0, True)
    head, row = (await desk("libraries", "list")).out.splitlines()
    assert head.split() == ["LIBRARY", "ID", "DOCUMENTS", "DESCRIPTION"]
    assert (row.split()[0], row.split()[2:]) == ("Handbook", ["0", "Rules", "of", "the", "house"])


async def test_documents_are_added_once_and_waited_for(desk: Desk) -> None:
    await desk("libraries", "create", "Handbook")
    ran = await desk("libraries", "add", "Handbook", "rules.txt", "--wait")
    assert ran.status == 0, ran.err
    uploaded, processed = ran.out.splitlines()
    assert uploaded.startswith("rules.txt uploaded: rules.txt (")
    assert processed == "rules.txt can be searched."
    again = await desk("libraries", "add", "Handbook", "same.txt")
    assert again.out.splitlines()[0].startswith("same.txt is there already, as rules.txt (")
    assert len(desk.mistral.requests("documents.upload")) == 2


async def test_the_status_is_told_in_words(desk: Desk) -> None:
    await desk("libraries", "create", "Handbook")
    assert (await desk("libraries", "status", "Handbook")).out == "Handbook is empty.\n"
    ran = await desk("libraries", "add", "Handbook", "rules.txt")
    assert ran.out.endswith(
        "A document can be searched once it is processed: `threadwind libraries status Handbook`.\n"
    )
    assert (await desk("libraries", "status", "Handbook")).out.splitlines()[1].endswith("waits to be processed")
    await desk("libraries", "add", "Handbook", "same.txt", "--wait")
    assert (await desk("libraries", "status", "Handbook")).out.splitlines()[1].endswith("can be searched")


async def test_what_cannot_be_processed_fails_the_wait(desk: Desk) -> None:
    await desk("libraries", "create", "Handbook")
    ran = await desk("libraries", "add", "Handbook", "rules.txt", "empty.bin", "--wait")
    assert ran.status == 1
    assert ran.err == "threadwind: Not searchable: empty.bin could not be processed.\n"


async def test_the_wait_has_an_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "WAIT_SECONDS", 0.2)
    desk.mistral.switch(processing_reads=10_000)
    await desk("libraries", "create", "Handbook")
    ran = await desk("libraries", "add", "Handbook", "rules.txt", "--wait")
    assert (ran.status, ran.err) == (1, "threadwind: Not searchable: rules.txt waits to be processed.\n")


async def test_documents_and_libraries_are_removed(desk: Desk) -> None:
    await desk("libraries", "create", "Handbook")
    await desk("libraries", "add", "Handbook", "rules.txt")
    assert (await desk("libraries", "remove", "Handbook", "rules.txt")).out == "Deleted: rules.txt of Handbook.\n"
    gone = await desk("libraries", "remove", "Handbook", "rules.txt")
    assert (gone.status, 'Handbook has no document "rules.txt"' in gone.err) == (1, True)
    (desk.folder / "agents" / "reader.md").write_text(READER)
    refused = await desk("libraries", "remove", "Handbook")
    assert (refused.status, "reader search Handbook" in refused.err) == (1, True)
    assert (await desk("libraries", "remove", "Handbook", "--force")).out.startswith("Deleted: Handbook (")
    assert (await desk("libraries", "list")).out == "There are no libraries.\n"


async def test_a_library_or_a_file_that_there_is_not_is_told(desk: Desk) -> None:
    ran = await desk("libraries", "add", "Handbok", "rules.txt")
    assert (ran.status, ran.err) == (
        1,
        'threadwind: There is no library "Handbok" (the key sees: none); `threadwind libraries create` makes one.\n',
    )
    await desk("libraries", "create", "Handbook")
    ran = await desk("libraries", "add", "Handbook", "rules.txt", "none.txt")
    assert (ran.status, ran.err) == (1, "threadwind: none.txt cannot be read (No such file or directory).\n")
    assert desk.mistral.requests("documents.upload") == []  # all or none


async def test_an_agent_object_gets_the_librarys_id_by_its_name(desk: Desk) -> None:
    (desk.folder / "agents" / "reader.md").write_text(READER)
    ran = await desk("agents", "push")
    assert (ran.status, 'there is no library "Handbook"' in ran.err) == (1, True)
    await desk("libraries", "create", "Handbook")
    assert (await desk("agents", "push")).status == 0
    [library] = desk.mistral.shelves.every()
    [agent] = desk.mistral.roster.every()
    assert agent.settings["tools"] == [{"type": "document_library", "library_ids": [library.id]}]
    assert (await desk("agents", "diff")).status == 0


async def test_ids_are_asked_for_once(desk: Desk) -> None:
    await desk("libraries", "create", "Handbook")
    await desk("libraries", "create", "Menu")
    desk.mistral.log.clear()
    async with http_client(desk.url, SecretStr(KEY)) as http:
        libraries = Libraries(http)
        ids = await libraries.ids_of(["Handbook", "Menu", "Handbook"])
        assert await libraries.ids_of(["Menu"]) == {"Menu": ids["Menu"]}
        assert len(desk.mistral.requests("libraries.list")) == 1
        assert await libraries.ids_of([ids["Menu"]]) == {ids["Menu"]: ids["Menu"]}
        with pytest.raises(MissingLibrary) as missing:
            await libraries.ids_of(["Menu", "Cellar"])
        assert missing.value.name == "Cellar"
        await libraries.create("Menu")
        with pytest.raises(MissingLibrary, match='several libraries "Menu"'):
            await Libraries(http).ids_of(["Menu"])
