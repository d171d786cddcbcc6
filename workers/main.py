"""The worker process: how arq is set, what is opened when it starts, and what runs beside the turns.

`python -m workers` runs it; `arq workers.main.WorkerSettings` works too, only slower. arq carries nudges and nothing
else: who owns a thread, what is retried and what was done are ours (`bot/threads`).
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import socket
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import structlog
from arq import cron, func
from arq.connections import RedisSettings
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from bot.catalog import reload
from bot.settings import Settings
from bot.store_check import check_store
from bot.texts import words_for
from bot.threads import keys
from workers import jobs
from workers.follow_ups import tick
from workers.nudged import POLL, NudgedWorker
from workers.opening import open_services

JOB_LIMIT = timedelta(minutes=30)  # arq's; a turn's own limits end it long before
RECONNECT = Retry(ConstantBackoff(0.2), 50)  # every script may be re-sent, so ten seconds of a Redis restart pass by

log = structlog.get_logger()


async def startup(ctx: dict[str, Any]) -> None:
    settings: Settings = ctx.get("settings") or Settings()  # the `arq` command brings none of its own
    stack = ctx["stack"] = AsyncExitStack()
    name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    services = ctx["services"] = await open_services(stack, settings, ctx["redis"], worker=name)
    await _look_at_the_store(ctx["redis"])
    works = [services.holdings.run(), services.tools.warm_up(), tick.run(services)]
    if settings.reload_agents:
        works.append(reload.watch(services.catalogs, reload.tell))
    ctx["background"] = [asyncio.create_task(work) for work in works]
    for task in ctx["background"]:
        task.add_done_callback(_must_not_break)
    log.info("worker.ready", worker=name, agents=sorted(services.catalogs.now.agents))


async def _look_at_the_store(redis: Redis) -> None:
    """What is doubtful about Redis, in the operator's log, in plain words."""
    words = words_for(None)
    try:
        for doubt in await check_store(redis):
            log.warning("redis.doubtful", problem=words.say(doubt.key, **doubt.values))
    except (RedisError, OSError) as error:
        log.error("redis.away", error=type(error).__name__)


def _must_not_break(task: asyncio.Task[None]) -> None:
    """A worker whose beat broke would lose every lease unseen: it ends, and its supervisor starts another."""
    if not task.cancelled() and (error := task.exception()):
        log.critical("worker.broke", exc_info=error)
        signal.raise_signal(signal.SIGTERM)


async def shutdown(ctx: dict[str, Any]) -> None:
    for task in ctx.get("background", ()):
        task.cancel()
    if ctx.get("background"):
        await asyncio.wait(ctx["background"])
    if "stack" in ctx:
        await ctx["stack"].aclose()


def redis_settings(url: str) -> RedisSettings:
    """arq's connection, which outlives a restart of Redis."""
    found = RedisSettings.from_dsn(url)
    found.retry = RECONNECT
    found.retry_on_error = [RedisConnectionError, RedisTimeoutError, OSError]
    found.retry_on_timeout = True
    found.conn_retries = 50
    return found


def _dump(job: dict[str, Any]) -> bytes:
    return json.dumps(job, default=repr).encode()


def options(settings: Settings) -> dict[str, Any]:
    """How arq is set: it never retries on its own account, and forgets a job when it ended."""
    return {
        "functions": [func(jobs.look, name="look", keep_result=0, max_tries=1)],
        "cron_jobs": [cron(jobs.sweep, second=0, keep_result=0, max_tries=1)],
        "queue_name": keys.QUEUE,
        "redis_settings": redis_settings(settings.redis_url),
        "on_startup": startup,
        "on_shutdown": shutdown,
        "ctx": {"settings": settings},
        "keep_result": 0,
        "max_tries": 50,
        "job_timeout": JOB_LIMIT,
        "queue_read_limit": 10_000,
        "max_jobs": settings.max_turns,
        "poll_delay": POLL.total_seconds(),
        "job_completion_wait": max(0, int(settings.shutdown_grace.total_seconds()) - 5),
        "expires_extra_ms": int(keys.JOB_FOR.total_seconds() * 1000),
        "health_check_interval": 10,
        "health_check_key": keys.health(f"{socket.gethostname()}:{os.getpid()}"),
        "allow_abort_jobs": False,
        "job_serializer": _dump,
        "job_deserializer": json.loads,
    }


def worker(settings: Settings, *, handle_signals: bool = True) -> NudgedWorker:
    return NudgedWorker(**options(settings), handle_signals=handle_signals)


def __getattr__(name: str) -> Any:
    """`arq workers.main.WorkerSettings` asks for a class; it is made then, because it needs the environment."""
    if name == "WorkerSettings":
        return type("WorkerSettings", (), options(Settings()))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
