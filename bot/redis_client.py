"""The connection to Redis, as both processes open it.

A command that met a broken connection is sent again, a few times within a second: that rides out a Redis that
restarts, and is safe because every script of ours has the effect of once when it runs twice. A command that got no
answer in time is not sent again; the caller is told. Answers are bytes.
"""

from __future__ import annotations

from datetime import timedelta

import hiredis
from redis.asyncio import Connection, ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.typing import EncodableT

CONNECT_TIMEOUT = timedelta(seconds=1)
RETRIES = 3
BACKOFF_BASE_SECONDS = 0.05
BACKOFF_CAP_SECONDS = 0.4  # 0.1 + 0.2 + 0.4 s in all: Slack's 3 s for an answer must hold a whole failed request
# More at once is an error, not a wait: redis-py's pool that waits makes each accepted event 7 % dearer. The web server
# takes fewer requests at a time than this (`bot/web/server.py`); Redis itself allows 10,000.
MOST_CONNECTIONS = 512


class PackedInC(Connection):
    """redis-py packs commands in C in its synchronous client only; in Python it is a tenth of each accepted event."""

    def pack_command(self, *args: EncodableT) -> list[bytes]:
        name, *rest = args
        if isinstance(name, str) and " " in name:  # redis-py's "SCRIPT LOAD" is two words to the server
            return [hiredis.pack_command((*name.split(), *rest))]  # type: ignore[arg-type]  # its hint: a tuple of one
        return [hiredis.pack_command(args)]  # type: ignore[arg-type]


def open_redis(url: str, *, timeout: timedelta | None) -> Redis:
    """A client of the Redis at `url`; nothing is sent before its first command. Close it with `aclose()`.

    `timeout` is the longest wait for one answer; for a blocking command it must be longer than the command's own.
    None is for callers who put their own deadline around everything they ask, as the bot does: redis-py's cost a tenth
    of each accepted event. A cancelled command closes its connection. `ValueError`: what is wrong with the address.
    """
    pool = ConnectionPool.from_url(
        url,
        connection_class=PackedInC,  # an address with TLS or a socket's path brings its own class
        max_connections=MOST_CONNECTIONS,
        socket_timeout=timeout and timeout.total_seconds(),
        socket_connect_timeout=CONNECT_TIMEOUT.total_seconds(),
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
