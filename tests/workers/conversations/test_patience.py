"""Which failures are waited for, how long, and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.conversations.errors import Busy, TryLater
from workers.conversations.patience import LONGEST_DELAY, Limits, Patience
from workers.conversations.port import Waiting, WaitReason

LIMITS = Limits(wait=timedelta(seconds=60), lock=timedelta(seconds=90))
RATE = TryLater("slow down", status=429)
DOWN = TryLater("down", status=503)
FAILED = TryLater("failed", status=500)
REFUSED = TryLater("nobody there")
BUSY = Busy("busy", status=409)


def test_delays_double_up_to_the_longest() -> None:
    patience = Patience(LIMITS, repeatable=False)
    delays = []
    now = 0.0
    while (wait := patience.next(DOWN, now=now, chance=0.999)) is not None:
        delays.append(round(wait.delay.total_seconds(), 1))
        now += wait.delay.total_seconds()
    assert delays == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 8.5]
    assert now == pytest.approx(60)


@pytest.mark.parametrize(
    ("error", "repeatable", "tries"), [(FAILED, False, 1), (FAILED, True, 9), (RATE, False, 9), (REFUSED, False, 9)]
)
def test_only_a_500_of_a_request_that_runs_the_model_has_one_more_try(
    error: TryLater, repeatable: bool, tries: int
) -> None:
    patience = Patience(LIMITS, repeatable)
    waits = [patience.next(error, now=0.0, chance=0.0) for _ in range(9)]
    assert len([wait for wait in waits if wait is not None]) == tries


def test_a_lock_has_a_budget_of_its_own_that_begins_when_it_is_met() -> None:
    patience = Patience(LIMITS, repeatable=False)
    down = patience.next(DOWN, now=0.0, chance=0.0)
    busy = patience.next(BUSY, now=50.0, chance=0.0)
    limited = patience.next(RATE, now=59.0, chance=0.0)
    assert isinstance(down, Waiting)
    assert isinstance(busy, Waiting)
    assert isinstance(limited, Waiting)
    assert (down.until, busy.until, limited.until) == (60.0, 150.0, 60.0)
    assert patience.next(RATE, now=60.0, chance=0.0) is None
    assert patience.next(BUSY, now=140.0, chance=0.0) is not None
    assert patience.next(BUSY, now=150.0, chance=0.0) is None


def test_nobody_waits_where_there_is_no_time_for_it() -> None:
    assert Patience(Limits(wait=timedelta()), repeatable=True).next(DOWN, now=0.0, chance=0.0) is None


@given(
    chance=st.floats(0, 1, exclude_max=True),
    after=st.none() | st.floats(0, 100),
    busy=st.booleans(),
    tries=st.integers(1, 40),
)
def test_no_wait_is_sooner_than_asked_for_or_longer_than_is_left(
    chance: float, after: float | None, busy: bool, tries: int
) -> None:
    error = (Busy if busy else TryLater)("…", status=409 if busy else 429)
    error.after = None if after is None else timedelta(seconds=after)
    patience = Patience(LIMITS, repeatable=False)
    now = 0.0
    for _ in range(tries):
        wait = patience.next(error, now=now, chance=chance)
        if wait is None:
            break
        assert wait.reason is (WaitReason.BUSY if busy else WaitReason.RATE_LIMIT)
        assert timedelta() <= wait.delay <= max(LONGEST_DELAY, error.after or timedelta()) + timedelta(seconds=0.25)
        assert error.after is None or wait.delay >= error.after
        now += wait.delay.total_seconds()
        assert now <= wait.until + 1e-3
