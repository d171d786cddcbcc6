"""The folders that a server is told of when it asks where it may work: those of its entry in mcp.json, and no others.

They are a hint to the server, not a fence around it. https://modelcontextprotocol.io/specification/2025-11-25/client/roots
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mcp_types import ListRootsResult, Root
from pydantic import FileUrl

if TYPE_CHECKING:
    from mcp.client import ClientRequestContext
    from mcp.client.session import ListRootsFnT

LIST_ROOTS = "roots/list"


def listed(folders: Sequence[Path]) -> ListRootsResult:
    return ListRootsResult(roots=[Root(uri=FileUrl(folder.as_uri()), name=folder.name) for folder in folders])


def shown(folders: Sequence[Path]) -> ListRootsFnT:
    """The SDK's callback, for the older protocols."""

    async def show(context: ClientRequestContext) -> ListRootsResult:
        return listed(folders)

    return show
