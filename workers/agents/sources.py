"""Gathers what the bodies of agent objects are made from: catalogue, lock, functions, libraries' ids."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.catalog.catalog import Catalog
from workers.agents.libraries import Libraries, MissingLibrary
from workers.agents.wanted import Sources, libraries, objects
from workers.tools import lock
from workers.tools.specs import ToolSpec


async def gather(
    catalog: Catalog, functions: Mapping[str, ToolSpec], lock_file: Path, at_mistral: Libraries
) -> Sources:
    """Reads the lock anew, and asks for libraries where an agent object searches one.

    Raises `BadLock` and `ConversationError`.
    """
    locked = lock.read(lock_file)
    ids: dict[str, str] = {}
    problems: dict[str, str] = {}
    for name in libraries(objects(catalog.agents)):
        try:
            ids |= await at_mistral.ids_of([name])
        except MissingLibrary as exc:
            problems[name] = str(exc)
    return Sources(
        agents=catalog.agents,
        servers=catalog.servers,
        functions=functions,
        locked={name: locked.specs(server) for name, server in catalog.servers.items() if name in locked.servers},
        library_ids=ids,
        library_problems=problems,
    )
