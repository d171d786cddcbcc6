"""What is said of servers to whoever runs the product: nothing twice, not much an hour, and bounded in memory."""

from __future__ import annotations

from workers.tools.seldom import REMEMBERED, Seldom


def test_what_is_remembered_of_a_server_is_bounded() -> None:
    clock = [0.0]
    seldom = Seldom(lambda: clock[0])
    for hour in range(3 * REMEMBERED):
        clock[0] = 3600.0 * hour
        assert seldom.is_due("shop", str(hour))
        assert not seldom.is_due("shop", str(hour))
    clock[0] += 3600
    assert not seldom.is_due("shop", str(2 * REMEMBERED))
    assert seldom.is_due("shop", "0")
