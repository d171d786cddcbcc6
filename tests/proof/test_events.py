"""Events that come twice, late or in another order: each message is answered once, in the order in which it came.

Hypothesis draws who writes what where, and how Slack delivers it; the messages go over HTTP to the real processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from playground.faults import Fault
from tests.proof import verdict
from tests.proof.ground import Ground
from tests.proof.opening import opened
from tests.proof.report import Report
from tests.proof.talks import Kind, Talk

A_PLAN = 20  # messages of one drawn plan
THREADS, WRITERS = 3, 2
ANSWERED_WITHIN = 60.0

Way = Literal["plain", "duplicate", "reorder", "delay", "lost"]


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a plan: in which thread, by which of the thread's writers, and how its event comes."""

    thread: int
    writer: int
    kind: Kind
    way: Way
    waits: bool  # for the thread to be at rest; else it may come during a turn


lines = st.builds(
    Line,
    thread=st.integers(0, THREADS - 1),
    writer=st.integers(0, WRITERS - 1),
    kind=st.sampled_from(("plain", "plain", "tool")),
    way=st.sampled_from(("plain", "plain", "duplicate", "reorder", "delay", "lost")),
    waits=st.booleans(),
)
plans = st.lists(lines, min_size=A_PLAN, max_size=A_PLAN)


async def play(ground: Ground, plan: list[Line]) -> None:
    """Say what the plan says, in threads of its own, and wait until all of it is answered."""
    await ground.refill()
    talks: dict[int, Talk] = {}
    for line in plan:
        if line.way != "plain":
            # A mention in a channel comes as two events; both take this way.
            ground.slack.faults.add(Fault(request="events", kind=line.way, seconds=0.15, times=2))
        talk = talks.get(line.thread)
        if talk is None:
            talks[line.thread] = await ground.begin(line.kind)
            continue
        if line.waits:
            await ground.until(lambda talk=talk: not ground.open(talk), within=ANSWERED_WITHIN, what=talk.key)  # type: ignore[misc]  # mypy cannot infer it
        writers = [talk.said[0].user, f"U0P{(int(talk.said[0].user[3:]) + 1) % 60:03}"]
        await ground.say(talk, line.kind, user=writers[line.writer])
    await ground.until(
        lambda: not any(ground.open(talk) for talk in talks.values()), within=ANSWERED_WITHIN, what=f"the plan {plan}"
    )
    ground.slack.faults.clear()


def run(*, messages: int, seed_number: int) -> Report:
    """`messages` in drawn plans; hypothesis is synchronous, so the loop runs beside it."""
    with tempfile.TemporaryDirectory(prefix="threadwind-proof-") as made, asyncio.Runner() as runner:
        stack = contextlib.AsyncExitStack()

        def do(work: Coroutine[Any, Any, Any]) -> Any:
            return runner.run(work)

        ground: Ground = do(stack.enter_async_context(opened(Path(made) / "run", seed_number)))
        try:

            @seed(seed_number)
            @settings(
                max_examples=messages // A_PLAN,
                database=None,
                deadline=None,
                phases=[Phase.generate],  # a plan that fails is shown as it is: playing it again takes seconds
                suppress_health_check=list(HealthCheck),
            )
            @given(plans)
            def all_plans(plan: list[Line]) -> None:
                do(play(ground, plan))

            all_plans()
            report: Report = do(verdict.read(ground, "events disturbed", seed_number, blows=0))
            return report
        finally:
            do(stack.aclose())


def test_sixty_messages_that_come_twice_late_or_out_of_order_are_answered_once() -> None:
    run(messages=60, seed_number=6).check()


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_a_thousand_messages_that_come_twice_late_or_out_of_order_are_answered_once() -> None:
    run(messages=1000, seed_number=6).check()
