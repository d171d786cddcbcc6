"""Commands run as an operator runs them: with nothing but the environment a test names.

In this process, which is ten times quicker; in one of its own where that is what is tested, at least once a command.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from bot.settings import Settings
from tests.stories.conftest import MakeWorld
from tests.world import REPOSITORY, World, opened
from workers.commands import app

RUN = ("-W", "error", "-c", "from workers.commands import main; main()")


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


class Threadwind:
    """`threadwind …` in an empty folder, so that no `.env` of this checkout is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def __call__(self, *arguments: str, stdin: str | None = None, **environment: str) -> Ran:
        """In a process of its own, with `stdin` piped into it."""
        async with self.started(*arguments, stdin=stdin, **environment) as process, asyncio.timeout(60):
            out, err = await process.communicate(None if stdin is None else stdin.encode())
        assert process.returncode is not None
        return Ran(process.returncode, out.decode(), err.decode())

    @contextlib.asynccontextmanager
    async def started(
        self, *arguments: str, stdin: str | None = None, **environment: str
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """The process, as soon as it runs; ended with the block."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *RUN,
            *arguments,
            cwd=self.folder,
            env=self.environment(environment),
            stdin=None if stdin is None else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """What a process gets of ours, and `more`."""
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "COLUMNS": "200", **more}

    async def here(self, *arguments: str, stdin: str | None = None, **environment: str) -> Ran:
        """In this process, in a thread that may have an event loop of its own; one at a time.

        What a process would end with a trace for is raised here.
        """
        with _logs_of_this_thread_apart():
            ran = await asyncio.to_thread(
                CliRunner().invoke, app, arguments, input=stdin, env=environment, catch_exceptions=False
            )
        return Ran(ran.exit_code, ran.stdout, ran.stderr)


@contextlib.contextmanager
def _logs_of_this_thread_apart() -> Iterator[None]:
    """What a world beside the command logs goes where it went before; what the command logs is among its output."""
    before, out, world = structlog.get_config(), sys.stdout, threading.get_ident()

    def logger(*_: object) -> structlog.PrintLogger:
        return structlog.PrintLogger(out if threading.get_ident() == world else sys.stdout)

    structlog.configure(logger_factory=logger)
    try:
        yield
    finally:
        structlog.configure(**before)


@pytest.fixture
def threadwind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Threadwind:
    folder = tmp_path / "operator"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return Threadwind(folder)


@pytest.fixture
async def make_world(redis_url: str, tmp_path: Path) -> AsyncIterator[MakeWorld]:
    async with contextlib.AsyncExitStack() as stack:

        async def make(**settings: Any) -> World:
            return await stack.enter_async_context(opened(redis_url, tmp_path, **settings))

        yield make


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    return await make_world()


def environment_of(world: World) -> Mapping[str, str]:
    """The settings of a world's own processes, as an environment."""
    own = world.settings
    chosen = {
        "SLACK_BOT_TOKEN": own.slack_bot_token.get_secret_value(),
        "SLACK_SIGNING_SECRET": own.slack_signing_secret.get_secret_value() if own.slack_signing_secret else "",
        "SLACK_APP_TOKEN": own.slack_app_token.get_secret_value() if own.slack_app_token else "",
        "SLACK_MODE": own.mode,
        "SLACK_API_URL": own.slack_api_url,
        "MISTRAL_API_KEY": own.mistral_api_key.get_secret_value(),
        "MISTRAL_API_URL": own.mistral_api_url,
        "REDIS_URL": own.redis_url,
        "AGENTS_DIR": ",".join(map(str, own.agents_dir)),
        "MCP_CONFIG": ",".join(map(str, own.mcp_config)),
    }
    return {name: value for name, value in chosen.items() if value}
