"""The adapter beside the playground's Mistral, on a real socket, with time that passes only when somebody waits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from playground.agents_api.app import KEY, AgentsApi, create
from playground.serving import serve
from workers.conversations.client import MistralConversations
from workers.conversations.http import http_client

NOON = 1_780_000_000.0


@dataclass
class Time:
    """A clock that only `sleep` moves; `meanwhile` runs during each sleep."""

    now: float = NOON
    slept: list[float] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        self.meanwhile()

    @property
    def passed(self) -> float:
        return self.now - NOON


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def mistral() -> AgentsApi:
    """The stand-in; what it says is scripted (`mistral.script`)."""
    return create(brain="script")


@pytest.fixture
async def mistral_url(mistral: AgentsApi) -> AsyncIterator[str]:
    async with serve(mistral, on_stop=mistral.stop) as url:
        yield url


@pytest.fixture
async def conversations(mistral_url: str, time: Time) -> AsyncIterator[MistralConversations]:
    async with http_client(mistral_url, SecretStr(KEY)) as http:
        yield MistralConversations(http, now=time, sleep=time.sleep, chance=lambda: 0.0)
