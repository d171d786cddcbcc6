"""The part that keeps everything: the embedded store, or the Redis that REDIS_URL names."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from playground.demo.process import NotReady
from playground.store import EmbeddedStore, StoreError

LOOKS_SECONDS = 0.25
ANSWER_SECONDS = 3.0


class OwnStore:
    """Valkey from the wheel; writes to `folder`, so that threads outlive the demo."""

    name = "store"
    failed = False  # it comes up, or `NotReady` is raised

    def __init__(self, folder: Path, port: int) -> None:
        self._store = EmbeddedStore(folder, port=port)
        self.says = f"Valkey on redis://127.0.0.1:{port}/0, kept in {_short(folder)}"

    async def start(self) -> None:
        await self._store.kill()  # what is left of one that crashed
        try:
            await self._store.start()
        except StoreError as exc:
            raise NotReady(str(exc)) from exc

    async def ended(self) -> str:
        while self._store.alive:  # noqa: ASYNC110  # a process without a loop of ours to tell of its end
            await asyncio.sleep(LOOKS_SECONDS)
        return "ended by itself"

    async def stop(self) -> None:
        await self._store.stop()

    def kill(self) -> None:
        """Never: it ends within moments, and what was answered has to be on disk."""


class GivenStore:
    """Somebody else's Redis: only asked whether it is there."""

    name = "store"
    failed = False

    def __init__(self, url: str) -> None:
        self._url = url
        self.says = f"your Redis at {shown(url)}"

    async def start(self) -> None:
        from redis.asyncio import Redis  # a fifth of the demo's own start, and most people bring no Redis
        from redis.exceptions import RedisError

        try:
            async with asyncio.timeout(ANSWER_SECONDS), Redis.from_url(self._url) as redis:
                await redis.ping()
        except (RedisError, OSError, TimeoutError, ValueError) as exc:
            why = str(exc) or "no answer"
            raise NotReady(
                f"REDIS_URL is set, and {shown(self._url)} cannot be used ({why}). Start it, or unset REDIS_URL: then "
                "the demo brings its own store."
            ) from exc

    async def ended(self) -> str:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets this event")

    async def stop(self) -> None:
        """Not ours to end."""

    def kill(self) -> None:
        """Not ours to end."""


def shown(url: str) -> str:
    """The address without its password."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    return url.replace(f":{parts.password}@", ":…@", 1)


def _short(folder: Path) -> str:
    return str(folder.relative_to(Path.cwd())) if folder.is_relative_to(Path.cwd()) else str(folder)
