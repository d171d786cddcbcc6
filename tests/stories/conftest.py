"""Stories get a world of their own, with the settings they name."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.world import World, opened
from workers.tools import listing

MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture
def servers_may_start_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a server of its own takes longer to start than a turn waits for it."""
    monkeypatch.setattr(listing, "LONGEST_WAIT", timedelta(minutes=1))


@pytest.fixture
async def make_world(redis_url: str, tmp_path: Path) -> AsyncIterator[MakeWorld]:
    async with contextlib.AsyncExitStack() as stack:

        async def make(**settings: Any) -> World:
            return await stack.enter_async_context(opened(redis_url, tmp_path, **settings))

        yield make


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    return await make_world()
