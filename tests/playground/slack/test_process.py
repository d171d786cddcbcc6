"""The stand-in as a process of its own."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from typing import Any

import aiohttp

from tests.playground.slack.conftest import ADA

START_SECONDS = 60  # on a busy machine


async def test_it_starts_on_the_port_it_is_given_and_ends_on_sigterm() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "playground.slack", "--port", str(port), "--kind", "socket", "--inspector"),
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with aiohttp.ClientSession() as http:
            state = await answer(http, f"http://127.0.0.1:{port}/_control/state?as={ADA}")
            events = await http.get(f"http://127.0.0.1:{port}/_control/events?as={ADA}")  # held open over the end
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(60):
                _, said = await process.communicate()
            events.close()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    assert (state["bot"]["transport"], state["inspector"]) == ("socket", True)
    assert (process.returncode, said) == (-signal.SIGTERM, b"")


async def test_a_taken_port_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "playground.slack", "--port", port), stderr=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                _, said = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    assert process.returncode == 1
    assert said.decode() == f"Cannot listen on 127.0.0.1:{port} (Address already in use). Choose another port.\n"


async def answer(http: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                async with http.get(url) as response:
                    return dict(await response.json())
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)
