"""`python -m bot` as it is started in earnest: what it says when it cannot start, and how it ends."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import __main__ as bot_main
from bot import logs
from playground.store import free_port

EndsHere = Callable[[dict[str, str]], tuple[int | str | None, str]]

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
READY_SECONDS = 60  # on a busy machine; what these tests measure is no time
END_SECONDS = 30
PAYLOADS = Path(__file__).parent.parent / "payloads"
PAYLOAD = (PAYLOADS / "app_mention.json").read_bytes()


def environment(redis_url: str, port: int, **changed: str | None) -> dict[str, str]:
    values: dict[str, str | None] = {
        "SLACK_BOT_TOKEN": "xoxb-test-1234567890",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "MISTRAL_API_KEY": "none",
        "REDIS_URL": redis_url,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PATH": os.environ["PATH"],
    }
    return {name: value for name, value in (values | changed).items() if value is not None}


async def start(settings: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        env=settings,
        cwd=PAYLOADS,  # a folder without a developer's .env
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ends(settings: dict[str, str]) -> tuple[int | None, str]:
    """The exit status of a bot that does not start, and what it says on standard error."""
    process = await start(settings)
    async with asyncio.timeout(READY_SECONDS):
        _, error = await process.communicate()
    return process.returncode, error.decode()


@asynccontextmanager
async def running(settings: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await start(settings)
    try:
        async with asyncio.timeout(READY_SECONDS):
            while not await asks(int(settings["PORT"])):
                assert process.returncode is None, "the bot ended"
                await asyncio.sleep(0.02)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def asks(port: int) -> bytes:
    """The health page's answer, headers and all; nothing while nobody is there."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return b""
    try:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: bot\r\nConnection: close\r\n\r\n")
        return await reader.read()
    except OSError:  # taken by the listening socket a moment before it was closed
        return b""
    finally:
        writer.close()


async def nobody_at(port: int) -> None:
    """Wait until the port is closed to newcomers."""
    for _ in range(READY_SECONDS * 50):
        if not await asks(port):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the bot goes on taking connections")


async def test_each_wrong_setting_is_one_sentence_without_its_value(redis_url: str) -> None:
    status, said = await ends(
        environment(redis_url, 0, SLACK_BOT_TOKEN=None, MISTRAL_API_KEY=None, LEASE="xoxb-secret-soon")
    )
    assert status == 2
    lines = said.splitlines()
    assert [line.split()[1] for line in lines] == ["SLACK_BOT_TOKEN", "MISTRAL_API_KEY", "LEASE"]
    assert "is not set" in lines[0]
    assert "Traceback" not in said
    assert "xoxb-secret" not in said


@pytest.fixture
def ends_here(capsys: pytest.CaptureFixture[str]) -> EndsHere:
    """The same in this process, which has imported everything; for what ends before anything runs."""

    def main(settings: dict[str, str]) -> tuple[int | str | None, str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "environ", settings)
            patch.chdir(PAYLOADS)
            patch.setattr(logs, "set_up", lambda _: None)  # it would stay so for all other tests
            with pytest.raises(SystemExit) as ended:
                bot_main.main()
        return ended.value.code, capsys.readouterr().err

    return main


def test_settings_that_do_not_go_together_are_told_too(redis_url: str, ends_here: EndsHere) -> None:
    status, said = ends_here(environment(redis_url, 0, SLACK_SIGNING_SECRET=None))
    assert (status, len(said.splitlines())) == (2, 1)
    assert "SLACK_SIGNING_SECRET" in said


async def test_a_taken_port_is_said_plainly(redis_url: str, ends_here: EndsHere) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, said = ends_here(environment(redis_url, port))
        assert status == 1
        assert said == f"threadwind: Port {port} is taken by another process; stop that, or set PORT.\n"
        status, said = await ends(environment(redis_url, 0, CALLBACK_PORT=str(port)))
    assert status == 1
    assert said == f"threadwind: Port {port} is taken by another process; stop that, or set CALLBACK_PORT.\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_request_in_flight_is_finished_before_the_bot_ends(redis_url: str, number: int) -> None:
    settings = environment(redis_url, free_port())
    timestamp = str(int(time.time()))
    made = hmac.new(SECRET.encode(), b"v0:" + timestamp.encode() + b":" + PAYLOAD, hashlib.sha256).hexdigest()
    head = (
        f"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(PAYLOAD)}\r\nX-Slack-Signature: v0={made}\r\n"
        f"X-Slack-Request-Timestamp: {timestamp}\r\n\r\n"
    ).encode()
    async with running(settings) as bot:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(settings["PORT"]))
        writer.write(head + PAYLOAD[:100])
        await writer.drain()
        assert await asks(int(settings["PORT"])), "the half request has arrived before this one"
        bot.send_signal(number)
        async with asyncio.timeout(END_SECONDS):
            await nobody_at(int(settings["PORT"]))
            writer.write(PAYLOAD[100:])
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.close()
            assert await bot.wait() == 0


async def test_it_starts_without_redis_says_so_and_refuses() -> None:
    port, callback = free_port(), free_port()
    settings = environment(f"redis://127.0.0.1:{free_port()}/0", port, CALLBACK_PORT=str(callback))
    async with running(settings) as bot:
        for each in (port, callback):  # browsers of this machine come back from a sign-in to the other one
            answer = await asks(each)
            assert answer.startswith(b"HTTP/1.1 503")
            assert b"Redis does not answer" in answer
        bot.terminate()
        async with asyncio.timeout(END_SECONDS):
            said, _ = await bot.communicate()
    events = said.decode()
    assert "redis.away" in events
    assert "xoxb-test" not in events
    assert bot.returncode == 0
