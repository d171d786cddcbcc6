"""What a command that asks Redis stands on: a connection of its own, a Slack that may be missing, plain failures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.redis_client import open_redis
from bot.slack.calls import Calls, open_session
from bot.slack.client import Slack
from bot.start import give_up
from workers.commands.cannot import CANNOT, Cannot
from workers.commands.settings import StoreSettings, read
from workers.commands.terminal import address

ANSWER_LIMIT = timedelta(seconds=10)  # an operator waits; a Redis that takes longer is not well
SLACK_LIMIT = timedelta(seconds=5)  # permalinks are an extra


def run(work: Callable[[Redis, StoreSettings], Awaitable[None]]) -> None:
    """Do `work` with an open Redis; ends the process with a sentence where that is not possible."""
    settings = read(StoreSettings)
    try:
        asyncio.run(_with_redis(work, settings))
    except Cannot as exc:
        give_up(str(exc), status=CANNOT)
    except (RedisError, OSError) as exc:
        where = address(settings.redis_url)
        give_up(
            f"Redis at {where} gives no usable answer ({type(exc).__name__}). Check REDIS_URL and whether it runs.",
            status=CANNOT,
        )


async def _with_redis(work: Callable[[Redis, StoreSettings], Awaitable[None]], settings: StoreSettings) -> None:
    try:
        redis = open_redis(settings.redis_url, timeout=ANSWER_LIMIT)
    except ValueError:
        raise Cannot("REDIS_URL is no usable address; it looks like redis://host:6379/0.") from None
    async with redis:
        await work(redis, settings)


@asynccontextmanager
async def slack_of(settings: StoreSettings) -> AsyncIterator[Slack | None]:
    """Slack as the settings' bot token sees it; None where there is no token."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    if not token:
        yield None
        return
    async with open_session(timeout=SLACK_LIMIT) as session:
        yield Slack(Calls(token, session=session, base_url=settings.slack_api_url))
