"""Redis away, slow or restarted: Slack is told in time that nothing was stored, and its repeat is stored once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from playground.store import EmbeddedStore
from tests.bot.listeners.conftest import Hearing, OpenBot, recorded

SLACK_WAITS_SECONDS = 3.0
IN_TIME_SECONDS = 2.5


@pytest.fixture
async def store() -> AsyncIterator[EmbeddedStore]:
    """A store of this test's own, to be stopped and killed."""
    async with EmbeddedStore(fsync="always") as store:
        yield store


async def timed(bot: Hearing) -> tuple[int, float]:
    began = time.monotonic()
    answer = await bot.say(recorded("app_mention"))
    return answer.status_code, time.monotonic() - began


async def test_what_could_not_be_stored_is_refused_in_time_and_its_repeat_is_stored_once(
    open_bot: OpenBot, store: EmbeddedStore
) -> None:
    bot = await open_bot(redis_url=store.url)
    await store.kill()
    status, seconds = await timed(bot)
    assert status == 503
    assert seconds < IN_TIME_SECONDS

    await store.start()
    for retry in ("1", "2"):
        answer = await bot.say(recorded("app_mention"), **{"x-slack-retry-num": retry})
        assert answer.status_code == 200
    async with Redis.from_url(store.url) as redis:
        assert len(await Hearing(bot.http, redis).mail()) == 1


async def test_a_store_that_hangs_is_not_waited_for_until_slack_gives_up(
    open_bot: OpenBot, store: EmbeddedStore
) -> None:
    bot = await open_bot(redis_url=store.url)
    assert (await timed(bot))[0] == 200
    assert store.pid is not None
    os.kill(store.pid, signal.SIGSTOP)
    try:
        status, seconds = await timed(bot)
        health = await bot.http.get("/healthz")
    finally:
        os.kill(store.pid, signal.SIGCONT)
    assert (status, health.status_code) == (503, 503)
    assert seconds < IN_TIME_SECONDS
    assert (await timed(bot))[0] == 200, "and as soon as it goes on, so do we"


async def test_a_restart_of_the_store_is_ridden_out(open_bot: OpenBot, store: EmbeddedStore) -> None:
    """The connections kept are dead; the first command finds out, and is sent again over a new one."""
    bot = await open_bot(redis_url=store.url)
    assert (await timed(bot))[0] == 200
    await store.restart()
    assert (await timed(bot))[0] == 200
    async with Redis.from_url(store.url) as redis:
        assert len(await Hearing(bot.http, redis).mail()) == 1


async def test_the_bot_opens_without_a_store_and_hears_when_it_is_there(
    open_bot: OpenBot, store: EmbeddedStore
) -> None:
    await store.stop()
    bot = await open_bot(redis_url=store.url)
    answer = await bot.http.get("/healthz")
    assert (answer.status_code, answer.json()["ok"]) == (503, False)
    assert "Redis does not answer" in answer.json()["problem"]
    assert (await timed(bot))[0] == 503

    await store.start()
    assert (await timed(bot))[0] == 200
    assert (await bot.http.get("/healthz")).json() == {"ok": True}
