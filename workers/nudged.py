"""arq's Worker, told at once: a wake list in the place of its sleep.

Same keys, same meaning, only the queue is watched differently. Facts about arq 0.28: its poll asks Redis about each
running job, and sleeps between polls; here one script takes all jobs, and BLPOP waits.
"""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta

import structlog
from arq.connections import create_pool
from arq.constants import in_progress_key_prefix
from arq.worker import Worker
from redis.asyncio import Connection, Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from bot.redis_client import PackedInC
from bot.threads import keys

POLL = timedelta(seconds=0.5)  # only when a wake token was lost, and for arq's own cron and health

log = structlog.get_logger()

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
