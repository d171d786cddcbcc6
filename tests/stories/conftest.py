"""Stories get a world of their own, with the settings they name."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.world import World, opened

MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture
async def make_world(redis_url: str, tmp_path: Path) -> AsyncIterator[MakeWorld]:
    async with contextlib.AsyncExitStack() as stack:

        async def make(**settings: Any) -> World:
            return await stack.enter_async_context(opened(redis_url, tmp_path, **settings))

        yield make


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    return await make_world()
