"""The jobs arq knows."""

from __future__ import annotations

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from workers import jobs, owner


async def test_a_redis_that_goes_away_under_a_thread_leaves_it_to_the_next_owner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The job ends; arq would only log it with a trace."""

    async def take(*_: object) -> None:
        raise RedisConnectionError("Connection closed by server.")

    monkeypatch.setattr(owner, "take", take)
    with capture_logs() as logs:
        await jobs.look({"services": None}, "T1:C1:1.0", 1)
    assert [(line["event"], line["error"]) for line in logs] == [("thread.left", "ConnectionError")]
