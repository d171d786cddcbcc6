"""Stories get a world of their own, with the settings they name."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.stories.house import House, MakeHouse, houses
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


@pytest.fixture
async def make_house(make_world: MakeWorld, tmp_path: Path) -> AsyncIterator[MakeHouse]:
    async with houses(make_world, tmp_path) as make:
        yield make


@pytest.fixture
async def house(make_house: MakeHouse) -> House:
    return await make_house()


@pytest.fixture
async def browser() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(follow_redirects=False, trust_env=False, timeout=15) as client:
        yield client
