"""What a command that asks Redis stands on: a connection of its own, a Slack that may be missing, plain failures."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.redis_client import open_redis
from bot.start import give_up
from workers.commands.cannot import CANNOT, Cannot
from workers.commands.settings import StoreSettings, read
from workers.commands.terminal import address

if TYPE_CHECKING:
    from bot.slack.client import Slack

ANSWER_LIMIT = timedelta(seconds=10)  # an operator waits; a Redis that takes longer is not well
SLACK_LIMIT = timedelta(seconds=5)  # permalinks are an extra

T = TypeVar("T")


def run(work: Callable[[Redis, StoreSettings], Awaitable[None]]) -> None:
    """Do `work` with an open Redis; ends the process with a sentence where that is not possible."""
    settings = read(StoreSettings)
    guarded(settings.redis_url, lambda: asyncio.run(_with_redis(work, settings)))


def guarded(url: str, work: Callable[[], T]) -> T:
    """What `work` gives, which uses the Redis at `url`; ends the process with a sentence where that is not possible."""
    try:
        return work()
    except BrokenPipeError:  # whoever read our words has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Cannot as exc:
        give_up(*str(exc).split("\n"), status=CANNOT)
    except (RedisError, OSError) as exc:
        give_up(
            f"Redis at {address(url)} gives no usable answer ({type(exc).__name__}). Check REDIS_URL and whether it "
            "runs.",
            status=CANNOT,
        )


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Redis]:
    """A connection of this command's own; `Cannot` for an address that is none."""
    try:
        redis = open_redis(url, timeout=ANSWER_LIMIT)
    except ValueError:
        raise Cannot("REDIS_URL is no usable address; it looks like redis://host:6379/0.") from None
    async with redis:
        yield redis


async def _with_redis(work: Callable[[Redis, StoreSettings], Awaitable[None]], settings: StoreSettings) -> None:
    async with opened(settings.redis_url) as redis:
        await work(redis, settings)


@asynccontextmanager
async def slack_of(settings: StoreSettings) -> AsyncIterator[Slack | None]:
    """Slack as the settings' bot token sees it; None where there is no token."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    if not token:
        yield None
        return
    # Its library takes longer to import than all that a command needs without it.
    from bot.slack.calls import Calls, open_session
    from bot.slack.client import Slack

    async with open_session(timeout=SLACK_LIMIT) as session:
        yield Slack(Calls(token, session=session, base_url=settings.slack_api_url))
