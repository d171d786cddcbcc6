"""The connection to Redis, as both processes open it.

A command that met a broken connection is sent again, a few times within a second: that rides out a Redis that
restarts, and is safe because every script of ours has the effect of once when it runs twice. A command that got no
answer in time is not sent again; the caller is told. Answers are bytes.
"""

from __future__ import annotations

from datetime import timedelta

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

RETRIES = 3
BACKOFF_BASE_SECONDS = 0.05
BACKOFF_CAP_SECONDS = 0.4  # 0.1 + 0.2 + 0.4 s in all: Slack's 3 s for an answer must hold a whole failed request
MOST_CONNECTIONS = 64  # more requests at once wait for one; Redis runs one script at a time anyway


def open_redis(url: str, *, timeout: timedelta, most_connections: int = MOST_CONNECTIONS) -> Redis:
    """A client of the Redis at `url`; nothing is sent before its first command. Close it with `aclose()`.

    `timeout` is the longest wait for a connection and for one answer; for a blocking command it must be longer than
    the command's own. `ValueError` says what is wrong with the address.
    """
    seconds = timeout.total_seconds()
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=most_connections,
        timeout=seconds,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        socket_keepalive=True,
        # redis-py names refused connections by OSError while it connects, and by its own class afterwards.
        retry=Retry(
            ExponentialBackoff(cap=BACKOFF_CAP_SECONDS, base=BACKOFF_BASE_SECONDS),
            RETRIES,
            (RedisConnectionError, ConnectionError),  # type: ignore[arg-type]  # its hint leaves OSErrors out
        ),
        retry_on_error=[RedisConnectionError],
    )
    return Redis.from_pool(pool)
