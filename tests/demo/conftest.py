"""The demo as a process of its own, in a folder of its own, and what a person sees of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from playground.store import free_port
from tests.browser import Windows, launched

REPOSITORY = Path(__file__).parents[2]
READY = "Ctrl-C stops everything"
START_SECONDS, END_SECONDS, LINE_SECONDS = 60, 20, 60
PORTS = (
    "DEMO_PORT",
    "DEMO_AGENTS_API_PORT",
    "DEMO_BOT_PORT",
    "DEMO_STORE_PORT",
    "DEMO_GITHUB_PORT",
    "DEMO_LINEAR_PORT",
    "DEMO_SIGN_IN_PORT",
)


@dataclass
class Demo:
    """`environment` is what the shell would have; agents, mcp.json and the lock are copies that a test may write to."""

    folder: Path
    ports: dict[str, str]
    environment: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    process: asyncio.subprocess.Process | None = None
    parts: list[psutil.Process] = field(default_factory=list)
    _reading: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['DEMO_PORT']}"

    async def spawn(self) -> None:
        shell = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHONPATH": str(REPOSITORY)}
        settings = {**shell, **self.ports, **self.environment}
        self.lines.clear()
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "playground"),
            cwd=self.folder,
            env=settings,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reading = asyncio.create_task(self._read())

    async def start(self) -> None:
        await self.spawn()
        await self.says(READY, within=START_SECONDS)
        assert self.process is not None
        self.parts = psutil.Process(self.process.pid).children(recursive=True)  # those known, should a test break off

    async def says(self, *words: str, after: int = 0, within: float = LINE_SECONDS) -> str:
        """The first line, from the `after`th on, that has all these words."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while True:
                    for line in self.lines[after:]:
                        if all(word in line for word in words):
                            return line
                    await asyncio.sleep(0.02)
        raise AssertionError(f"no line with {words} within {within} s:\n" + "\n".join(self.lines))

    async def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ask it to end; its exit status."""
        assert self.process is not None
        if self.process.returncode is None:
            self.parts = psutil.Process(self.process.pid).children(recursive=True)
            self.process.send_signal(how)
        async with asyncio.timeout(END_SECONDS):
            status = await self.process.wait()
            assert self._reading is not None
            await self._reading
        return status

    @property
    def left(self) -> list[str]:
        """Those of its processes that still run."""
        found = []
        for part in self.parts:
            with contextlib.suppress(psutil.NoSuchProcess):
                if part.is_running() and part.status() != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(part.cmdline()))
        return found

    def env_file(self) -> dict[str, str]:
        """What a shell knows that has read it."""
        file = self.folder / ".demo" / "env"
        shell = ["env", "-i", "sh", "-c", '. "$0"; env', str(file)]
        known = subprocess.run(shell, capture_output=True, check=True, text=True).stdout
        return dict(line.split("=", 1) for line in known.splitlines())

    async def _read(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(line.decode().rstrip("\n"))


@contextlib.asynccontextmanager
async def demo_in(folder: Path, **environment: str) -> AsyncIterator[Demo]:
    """A demo that can be started; whatever a test does, nothing of it is left."""
    shutil.copytree(REPOSITORY / "agents", folder / "agents", dirs_exist_ok=True)
    for file in ("mcp.json", "tools.lock.json", "prices.toml"):
        shutil.copy(REPOSITORY / file, folder)
    demo = Demo(folder, {name: str(free_port()) for name in PORTS}, environment)
    try:
        yield demo
    finally:
        if demo.process is not None and demo.process.returncode is None:
            await demo.end(signal.SIGTERM)
        for part in demo.parts:
            with contextlib.suppress(psutil.NoSuchProcess):
                part.kill()


@pytest.fixture(scope="module")
def module_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("demo")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(module_folder: Path) -> AsyncIterator[Demo]:
    """One for all tests of a module, started; as a shell with a forgotten key would have it, where a `.env` lies."""
    async with demo_in(module_folder, MISTRAL_API_KEY="a-real-key", UNRELATED_SECRET="hush") as running:
        (module_folder / ".env").write_text("DEFAULT_AGENT=nobody\nLOG_LEVEL=error\nUNRELATED_IN_DOTENV=hush\n")
        await running.start()
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def windows(browser: Browser) -> Windows:
    return Windows(browser)
