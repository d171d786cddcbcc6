"""The worker process: arq's Worker with a wake list in place of its sleep, and everything a turn may use.

`python -m workers` runs it; `arq workers.main.WorkerSettings` works too, only slower. arq carries nudges and nothing
else: who owns a thread, what is retried and what was done are ours (`bot/threads`). Facts about arq 0.28: its poll
asks Redis about each running job, and sleeps between polls; here one MGET answers for all of them, and BLPOP waits.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import socket
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import structlog
from arq import cron, func
from arq.connections import RedisSettings, create_pool
from arq.constants import in_progress_key_prefix
from arq.worker import Worker
from redis.asyncio import Connection, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from bot.approvals.grants import Grants
from bot.catalog import reload
from bot.catalog.catalog import Catalogs
from bot.connections import addresses
from bot.connections.signed_in import Connections
from bot.connections.tickets import Tickets
from bot.inquiries.inquiries import Inquiries
from bot.picking.choices import Choices
from bot.redis_client import PackedInC
from bot.settings import Settings
from bot.slack.budget import Budget
from bot.slack.groups import Groups
from bot.slack.installations import Installations
from bot.slack.people import People
from bot.slack.shared import SharedChannels
from bot.start import environment
from bot.store_check import check_store
from bot.texts import words_for
from bot.threads import keys
from bot.threads.defaults import Defaults
from bot.threads.mailbox import Mailbox
from bot.threads.told import Told
from bot.threads.turns import Turns
from workers import jobs
from workers.agents.client import MistralAgents
from workers.agents.libraries import Libraries
from workers.agents.objects import AgentObjects
from workers.agents.sources import gather
from workers.agents.variants import Variants
from workers.agents.wanted import libraries as library_names
from workers.conversations.client import MistralConversations
from workers.conversations.http import http_client
from workers.conversations.made_files import MadeFiles
from workers.conversations.patience import Limits
from workers.holdings import Holdings
from workers.operators import Operators
from workers.services import Services
from workers.tools import registered
from workers.tools.asked import PEOPLE
from workers.tools.asks import Asks
from workers.tools.calls import Tools
from workers.tools.gate import Gate
from workers.tools.oauth.personal import Personal
from workers.tools.oauth.sign_ins import SignIns
from workers.tools.pins import Pins
from workers.tools.rests import Rests
from workers.tools.sessions import ToolSessions

POLL = timedelta(seconds=0.5)  # only when a wake token was lost, and for arq's own cron and health
JOB_LIMIT = timedelta(minutes=30)  # arq's; a turn's own limits end it long before
RECONNECT = Retry(ConstantBackoff(0.2), 50)  # every script may be re-sent, so ten seconds of a Redis restart pass by
ID_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # no letters that look alike: people read these ids out

log = structlog.get_logger()


def new_id() -> str:
    """Ten characters, 49 bits: short enough to be read out, long enough never to meet again."""
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(10))


# arq's own steps for each job, as one for all. A worker that asks again, because an answer was lost, gets what it took.
# KEYS: 1 queue   ARGV: 1 the worker's token  2 how long a job counts as running, ms  3 most jobs  then job ids
_TAKE = f"""
local taken = {{}}
for i = 4, #ARGV do
  if #taken >= 2 * tonumber(ARGV[3]) then break end
  local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
  local running = '{in_progress_key_prefix}' .. ARGV[i]
  if score and (redis.call('SET', running, ARGV[1], 'NX', 'PX', ARGV[2]) or redis.call('GET', running) == ARGV[1]) then
    taken[#taken + 1] = ARGV[i]
    taken[#taken + 1] = score
  end
end
return taken
"""


async def pack_in_c(redis: Redis) -> None:
    """Let arq's own client pack its commands in C, as ours does; one that speaks TLS stays as it is."""
    pool = redis.connection_pool
    if pool.connection_class is Connection:
        pool.connection_class = PackedInC
        await pool.disconnect()
        pool.reset()  # type: ignore[no-untyped-call]  # redis-py


class NudgedWorker(Worker):
    """arq's worker, told at once: same keys, same meaning, only the queue is watched differently."""

    _take: AsyncScript | None = None
    _token = ""  # what this worker leaves in arq's key of a running job

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """Take what nobody runs yet, with one round trip instead of four for each."""
        room = self.max_jobs - self.job_counter
        fresh = [job_id for job_id in job_ids if job_id.decode() not in self.tasks]
        if not fresh or room < 1:
            return
        if self._take is None:
            self._take, self._token = self.pool.register_script(_TAKE), secrets.token_hex(8)
        arguments: list[bytes | str | int] = [self._token, int(self.in_progress_timeout_s * 1000), room, *fresh]
        taken = await self._take(keys=[self.queue_name], args=arguments)
        for job_id, score in zip(taken[::2], taken[1::2], strict=True):
            await self.sem.acquire()
            self.job_counter += 1
            task = self.loop.create_task(self.run_job(job_id.decode(), int(score)))
            task.add_done_callback(lambda _: self._release_sem_dec_counter_on_complete())
            self.tasks[job_id.decode()] = task

    async def main(self) -> None:
        """Poll, then block until a token comes."""
        if self._pool is None:
            self._pool = await create_pool(
                self.redis_settings,
                job_deserializer=self.job_deserializer,
                job_serializer=self.job_serializer,
                default_queue_name=self.queue_name,
                expires_extra_ms=self.expires_extra_ms,
            )
            await pack_in_c(self._pool)
        self.ctx["redis"] = self.pool
        if self.on_startup:
            await self.on_startup(self.ctx)
        while True:
            try:
                await self._poll_iteration()
                await self._next_wake()
            except (RedisError, OSError) as error:
                # Of arq's own bookkeeping after a job, too. arq would end the process, and with it every open turn.
                log.warning("queue.away", error=type(error).__name__)
                await asyncio.sleep(POLL.total_seconds())

    async def _next_wake(self) -> None:
        if self.allow_pick_jobs and self.job_counter < self.max_jobs:
            await self.pool.execute_command("BLPOP", keys.WAKE, POLL.total_seconds())  # type: ignore[no-untyped-call]  # redis-py
        else:
            await asyncio.sleep(POLL.total_seconds() / 10)

    async def close(self) -> None:
        """Let every job hand its thread on first: arq stops waiting at the first job that was cancelled unbegun."""
        if self._handle_signals and self.tasks:
            await asyncio.wait(self.tasks.values())
            self.tasks.clear()
        await super().close()


async def open_services(
    stack: AsyncExitStack,
    settings: Settings,
    redis: Redis,
    *,
    worker: str,
    installations: Installations | None = None,
) -> Services:
    """Everything a turn may use; `stack` closes it in reverse order. `installations` stand in the place of Slack's."""
    functions, wrong = registered.load(settings)
    catalogs = Catalogs(settings, environment(), functions=functions.specs)
    for problem in (*wrong, *catalogs.now.problems):
        log.error("catalog.problem", problem=str(problem))
    installations = await stack.enter_async_context(installations or Installations(settings))
    turns = Turns(
        redis,
        worker=worker,
        lease=settings.lease,
        thread_life=settings.thread_life,
        audit_life=timedelta(days=settings.audit_days),
    )
    http = await stack.enter_async_context(http_client(settings.mistral_api_url, settings.mistral_api_key))
    limits = Limits(wait=settings.mistral_wait_limit, lock=settings.conversation_lock)
    libraries = Libraries(http, limits=limits)
    sign_ins = SignIns(
        Connections(redis, settings.vault), now=time.time, client_document=addresses.client_document(settings)
    )
    sessions = ToolSessions(timeout=settings.tool_timeout, answering=PEOPLE, credentials=Personal(sign_ins, time.time))
    stack.push_async_callback(sessions.aclose)
    agents = MistralAgents(http, limits=limits)
    people, groups = People(installations), Groups(installations)
    operators = Operators(Told(redis), installations, people, settings.operators)
    tools = Tools(
        lambda: catalogs.now.servers,
        sessions,
        functions,
        rests=Rests(redis, settings.vault),
        pins=Pins(settings.tools_lock),
        tell=operators.tools_differ,
        gate=Gate(people, groups, SharedChannels(installations)),
    )
    objects = AgentObjects(
        agents,
        deployment=settings.deployment,
        sources=lambda: gather(catalogs.now, functions.specs, settings.tools_lock, libraries),
    )
    variants = Variants(
        agents,
        objects,
        deployment=settings.deployment,
        offered=tools.offered,
        library_ids=lambda agent: libraries.ids_of(library_names([agent])),
    )
    return Services(
        settings=settings,
        turns=turns,
        mailbox=Mailbox(redis, limit=settings.mailbox_limit, thread_life=settings.thread_life),
        holdings=Holdings(turns, lease=settings.lease, now=time.time),
        installations=installations,
        people=people,
        budget=Budget(redis),
        catalogs=catalogs,
        tools=tools,
        sign_ins=sign_ins,
        asks=Asks(sessions, time.time),
        tickets=Tickets(redis, settings.vault),
        conversations=MistralConversations(http, limits=limits),
        made_files=MadeFiles(http),
        objects=objects,
        libraries=libraries,
        groups=groups,
        grants=Grants(redis),
        inquiries=Inquiries(redis),
        choices=Choices(catalogs, people, groups, Defaults(redis)),
        variants=variants,
        now=time.time,
        new_id=new_id,
    )


async def startup(ctx: dict[str, Any]) -> None:
    settings: Settings = ctx.get("settings") or Settings()  # the `arq` command brings none of its own
    stack = ctx["stack"] = AsyncExitStack()
    name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    services = ctx["services"] = await open_services(stack, settings, ctx["redis"], worker=name)
    await _look_at_the_store(ctx["redis"])
    works = [services.holdings.run(), services.tools.warm_up()]
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
