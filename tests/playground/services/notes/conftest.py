"""The notes and who signs people in for them, in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from playground.authorization import app as authorization
from playground.authorization.issuer import Issuer
from playground.services.notes import app as notes
from playground.services.notes.app import NotesServer


@dataclass(frozen=True)
class House:
    issuer: Issuer
    notes: NotesServer

    @property
    def mcp(self) -> str:
        return f"{self.notes.url}/mcp"

    @property
    def sse(self) -> str:
        return f"{self.notes.url}/sse"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with authorization.running() as server, notes.running(server.issuer, server.issuer.url) as served:
        yield House(server.issuer, served)
