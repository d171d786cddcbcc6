"""The library that a stand-in can begin with, so that there is something to ask: a handbook in English and French."""

from __future__ import annotations

from playground.agents_api.connectors.corpus import FOLDER
from playground.agents_api.shelves import Document, Library, Shelves

NAME = "Handbook"


def shelve(shelves: Shelves, owner: str) -> None:
    """Give `owner` the library, already processed; one of that name is left as it is."""
    if any(library.name == NAME for library in shelves.all(owner)):
        return
    library = Library(owner=owner, name=NAME, description="Holidays, expenses, equipment: the rules of the house.")
    for path in sorted((FOLDER / "handbook").glob("*.md")):
        document = Document(path.name, path.read_bytes(), "text/markdown", owner, begun=0)
        library.documents[document.id] = document
    shelves.add(library)
