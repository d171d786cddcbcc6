"""`threadwind libraries …`: the document libraries that agents search, made and filled at Mistral."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workers.agents.libraries import Document, Library
    from workers.commands.mistral import Mistral

LOOKS_SECONDS = 1.0
WAIT_SECONDS = 600.0  # a long scan may take minutes
# What the API's words mean to somebody who waits for a search to find something (`process_status`; the old word below).
STATES = {
    "todo": "waits to be processed",
    "waiting_for_capacity": "waits for room at Mistral to be processed",
    "in_progress": "is being processed",
    "done": "can be searched",
    "noop": "can be searched; there was nothing to process",
    "self_managed": "is managed by whoever uploaded it",
    "missing_content": "has no content that can be read",
    "error": "could not be processed",
    "Running": "is being processed",
    "Completed": "can be searched",
}
UNDER_WAY = {"todo", "waiting_for_capacity", "in_progress", "Running", ""}
FAILED = {"error", "missing_content"}

app = typer.Typer(help="Document libraries that agents search.", no_args_is_help=True, add_completion=False)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The library's name, or its id.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What agents' files call it.")],
    description: Annotated[str | None, typer.Option("--description", help="What is in it.")] = None,
) -> None:
    """Make an empty library. One that exists is left as it is."""
    from workers.commands import mistral

    async def make(at: Mistral) -> None:
        if found := [one for one in await at.libraries.all() if one.name == name]:
            typer.echo(f"There is one already: {name} ({found[0].id}).")
            return
        made = await at.libraries.create(name, description)
        typer.echo(f"Created: {name} ({made.id}). `threadwind libraries add` puts documents into it.")

    mistral.run(make)


@app.command()
def add(
    name: Name,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Documents.")],
    wait: Annotated[bool, typer.Option("--wait", help="Until they can be searched; ten minutes at most.")] = False,
) -> None:
    """Upload documents. One that the library holds already, by its content, is not uploaded twice."""
    from workers.commands import mistral
    from workers.commands.cannot import Cannot

    async def upload(at: Mistral) -> None:
        library = await _found(at, name)
        contents = [(file, _read(file)) for file in files]
        known = {document.id for document in await at.libraries.documents(library.id)}
        documents = []
        for file, content in contents:
            document = await at.libraries.upload(library.id, file.name, content)
            documents.append(document)
            there = "is there already, as" if document.id in known else "uploaded:"
            typer.echo(f"{file.name} {there} {document.name or file.name} ({document.id}).")
        if wait and (failed := await _processed(at, library, documents)):
            raise Cannot(f"Not searchable: {', '.join(failed)}.")
        if not wait:
            typer.echo(f"A document can be searched once it is processed: `threadwind libraries status {name}`.")

    mistral.run(upload)


@app.command("list")
def list_() -> None:
    """List the libraries that the key sees."""
    from workers.commands import mistral
    from workers.commands.terminal import columns

    async def show(at: Mistral) -> None:
        libraries = await at.libraries.all()
        if not libraries:
            typer.echo("There are no libraries.")
            return
        rows = [
            (one.name, one.id, "-" if one.documents is None else one.documents, one.description) for one in libraries
        ]
        for line in columns(("LIBRARY", "ID", "DOCUMENTS", "DESCRIPTION"), rows):
            typer.echo(line)

    mistral.run(show)


@app.command()
def status(name: Name) -> None:
    """Say of each document whether it can be searched."""
    from workers.commands import mistral
    from workers.commands.terminal import columns

    async def show(at: Mistral) -> None:
        documents = await at.libraries.documents((await _found(at, name)).id)
        if not documents:
            typer.echo(f"{name} is empty.")
            return
        rows = [(one.name, one.id, _state(one.process)) for one in documents]
        for line in columns(("DOCUMENT", "ID", "STATE"), rows):
            typer.echo(line)

    mistral.run(show)


@app.command()
def remove(
    name: Name,
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="A document, by name or id; else the whole library.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="A library also while an agent's file names it.")] = False,
) -> None:
    """Delete a document, or a library with all its documents."""
    from workers.commands import mistral
    from workers.commands.cannot import Cannot

    async def delete(at: Mistral) -> None:
        library = await _found(at, name)
        if file is None:
            searching = [
                agent.name
                for agent in at.catalog().agents.values()
                if any({library.name, library.id} & set(connector.libraries) for connector in agent.connectors)
            ]
            if searching and not force:
                raise Cannot(f"{', '.join(searching)} search {name}. Take it out of their files first, or use --force.")
            await at.libraries.remove(library.id)
            typer.echo(f"Deleted: {name} ({library.id}), with its documents.")
            return
        documents = [one for one in await at.libraries.documents(library.id) if file in (one.name, one.id)]
        if not documents:
            raise Cannot(f'{name} has no document "{file}"; `threadwind libraries status {name}` lists them.')
        if len(documents) > 1:
            ids = ", ".join(one.id for one in documents)
            raise Cannot(f'{name} has several documents "{file}"; name one by its id: {ids}.')
        await at.libraries.remove_document(library.id, documents[0].id)
        typer.echo(f"Deleted: {documents[0].name} of {name}.")

    mistral.run(delete)


async def _found(at: Mistral, name: str) -> Library:
    from workers.agents.libraries import find

    return find(await at.libraries.all(), name)


async def _processed(at: Mistral, library: Library, documents: list[Document]) -> list[str]:
    """Wait until none of them is under way; those that cannot be searched, each with its state."""
    import asyncio

    waiting = {document.id: document for document in documents}
    states = {document.id: document.process for document in documents}
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while waiting:
                for document in list(waiting.values()):
                    states[document.id] = await at.libraries.status(library.id, document.id)
                    if states[document.id] not in UNDER_WAY:
                        typer.echo(f"{document.name} {_state(states[document.id])}.")
                        del waiting[document.id]
                if waiting:
                    await asyncio.sleep(LOOKS_SECONDS)
    except TimeoutError:
        pass  # said below, with the state of each
    return [
        f"{document.name} {_state(states[document.id])}"
        for document in documents
        if document.id in waiting or states[document.id] in FAILED
    ]


def _state(word: str) -> str:
    from workers.commands.terminal import plain

    return STATES.get(word, f"is in a state that this version does not know ({plain(word) or 'none told'})")


def _read(file: Path) -> bytes:
    from workers.commands.cannot import Cannot

    try:
        return file.read_bytes()
    except OSError as exc:
        raise Cannot(f"{file} cannot be read ({exc.strerror or type(exc).__name__}).") from exc
