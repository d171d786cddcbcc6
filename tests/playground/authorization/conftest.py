"""An authorization server on a port, with a clock that tests turn, and a client of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from playground.authorization.app import running
from playground.authorization.issuer import Issuer
from tests.playground.authorization.flow import Flow


class Clock:
    """Seconds since some moment; it moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def issuer(clock: Clock) -> AsyncIterator[Issuer]:
    async with running(now=clock) as server:
        yield server.issuer


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(follow_redirects=False, timeout=30) as client:
        yield client


@pytest.fixture
async def flow(issuer: Issuer, http: httpx2.AsyncClient) -> Flow:
    """A public client, registered."""
    flow = Flow(issuer, http)
    assert (await flow.register()).status_code == 201
    return flow
