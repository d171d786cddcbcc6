"""A stand-in on a free port, steered by its script, and two clients: a bare one and the official SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx2
import pytest
from anyio.from_thread import start_blocking_portal
from mistralai.client import Mistral

from playground.agents_api.app import KEY, AgentsApi, create
from playground.serving import serve

Json = dict[str, Any]
MODEL = "mistral-medium-latest"


@pytest.fixture
def api() -> AgentsApi:
    return create(brain="script", lock_seconds=0)


@pytest.fixture
async def url(api: AgentsApi) -> AsyncIterator[str]:
    async with serve(api, on_stop=api.stop) as url:
        yield url


@pytest.fixture
async def http(url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=url, headers={"authorization": f"Bearer {KEY}"}, timeout=10) as client:
        yield client


@pytest.fixture
async def sdk(url: str) -> AsyncIterator[Mistral]:
    async with Mistral(api_key=KEY, server_url=url) as client:
        yield client


@pytest.fixture
def url_apart(api: AgentsApi) -> Iterator[str]:
    """The same stand-in in a thread of its own: the SDK's run of an agent blocks the loop that it is called in."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(serve(api, on_stop=api.stop)) as url:
        yield url


@pytest.fixture
async def runner(url_apart: str) -> AsyncIterator[Mistral]:
    """The official SDK for its `run` and `run_stream`."""
    async with Mistral(api_key=KEY, server_url=url_apart) as client:
        yield client


@pytest.fixture
def tool() -> Callable[..., Json]:
    """A function tool with string arguments."""

    def make(name: str, *arguments: str, **typed: str) -> Json:
        properties = {name: {"type": "string"} for name in arguments} | {n: {"type": t} for n, t in typed.items()}
        parameters = {"type": "object", "properties": properties, "required": list(arguments)}
        return {"type": "function", "function": {"name": name, "parameters": parameters}}

    return make
