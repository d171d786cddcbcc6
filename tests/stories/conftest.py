"""Stories get a world of their own, with the settings they name."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.stories.house import House, MakeHouse, houses
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
