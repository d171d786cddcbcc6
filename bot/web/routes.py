"""The bot's addresses: Slack's, and the one that says whether the bot is well."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.slack.manifest import EVENTS_PATH

HEALTH_PATH = "/healthz"
HEALTH_LIMIT = timedelta(seconds=1)  # who asks for health gives up after a few seconds

Check = Callable[[], Awaitable[str | None]]  # a plain sentence about what is wrong, or None


def make_routes(guard: ASGIApp | None, checks: tuple[Check, ...]) -> Starlette:
    """The web application. Without a `guard` (Socket Mode) Slack has no address here."""

    async def health(request: Request) -> JSONResponse:
        problems = [problem for problem in await asyncio.gather(*(check() for check in checks)) if problem]
        if problems:
            return JSONResponse({"ok": False, "problem": " ".join(problems)}, status_code=503)
        return JSONResponse({"ok": True})

    routes = [Route(HEALTH_PATH, health, methods=["GET"])]
    if guard is not None:
        routes.insert(0, Route(EVENTS_PATH, guard))
    return Starlette(routes=routes)


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
