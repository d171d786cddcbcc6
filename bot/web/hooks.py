"""The door for signed webhooks: `POST /hooks/<id>`. It looks up, checks, stores, and answers; nothing else.

Always holds: nothing that its hook's secret did not sign is stored, and whoever does not know the secret cannot find
out which hooks exist: an id that nobody has is a 404 after the same work as a wrong signature. What was answered with
200 is stored, or was before, or nobody waits for it: a ping, an event that was not named, a follow-up that is paused.
Senders wait 5 s (Linear) or 10 s (GitHub), so there is a deadline on each step.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

import structlog
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.deadlines import Deadlines
from bot.follow_ups.hooks import Accepted, Heard, Hook, NotGenuine, Outcome, Unreadable, read
from bot.web.guard import Refusal, read_body

HOOK_PATH = "/hooks/{hook_id}"
READ_LIMIT = timedelta(seconds=2)  # for the body
STORE_LIMIT = timedelta(seconds=2)  # for the lookup and the script

_ID = re.compile(r"[A-Za-z0-9_-]{20,64}")

log = structlog.get_logger()


class Hooks(Protocol):
    """The store of hooks, as far as the door needs it. Both raise redis-py's errors where it is away."""

    async def find(self, hook_id: str) -> Hook | None: ...

    async def accept(self, hook: Hook, heard: Heard) -> Accepted:
        """Store it once, and wake who is to read it."""
        ...


class HookDoor:
    """`now` is the clock, in seconds since the epoch."""

    def __init__(self, hooks: Hooks, now: Callable[[], float], deadlines: Deadlines) -> None:
        self._hooks = hooks
        self._now = now
        self._deadlines = deadlines
        self._nobodys = secrets.token_hex(32)  # the secret of every hook that does not exist

    def routes(self) -> list[Route]:
        return [Route(HOOK_PATH, self.hear, methods=["POST"])]

    async def hear(self, request: Request) -> Response:
        try:
            body = await read_body(request.receive, self._deadlines, READ_LIMIT)
            with self._deadlines.within(STORE_LIMIT):
                return await self._answer(request, body)
        except Refusal as refusal:
            log.info("hook.refused", status=refusal.status, reason=refusal.reason)
            return PlainTextResponse(refusal.reason, refusal.status)
        except (RedisError, OSError) as exc:  # a TimeoutError is an OSError
            log.error("store.away", error=type(exc).__name__)
            return PlainTextResponse("This could not be stored just now; please send it again.", 503)

    async def _answer(self, request: Request, body: bytes) -> Response:
        hook_id = request.path_params["hook_id"]
        hook = await self._hooks.find(hook_id) if _ID.fullmatch(hook_id) else None
        try:
            heard = read(hook.secret if hook else self._nobodys, request.headers.raw, body, self._now())
        except NotGenuine as problem:
            log.info("hook.not_genuine", reason=problem.reason)
            hook = None
        except Unreadable as problem:
            raise Refusal(400, str(problem)) from None
        if hook is None:
            raise Refusal(404, "There is no such hook, or the request is not signed with its secret.")
        if not hook.is_open:
            return _answered(Accepted(Outcome.ENDED))
        if heard.event.is_ping:  # it asks whether somebody is there: somebody is
            return Response()
        accepted = await self._hooks.accept(hook, heard)
        log.info("hook.heard", follow_up=hook.follow_up, event_name=heard.event.name, outcome=accepted.outcome)
        return _answered(accepted)


def _answered(accepted: Accepted) -> Response:
    match accepted.outcome:
        case Outcome.STORED | Outcome.REPEAT:
            return Response()
        case Outcome.ENDED:
            return PlainTextResponse("What this hook was for is over; please remove it.", 410)
        case Outcome.TOO_MANY:
            later = {"Retry-After": str(max(1, accepted.retry_after))}
            return PlainTextResponse("This hook was called too often; please wait.", 429, headers=later)
