"""Webhooks on their way: each delivery is sent by a task of its own, tried again where the service does so, and noted.

Nothing is sent but to the address that was registered, and to this machine alone unless a switch allows more: no proxy
is asked and no redirect followed. What is open and what is remembered is bounded; what is too much is noted as dropped.
Deliveries may overtake each other, as those of the vendors do. They live in memory: a process that ends forgets them.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx2

from playground.authorization.clients import is_loopback
from playground.faults import Fault, Faults, delay
from playground.services.letters import Attempt, Delivery, HookSwitches, Letter

KEPT = 500  # deliveries that are remembered
MOST_OPEN = 200  # deliveries that are on their way or wait to be tried again
AT_ONCE = 8
ANSWER_KEPT = 2000  # characters
FAULTS = "hook."  # faults of deliveries name the event after it


class Outbox:
    def __init__(self, faults: Faults, switches: HookSwitches) -> None:
        self.switches = switches
        self._faults = faults
        self._kept: deque[Delivery] = deque(maxlen=KEPT)
        self._count = 0
        self._group: asyncio.TaskGroup | None = None
        self._open: dict[int, asyncio.Task[None]] = {}
        self._clients: dict[bool, httpx2.AsyncClient] = {}
        self._turn = asyncio.Semaphore(AT_ONCE)

    def allows(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or not host or parts.username is not None:
            return False
        return self.switches.anywhere or is_loopback(host, by_name=True)

    def send(self, letter: Letter, *, again: bool = False) -> Delivery:
        """Begin a delivery and return at once."""
        self._count += 1
        delivery = Delivery(self._count, letter, again, time.time())
        self._kept.append(delivery)
        if self._group is None or len(self._open) >= MOST_OPEN or not self.allows(letter.url):
            delivery.dropped = delivery.over = True
            return delivery
        task = self._group.create_task(self._deliver(delivery))
        self._open[delivery.number] = task
        task.add_done_callback(lambda _: self._open.pop(delivery.number, None))
        return delivery

    def deliveries(self, hook: str | None = None, *, after: int = 0) -> list[Delivery]:
        """Oldest first."""
        return [one for one in self._kept if (hook is None or one.letter.hook == hook) and one.number > after]

    def delivery(self, number: int) -> Delivery | None:
        return next((one for one in self._kept if one.number == number), None)

    def clear(self, switches: HookSwitches) -> None:
        """Forget everything; what is on its way is given up."""
        for task in list(self._open.values()):
            task.cancel()
        self._kept.clear()
        self.switches = switches

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Letters go out while the block is open."""
        self._turn = asyncio.Semaphore(AT_ONCE)
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._close)
            self._group = await stack.enter_async_context(asyncio.TaskGroup())
            try:
                yield
            finally:
                self._group = None
                for task in list(self._open.values()):
                    task.cancel()

    async def _close(self) -> None:
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            await client.aclose()

    async def _deliver(self, delivery: Delivery) -> None:
        retries = iter(self.switches.retry_seconds)
        try:
            while not await self._arrives(delivery) and (wait := next(retries, None)) is not None:
                await asyncio.sleep(wait)
                if not delivery.letter.is_wanted():
                    return
        finally:
            delivery.over = True

    async def _arrives(self, delivery: Delivery) -> bool:
        letter = delivery.letter
        async with self._turn:
            hit = self._faults.hit(f"{FAULTS}{letter.event}")
            await delay(hit)
            headers, body = letter.written(time.time())
            attempt = Attempt(time.time(), _tampered(headers, hit), body)
            delivery.attempts.append(attempt)
            if not self.allows(letter.url):
                attempt.problem = "not allowed"
                return False
            await self._post(letter, attempt)
        return letter.arrived(attempt.status)

    async def _post(self, letter: Letter, attempt: Attempt) -> None:
        client, limit = self._client(insecure=letter.insecure), self.switches.timeout_seconds
        before = time.monotonic()
        try:
            async with asyncio.timeout(limit):  # of the whole, whatever dribbles
                async with client.stream("POST", letter.url, headers=attempt.headers, content=attempt.body) as answer:
                    attempt.status, attempt.answered = answer.status_code, dict(answer.headers)
                    attempt.answer = await _beginning(answer)
        except TimeoutError:
            attempt.status, attempt.problem = 0, "timed out"
        except (httpx2.HTTPError, httpx2.InvalidURL):
            attempt.status, attempt.problem = 0, "failed to connect to host"
        attempt.seconds = time.monotonic() - before

    def _client(self, *, insecure: bool) -> httpx2.AsyncClient:
        if insecure not in self._clients:
            context = httpx2.create_ssl_context()
            if insecure:
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self._clients[insecure] = httpx2.AsyncClient(timeout=None, verify=context, trust_env=False)  # see _post
        return self._clients[insecure]


async def _beginning(answer: httpx2.Response) -> str:
    text = ""
    async for piece in answer.aiter_text():
        text += piece
        if len(text) >= ANSWER_KEPT:
            break
    return text[:ANSWER_KEPT]


def _tampered(headers: dict[str, str], hit: list[Fault]) -> dict[str, str]:
    """With signatures of the right form that fit nothing, where a fault asks for that."""
    if not any(fault.kind == "tamper" for fault in hit):
        return headers
    return {name: _wrong(value) if "signature" in name.lower() else value for name, value in headers.items()}


def _wrong(signature: str) -> str:
    return signature[:-1] + ("0" if signature[-1] != "0" else "1")
