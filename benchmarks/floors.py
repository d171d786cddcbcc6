"""The floor under a turn: a bare worker on the same keys, behind the same bot, that does the least a turn must.

It takes a thread that was woken with one script, shows a status, sends one streamed request, posts the answer and
gives the thread up with one script: as many calls to Slack and Mistral as the product's turn. No journal, no lease, no
ledger, no limits, no words, no tools; what dies with it is lost.

`python -m benchmarks.floors REDIS_URL SLACK_API_URL MISTRAL_API_URL KEY`
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aiohttp
import httpx2
import uvloop
from redis.asyncio import Redis

from bot.threads import keys

# KEYS: 1 queue   ARGV: 1 prefix of mailboxes  2 prefix of threads
_TAKE = f"""
local job = redis.call('ZPOPMIN', KEYS[1])[1]
if not job then return false end
redis.call('DEL', '{keys.JOB_PREFIX}' .. job)
local thread = string.match(job, '^(.*):%d+$')
redis.call('HSET', ARGV[2] .. thread, 'state', 'working')
return {{thread, redis.call('LRANGE', ARGV[1] .. thread, 0, -1)}}
"""

# KEYS: 1 mailbox  2 thread  3 leases   ARGV: 1 thread  2 conversation
_RELEASE = """
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[2], 'state', 'idle', 'conversation_id', ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[1])
return 1
"""
MAIL, THREAD = f"{keys.PREFIX}mail:", f"{keys.PREFIX}thread:"


class Floor:
    def __init__(self, redis: Redis, slack: aiohttp.ClientSession, mistral: httpx2.AsyncClient) -> None:
        self._redis, self._slack, self._mistral = redis, slack, mistral
        self._take = redis.register_script(_TAKE)
        self._release = redis.register_script(_RELEASE)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as turns:
            while True:
                await self._redis.blpop([keys.WAKE], timeout=1)  # type: ignore[misc]  # sync or async to mypy
                while taken := await self._take(keys=[keys.QUEUE], args=[MAIL, THREAD]):
                    turns.create_task(self._turn(taken[0].decode(), taken[1]))

    async def _turn(self, thread: str, mail: list[bytes]) -> None:
        _, channel, root_ts = thread.split(":")
        status = asyncio.create_task(
            self._call("assistant.threads.setStatus", channel_id=channel, thread_ts=root_ts, status="is thinking…")
        )
        conversation, answer = await self._ask(json.loads(mail[0])["text"])
        await status
        await self._call("chat.postMessage", channel=channel, thread_ts=root_ts, text=answer)
        await self._release(keys=[MAIL + thread, THREAD + thread, keys.LEASES], args=[thread, conversation])

    async def _ask(self, text: str) -> tuple[str, str]:
        body = {"model": "mistral-medium-latest", "inputs": text, "stream": True}
        conversation, answer = "", ""
        async with self._mistral.stream("POST", "/v1/conversations", json=body) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    event = json.loads(line[6:])
                    if event["type"] == "message.output.delta":
                        answer += event["content"]
                    elif event["type"] == "conversation.response.started":
                        conversation = event["conversation_id"]
        return conversation, answer

    async def _call(self, method: str, **arguments: Any) -> None:
        async with self._slack.post(method, json=arguments) as response:
            answer = await response.json()
            assert answer["ok"], answer


async def main(redis_url: str, slack_url: str, mistral_url: str, key: str) -> None:
    headers = {"authorization": f"Bearer {key}"}
    async with (
        Redis.from_url(redis_url) as redis,
        aiohttp.ClientSession(
            slack_url, headers={"authorization": "Bearer xoxb-playground"}, connector=aiohttp.TCPConnector(limit=0)
        ) as slack,
        httpx2.AsyncClient(
            base_url=mistral_url,
            headers=headers,
            timeout=None,  # a held answer may take as long as the benchmark
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=None),
            trust_env=False,
        ) as mistral,
    ):
        await Floor(redis, slack, mistral).run()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(*sys.argv[1:]))
