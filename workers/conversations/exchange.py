"""One request to Mistral's Agents API and its answer, plain or streamed, made again where that is harmless. The edge.

Conversations, agents, libraries and files share it; each has its own `root` of paths. A request that runs the model is
repeated only while nothing of it was taken (`patience.py`) and never after its first event; every wait is yielded
before it begins. Each failure leaves here as one of `errors.py`, without key or body. Follows sections 1 and 5 of the
reference; `httpx2.EventSource` decodes the frames.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar, cast
from urllib.parse import quote

import httpx2
import structlog
from httpx2 import EventSource, ServerSentEvent
from pydantic import BaseModel, ValidationError

from workers.conversations import failures
from workers.conversations.errors import ConversationError, TooLarge, TryLater, Unanswered, Vanished
from workers.conversations.events import Failed, read_event
from workers.conversations.folding import Fold
from workers.conversations.http import ANSWER_LIMIT, READ_LIMIT, SILENCE_LIMIT, timeout
from workers.conversations.patience import Limits, Patience
from workers.conversations.port import Event, Started, Waiting

CONVERSATIONS = "/v1/conversations"
MODEL_ENDS = "x-model-deprecation-timestamp"  # of answers by a model that is to be removed
LAST_BYTES_LIMIT = timedelta(seconds=0.5)  # after `done` the server closes; seeing that keeps the connection warm
EVENT_BYTES = 16 * 1024 * 1024  # one event may hold an image as a data URI
ERROR_BYTES = 64 * 1024

M = TypeVar("M", bound=BaseModel)

log = structlog.get_logger(__name__)


def path_of(*parts: str, needs: str = "an id") -> str:
    """The path below a root; ids may hold anything. `ValueError` for an empty part, which would be another path."""
    if not all(parts):
        raise ValueError(f"this request needs {needs}")
    return "".join(f"/{quote(part, safe='')}" for part in parts)


class Exchange:
    """Time, pauses and chance come in, so that nobody waits in a test. All paths begin with `root`."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        root: str = CONVERSATIONS,
        limits: Limits,
        silence: timedelta = SILENCE_LIMIT,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._http = http
        self._root = root
        self._limits = limits
        self._silence = silence
        self._now, self._sleep, self._chance = now, sleep, chance
        self._secret = http.headers.get("authorization", "").removeprefix("Bearer ")

    async def streamed(self, path: str, body: bytes, *, known_id: str | None = None) -> AsyncGenerator[Event, None]:
        """POST and the events of its answer, `Done` last. `known_id`: the conversation, where the request names it."""
        patience = Patience(self._limits, repeatable=False)
        while True:
            try:
                async with aclosing(self._stream(path, body, known_id)) as events:
                    async for event in events:
                        yield event
                return
            except TryLater as error:
                waiting = self._before_repeating(error, patience)
            yield waiting
            await self._sleep(waiting.delay.total_seconds())

    async def posted(self, path: str, body: bytes, answer: type[M]) -> M:
        """POST and its whole answer; waits are not told."""
        request = self._post(path, body, accept="application/json", silence=ANSWER_LIMIT)
        return _read(answer, await self._patiently(request, repeatable=False), repeatable=False)

    async def read(self, path: str, answer: type[M], params: Mapping[str, str | int] | None = None) -> M:
        return await self.written("GET", path, answer, params=params, repeatable=True)

    async def written(
        self,
        method: str,
        path: str,
        answer: type[M],
        *,
        body: bytes | None = None,
        params: Mapping[str, str | int] | None = None,
        repeatable: bool,
    ) -> M:
        """Any request that runs no model, and its answer. `repeatable`: to ask twice has the effect of once."""
        headers = {"accept": "application/json"} | ({"content-type": "application/json"} if body is not None else {})
        request = self._http.build_request(
            method, self._root + path, params=params, content=body, headers=headers, timeout=timeout(READ_LIMIT)
        )
        return _read(answer, await self._patiently(request, repeatable=repeatable), repeatable=repeatable)

    async def uploaded(self, path: str, file: tuple[str, bytes], answer: type[M]) -> M:
        """POST a file by its name, as multipart; the API knows a file again by its content."""
        request = self._http.build_request(
            "POST", self._root + path, files={"file": file}, timeout=timeout(ANSWER_LIMIT)
        )
        return _read(answer, await self._patiently(request, repeatable=True), repeatable=True)

    async def deleted(self, path: str, params: Mapping[str, str | int] | None = None) -> None:
        request = self._http.build_request("DELETE", self._root + path, params=params, timeout=timeout(READ_LIMIT))
        await self._patiently(request, repeatable=True)

    async def removed(self, path: str) -> None:
        """`deleted`, and fine when it is gone already: the answer to an earlier try may have been lost."""
        with suppress(Vanished):
            await self.deleted(path)

    async def downloaded(self, path: str, *, most: int) -> bytes:
        """The bytes at `path`; `TooLarge` when there are more than `most`."""
        headers = {"accept": "application/octet-stream"}
        request = self._http.build_request("GET", self._root + path, headers=headers, timeout=timeout(READ_LIMIT))
        return await self._patiently(request, repeatable=True, most=most)

    # ---- again

    async def _patiently(self, request: httpx2.Request, *, repeatable: bool, most: int | None = None) -> bytes:
        patience = Patience(self._limits, repeatable)
        while True:
            try:
                return await self._whole(request, repeatable=repeatable, most=most)
            except TryLater as error:
                waiting = self._before_repeating(error, patience)
            await self._sleep(waiting.delay.total_seconds())

    def _before_repeating(self, error: TryLater, patience: Patience) -> Waiting:
        """The wait before the next try; raises `error` when there is none."""
        waiting = None if error.taken else patience.next(error, now=self._now(), chance=self._chance())
        if waiting is None:
            raise error
        log.info("mistral.waiting", reason=waiting.reason.value, seconds=waiting.delay.total_seconds())
        return waiting

    # ---- once

    def _post(self, path: str, body: bytes, *, accept: str, silence: timedelta) -> httpx2.Request:
        headers = {"accept": accept, "content-type": "application/json"}
        return self._http.build_request(
            "POST", self._root + path, content=body, headers=headers, timeout=timeout(silence)
        )

    async def _whole(self, request: httpx2.Request, *, repeatable: bool, most: int | None = None) -> bytes:
        async with self._answer(request, repeatable=repeatable) as response:
            try:
                return await (response.aread() if most is None else _at_most(response, most))
            except httpx2.HTTPError as exc:
                raise failures.of_transport(exc, repeatable=repeatable) from exc

    async def _stream(self, path: str, body: bytes, known_id: str | None) -> AsyncGenerator[Event, None]:
        request = self._post(path, body, accept="text/event-stream", silence=self._silence)
        async with self._answer(request, repeatable=False) as response:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "text/event-stream":
                raise Unanswered(f"asked for a stream, answered with {kind or 'no content type'}")
            try:
                async with aclosing(self._events(response, Fold(known_id))) as events:
                    async for event in events:
                        if isinstance(event, Started):
                            if known_id not in (None, event.conversation_id):
                                log.info("conversation.id_changed", was=known_id, conversation_id=event.conversation_id)
                            event = replace(event, model_ends=response.headers.get(MODEL_ENDS, ""))
                        yield event
            except ConversationError as error:
                error.taken = True
                raise

    async def _events(self, response: httpx2.Response, fold: Fold) -> AsyncGenerator[Event, None]:
        source = EventSource(response, max_event_size=EVENT_BYTES)
        async with aclosing(cast("AsyncGenerator[ServerSentEvent, None]", aiter(source))) as frames:
            try:
                async for frame in frames:
                    heard = read_event(frame.event, frame.data)
                    if isinstance(heard, Failed):
                        raise failures.of_event(self._hushed(heard.message), heard.code)
                    event = fold.take(heard)
                    if fold.ended:
                        # Before `Done` is told: who hears it stops listening, and the connection would be closed.
                        await _last_bytes(frames)
                    if event is not None:
                        yield event
                    if fold.ended:
                        return
            except httpx2.HTTPError as exc:
                raise failures.of_stream(exc) from exc
        fold.at_end_of_stream()

    @asynccontextmanager
    async def _answer(self, request: httpx2.Request, *, repeatable: bool) -> AsyncGenerator[httpx2.Response, None]:
        """A 2xx answer whose body is still to be read; anything else raises."""
        try:
            response = await self._http.send(request, stream=True)
        except httpx2.HTTPError as exc:
            raise failures.of_transport(exc, repeatable=repeatable) from exc
        try:
            if not response.is_success:
                body = self._hushed((await _start_of(response)).decode("utf-8", "replace"))
                error = failures.of_answer(
                    response.status_code, response.headers, body, repeatable=repeatable, now=self._now()
                )
                headers = {name: value for name, value in response.headers.items() if name != "set-cookie"}
                log.info("mistral.refused", status=error.status, code=error.code, headers=headers)
                raise error
            yield response
        finally:
            await response.aclose()

    def _hushed(self, words: str) -> str:
        """`words` without our key, should the API quote it."""
        return words.replace(self._secret, "***") if self._secret else words


async def _at_most(response: httpx2.Response, most: int) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > most:
            raise TooLarge(f"more than {most} bytes")
    return bytes(body)


async def _start_of(response: httpx2.Response) -> bytes:
    """As much of an error's body as is worth reading; the status says enough when it breaks off."""
    body = bytearray()
    with suppress(httpx2.HTTPError):
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > ERROR_BYTES:
                break
    return bytes(body)


async def _last_bytes(frames: AsyncGenerator[ServerSentEvent, None]) -> None:
    """See the end of a stream whose answer is complete, so that its connection can be used again."""
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(LAST_BYTES_LIMIT.total_seconds()):
            async for _ in frames:
                pass


def _read(answer: type[M], content: bytes, *, repeatable: bool) -> M:
    try:
        return answer.model_validate_json(content)
    except ValidationError as exc:
        # `from None`: the exception quotes the answer, which is people's words.
        raise failures.not_understood(
            f"not a {answer.__name__}: {exc.error_count()} errors", repeatable=repeatable
        ) from None
