"""How long a conversation is busy, told by a clock of our own."""

from __future__ import annotations

import pytest

from playground.agents_api.errors import ApiError
from playground.agents_api.locks import LOCK_SECONDS, Locks


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_conversation_is_busy_until_its_request_ends() -> None:
    locks = Locks()
    locks.take("a")
    locks.take("b")
    with pytest.raises(ApiError, match="409"):
        locks.take("a")
    locks.release("a")
    locks.take("a")


def test_a_dropped_stream_leaves_it_busy_for_ninety_seconds() -> None:
    clock = Clock()
    locks = Locks(clock)
    locks.take("a")
    locks.release("a", after_seconds=LOCK_SECONDS)
    clock.now += 89.9
    assert locks.held("a")
    clock.now += 0.1
    locks.take("a")
