"""The bot's addresses that are not Slack's: the one that says whether it is well, and those that are given in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

HEALTH_PATH = "/healthz"
HEALTH_LIMIT = timedelta(seconds=1)  # who asks for health gives up after a few seconds

Check = Callable[[], Awaitable[str | None]]  # a plain sentence about what is wrong, or None


def make_routes(*checks: Check, more: Sequence[BaseRoute] = ()) -> Starlette:
    """The web application. In HTTP mode the guard stands before it and takes Slack's route."""

    async def health(request: Request) -> JSONResponse:
        problems = [problem for problem in await asyncio.gather(*(check() for check in checks)) if problem]
        if problems:
            return JSONResponse({"ok": False, "problem": " ".join(problems)}, status_code=503)
        return JSONResponse({"ok": True})

    return Starlette(routes=[Route(HEALTH_PATH, health, methods=["GET"]), *more])


def answers(redis: Redis) -> Check:
    """Whether Redis answers now."""

    async def check() -> str | None:
        try:
            async with asyncio.timeout(HEALTH_LIMIT.total_seconds()):
                await redis.ping()
        except (RedisError, TimeoutError, OSError):
            return "Redis does not answer; check REDIS_URL and whether it runs."
        return None

    return check
