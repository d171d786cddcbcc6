"""A stand-in that answers by rules, and a shell with curl in it that takes its address for Mistral's."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from playground.agents_api.app import KEY, AgentsApi, create
from playground.serving import serve
from tests.seed.article import HOST

Paste = Callable[..., Awaitable[str]]
STATUS = "\n%{http_code} %{content_type}"  # curl's own words for what it got, after the answer


@pytest.fixture
def api() -> AgentsApi:
    return create(brain="rules")


@pytest.fixture
async def url(api: AgentsApi) -> AsyncIterator[str]:
    async with serve(api, on_stop=api.stop) as url:
        yield url


@pytest.fixture
def paste(url: str) -> Paste:
    """Run a call of the article in a shell, its ids filled in; returns curl's output, status and content type last."""
    assert shutil.which("curl"), "these tests run the real curl: install it (.ci/run does)"

    async def run(call: str, **ids: str) -> str:
        assert HOST in call
        for name, value in ids.items():
            assert f"<{name}>" in call
            call = call.replace(f"<{name}>", value)
        shell = await asyncio.create_subprocess_exec(
            "bash",
            "-c",
            f"{call.rstrip().replace(HOST, url)} --silent --show-error --noproxy '*' --write-out '{STATUS}'",
            env={"PATH": os.environ["PATH"], "MISTRAL_API_KEY": KEY},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await shell.communicate()
        assert shell.returncode == 0
        return said.decode()

    return run
