"""The jobs arq knows, and nothing else: each unpacks its arguments and calls one function."""

from __future__ import annotations

from typing import Any

import structlog
from redis.exceptions import RedisError
from structlog.contextvars import bound_contextvars

from bot.threads.models import ThreadKey
from workers import owner
from workers.services import Services

log = structlog.get_logger()


async def look(ctx: dict[str, Any], thread: str, generation: int) -> None:
    """The nudge that a mailbox's script leaves: look at `thread`, if `generation` is still its newest."""
    services: Services = ctx["services"]
    with bound_contextvars(thread=thread, generation=generation):
        try:
            await owner.take(services, ThreadKey.parse(thread), generation)
        except (RedisError, OSError) as error:
            # Redis stayed away for longer than is waited for: the lease runs out, and whoever sees it first goes on.
            log.warning("thread.left", error=type(error).__name__)


async def sweep(ctx: dict[str, Any]) -> None:
    """Each minute: nudge a worker for mail that nobody owns."""
    services: Services = ctx["services"]
    if found := await services.turns.sweep():
        log.warning("sweep.found", threads=found)
