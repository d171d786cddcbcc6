"""What every test may use: a real store, started once, emptied before each test that asks for it.

A run may be spread over processes (`pytest -n 2`): each has a store of its own.
"""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from hypothesis import settings
from redis.asyncio import Redis

from playground.store import EmbeddedStore
from workers.tools import listing
from workers.tools.sessions import ToolSessions

# A busy machine is no failure: what hangs is ended by pytest's own time limit.
settings.register_profile("threadwind", deadline=None)
settings.load_profile("threadwind")


def pytest_collection() -> None:
    """Thousands of tests are made here, and none of them is rubbish."""
    gc.disable()


def pytest_collection_finish() -> None:
    """The collector looks no more at what stays to the end: all modules and tests, which cost it 0.3 s each time."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test speaks TLS, and to read all authorities of the system costs each of thousands of HTTP clients 60 ms."""
    known = ssl.create_default_context().get_ca_certs(binary_form=True)
    with pytest.MonkeyPatch.context() as patch:
        if known:
            bundle = tmp_path_factory.mktemp("authorities") / "one.pem"
            bundle.write_text(ssl.DER_cert_to_PEM_cert(known[0]))
            patch.setenv("SSL_CERT_FILE", str(bundle))
        yield


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a Valkey of our own, as `make demo` starts it."""
    store = EmbeddedStore()
    # A loop of its own: the fixture outlives the loops of the tests.
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(store.start())
        yield store.url
    finally:
        loop.run_until_complete(store.stop())
        loop.close()
        store.remove()


@pytest.fixture(scope="module")
def servers_may_start_slowly() -> Iterator[None]:
    """On a busy machine a server of its own takes longer to start than a turn waits for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "LONGEST_WAIT", timedelta(minutes=1))
        patch.setitem(ToolSessions.__init__.__kwdefaults__ or {}, "connect", timedelta(minutes=1))
        yield


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of the empty store."""
    async with Redis.from_url(redis_url) as client:
        await client.flushdb()
        yield client
