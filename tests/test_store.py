"""The embedded store: what the demo and every test stand on."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis.asyncio import Redis

from playground.store import EmbeddedStore, StoreError


async def test_what_was_answered_survives_a_restart_and_a_kill(tmp_path: Path) -> None:
    async with EmbeddedStore(tmp_path, fsync="always") as store:
        for ending in (store.stop, store.kill):
            async with Redis.from_url(store.url) as redis:
                await redis.set(ending.__name__, "kept")
            await ending()
            await store.start()
            async with Redis.from_url(store.url) as redis:
                assert await redis.get(ending.__name__) == b"kept"


async def test_the_store_keeps_its_port_over_a_restart() -> None:
    async with EmbeddedStore() as store:
        before = store.url
        await store.restart()
        assert store.url == before


async def test_a_directory_of_its_own_is_gone_afterwards() -> None:
    async with EmbeddedStore() as store:
        directory = store.directory
        assert (directory / "appendonlydir").is_dir()
    assert not directory.exists()


async def test_a_taken_port_is_told_in_one_sentence(redis_url: str) -> None:
    taken = int(redis_url.rpartition(":")[2].partition("/")[0])
    store = EmbeddedStore(port=taken)
    with pytest.raises(StoreError, match=f"port {taken}"):
        await store.start()
    assert store.pid is None
    store.remove()


async def test_it_can_never_lose_keys_for_want_of_memory(redis: Redis) -> None:
    assert (await redis.config_get("maxmemory-policy"))["maxmemory-policy"] == "noeviction"
    assert (await redis.config_get("appendonly"))["appendonly"] == "yes"
