"""Calls in which a server asks a person something, over one connection. https://modelcontextprotocol.io, elicitation

In the newer protocol a call comes back unfinished, and is made again with the answer. In the older ones the server asks
while the call is open, and does not say for which: where more than one person's calls run, nobody is asked. The time in
which a person is asked does not count as the server's.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from mcp import MCPError, UrlElicitationRequiredError
from mcp_types import (
    INVALID_PARAMS,
    URL_ELICITATION_REQUIRED,
    CallToolResult,
    ElicitRequestParams,
    ElicitResult,
    InputRequiredResult,
    InputResponses,
)
from pydantic import TypeAdapter

from workers.tools.asked import Ask
from workers.tools.errors import Needed, Rejected
from workers.tools.inquiries import BY_ERROR, ELICIT, question
from workers.tools.needs import Input
from workers.tools.roots import LIST_ROOTS, listed

if TYPE_CHECKING:
    from mcp.client import ClientRequestContext

ANSWER_WITHIN = timedelta(seconds=120)  # a server's open call, and a worker, wait for it
MOST_QUESTIONS = 5  # of one open call
LONGEST_WAIT_SECONDS = MOST_QUESTIONS * ANSWER_WITHIN.total_seconds()
NOT_HERE = 'The tool server "{server}" asks for something else than a person\'s answer, which is not possible here.'
WANTS = 'The tool server "{server}" asks the person something before it goes on.'

Send = Callable[..., Awaitable[CallToolResult | InputRequiredResult]]

log = structlog.get_logger(__name__)


@dataclass(eq=False, kw_only=True)
class _Running:
    ask: Ask | None
    clock: asyncio.Timeout
    asked: int = 0
    waits: set[asyncio.Timeout] = field(default_factory=set)


class OpenCalls:
    """The calls that run on one connection, and what its server asks meanwhile."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._running: list[_Running] = []

    @asynccontextmanager
    async def call(self, ask: Ask | None, seconds: float) -> AsyncIterator[asyncio.Timeout]:
        """Give the block `seconds`, and the time in which a person is asked; then `TimeoutError`. Yields the clock."""
        async with asyncio.timeout(seconds) as clock:
            running = _Running(ask=ask, clock=clock)
            self._running.append(running)
            try:
                yield clock
            finally:
                self._running.remove(running)
                for wait in running.waits:
                    wait.reschedule(asyncio.get_running_loop().time())  # nobody needs the answer any more

    async def elicited(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        """The SDK's callback: a server of the older protocols asks. Always answered: a person's words, or a cancel."""
        running = next(iter(self._running), None)
        asks = {call.ask.who if call.ask else "" for call in self._running}
        if running is None or running.ask is None or len(asks) != 1 or running.asked >= MOST_QUESTIONS:
            log.warning("tool.question_refused", server=self._server, calls=len(self._running))
            return ElicitResult(action="cancel")
        running.asked += 1
        put = question(params.model_dump(mode="json", by_alias=True))
        loop = asyncio.get_running_loop()
        began, waiting = loop.time(), list(self._running)
        _extend(waiting, ANSWER_WITHIN.total_seconds() + 10)  # more than `put` takes at most
        try:
            async with asyncio.timeout(None) as wait:
                running.waits.add(wait)
                answer = await running.ask.put(put)
        except TimeoutError:
            return ElicitResult(action="cancel")
        finally:
            running.waits.discard(wait)
            _extend(waiting, loop.time() - began - ANSWER_WITHIN.total_seconds() - 10)
        return ElicitResult(action=answer.action, content=answer.content)


def _extend(calls: list[_Running], seconds: float) -> None:
    for call in calls:
        when = call.clock.when()
        if when is not None and not call.clock.expired():
            call.clock.reschedule(when + seconds)


async def finished(send: Send, *, server: str, given: str, roots: Sequence[Path] = ()) -> CallToolResult:
    """The result of the call, made with what was `given` before. Raises `Needed` when a person has to say more.

    What a server knows of an unfinished call may be gone by the time of the answer. Then the call begins anew, and the
    same questions get the same answers. A server that asks for folders is told of `roots`, where there are any.
    """
    before: dict[str, Any] = json.loads(given) if given else {}
    responses = TypeAdapter(InputResponses).validate_python(before.get("responses") or {}) or None
    try:
        result = await send(input_responses=responses, request_state=before.get("state"))
    except MCPError as exc:
        if exc.code == URL_ELICITATION_REQUIRED:
            raise _by_error(exc, server) from exc
        if not (before.get("state") and exc.code == INVALID_PARAMS and "requeststate" in exc.message.lower()):
            raise
        log.info("tool.begun_anew", server=server)
        result = await send()
        if isinstance(result, InputRequiredResult) and _requests(result) == before["asked"]:
            result = await send(input_responses=responses, request_state=result.request_state)
    for _ in range(MOST_QUESTIONS):
        if not isinstance(result, InputRequiredResult) or not (more := _without_people(result, roots)):
            break
        result = await send(**more)
    if not isinstance(result, InputRequiredResult):
        return result
    if not result.input_requests or {each["method"] for each in _requests(result).values()} != {ELICIT}:
        raise Rejected(NOT_HERE.format(server=server), ran="no")
    asked = result.model_dump_json(by_alias=True, exclude_none=True)
    raise Needed(WANTS.format(server=server), Input(server=server, asked=asked))


def _without_people(result: InputRequiredResult, roots: Sequence[Path]) -> dict[str, Any]:
    """How the call is made again at once: where nothing is asked, and where it is only for our folders."""
    requests = _requests(result)
    if any(each["method"] != LIST_ROOTS for each in requests.values()) or (requests and not roots):
        return {}
    responses: InputResponses = {key: listed(roots) for key in requests}
    return {"input_responses": responses or None, "request_state": result.request_state}


def _requests(result: InputRequiredResult) -> dict[str, Any]:
    told = result.model_dump(mode="json", by_alias=True, exclude_none=True)
    requests: dict[str, Any] = told.get("inputRequests") or {}
    return requests


def _by_error(exc: MCPError, server: str) -> Needed | Rejected:
    """A server of the older protocols wants an address opened before it takes the call at all."""
    try:
        wanted = UrlElicitationRequiredError.from_error(exc.error).elicitations
    except ValueError:
        wanted = []
    if not wanted:
        return Rejected(f'The tool server "{server}" wants a page opened first, and does not say which.', ran="no")
    requests = {
        str(number): {"method": ELICIT, "params": params.model_dump(mode="json", by_alias=True, exclude_none=True)}
        for number, params in enumerate(wanted)
    }
    asked = json.dumps({"inputRequests": requests, BY_ERROR: True}, ensure_ascii=False)
    return Needed(WANTS.format(server=server), Input(server=server, asked=asked))
