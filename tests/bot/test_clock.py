"""The clock by which follow-ups are due."""

from __future__ import annotations

import pytest

from bot.clock import Clock


def test_the_real_one_says_the_real_time() -> None:
    assert Clock.parse("real") == Clock.parse("") == Clock()
    assert Clock().now(lambda: 12.5) == 12.5
    assert Clock().real_seconds(3) == 3
    assert str(Clock()) == "real"


def test_a_rehearsals_goes_faster_from_a_time_of_its_own() -> None:
    clock = Clock.parse("2027-03-26T00:00:00+00:00 x1000 @1795880000")
    assert clock.now(lambda: 1_795_880_000) == 1_806_019_200
    assert clock.now(lambda: 1_795_880_002) == 1_806_021_200
    assert clock.real_seconds(500) == 0.5
    assert Clock.parse(str(clock)) == clock


@pytest.mark.parametrize("text", ["fast", "2027-03-26T00:00:00 x2 @1", "x2 @1", "2027-03-26T00:00:00Z x0 @1"])
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"\+00:00"):
        Clock.parse(text)
