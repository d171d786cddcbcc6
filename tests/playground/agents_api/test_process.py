"""The stand-in as a process of its own, as the demo, the benchmarks and the fault runs start it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import httpx2
import pytest

from playground.agents_api.app import KEY
from playground.store import free_port
from tests.playground.agents_api.talk import events, said, start, types

STARTS_WITHIN_SECONDS = 60


@pytest.fixture
async def process() -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx2.AsyncClient]]:
    port = free_port()
    arguments = ["-m", "playground.agents_api", "--port", str(port), "--brain", "script", "--lock-seconds", "0"]
    started = await asyncio.create_subprocess_exec(sys.executable, *arguments)
    base_url = f"http://127.0.0.1:{port}"
    async with httpx2.AsyncClient(base_url=base_url, headers={"authorization": f"Bearer {KEY}"}) as client:
        async with asyncio.timeout(STARTS_WITHIN_SECONDS):
            while not await answers(client):  # noqa: ASYNC110  # what is waited for is another process
                await asyncio.sleep(0.05)
        yield started, client
    if started.returncode is None:
        started.terminate()
        await asyncio.wait_for(started.wait(), STARTS_WITHIN_SECONDS)


async def answers(client: httpx2.AsyncClient) -> bool:
    try:
        return (await client.get("/_control/state")).status_code == 200
    except httpx2.ConnectError:
        return False


async def test_a_process_is_steered_cut_and_stopped(
    process: tuple[asyncio.subprocess.Process, httpx2.AsyncClient],
) -> None:
    """It runs on another event loop than the tests, and breaks streams there, too."""
    started, client = process
    assert said(await start(client, "x")) == "answer to: x"
    fault = {"request": "conversations.start", "kind": "cut", "events": 2}
    assert (await client.post("/_control/faults", json=fault)).status_code == 204
    with pytest.raises(httpx2.RemoteProtocolError):
        await events(client)
    assert types(await events(client))[-1] == "conversation.response.done"

    assert (await client.post("/_control/script", json={"hold": 0})).status_code == 204
    held = asyncio.create_task(events(client))
    while (await client.get("/_control/state")).json()["held"] == 0:  # noqa: ASYNC110  # another process
        await asyncio.sleep(0.01)
    started.terminate()
    assert types(await held)[-1] == "conversation.response.done"
    assert await asyncio.wait_for(started.wait(), STARTS_WITHIN_SECONDS) in (0, -15)
