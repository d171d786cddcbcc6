"""A GitHub and a Linear of its own for every test, on ports of their own, and people who speak with them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from playground.services.github.app import GitHubService
from playground.services.github.app import create as create_github
from playground.services.linear.app import LinearService
from playground.services.linear.app import create as create_linear
from playground.serving import serve
from tests.servers.npm import answer, words

Json = dict[str, Any]
ANSWERS_WITHIN_SECONDS = 60


@pytest.fixture(scope="session")
def one_github() -> GitHubService:
    """Its tools are made once: that takes longer than most tests."""
    return create_github()


@pytest.fixture
def github(one_github: GitHubService) -> GitHubService:
    one_github.reset()
    return one_github


@pytest.fixture
async def github_url(github: GitHubService) -> AsyncIterator[str]:
    async with serve(github) as url:
        yield url


@pytest.fixture(scope="session")
def one_linear() -> LinearService:
    return create_linear()


@pytest.fixture
def linear(one_linear: LinearService) -> LinearService:
    one_linear.reset()
    return one_linear


@pytest.fixture
async def linear_url(linear: LinearService) -> AsyncIterator[str]:
    async with serve(linear) as url:
        yield url


def bearing(token: str, url: str = "") -> httpx2.AsyncClient:
    """A client of an API that shows this token."""
    return httpx2.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=10)


@contextlib.asynccontextmanager
async def over_http(
    url: str, token: str, *, mode: str = "auto", headers: Mapping[str, str] | None = None, **options: Any
) -> AsyncIterator[Client]:
    """An MCP client of a service's face, as this person."""
    shown = {"authorization": f"Bearer {token}", **(headers or {})}
    async with httpx2.AsyncClient(headers=shown, timeout=10) as http:
        face = streamable_http_client(url, http_client=http)
        async with Client(face, mode=mode, read_timeout_seconds=ANSWERS_WITHIN_SECONDS, **options) as client:
            yield client


@contextlib.asynccontextmanager
async def held(opening: AbstractAsyncContextManager[Client]) -> AsyncIterator[Client]:
    """For fixtures: a client has to be left by the task that entered it, and a fixture ends in another one."""
    opened: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
    done = asyncio.Event()

    async def own() -> None:
        async with opening as client:
            opened.set_result(client)
            await done.wait()

    task = asyncio.create_task(own())
    waited: list[asyncio.Future[Any]] = [task, opened]
    await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    try:
        yield opened.result()
    finally:
        done.set()
        await task


async def asked(client: Client, tool: str, **arguments: Any) -> Any:
    """What a tool answers, as JSON."""
    return answer(await client.call_tool(tool, arguments))


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    """The words with which a tool refuses. Some servers say it as a result, some as an error of the protocol."""
    try:
        result = await client.call_tool(tool, arguments)
    except MCPError as error:
        return error.error.message
    assert result.is_error, result
    return words(result)
