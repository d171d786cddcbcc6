"""A worker that sleeps for longer than its lease and wakes up believing it is the owner."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from pathlib import Path

import pytest

from playground.faults import Fault
from tests.proof import verdict
from tests.proof.ground import Ground
from tests.proof.opening import LEASE, duplicated, opened
from tests.proof.report import Report
from tests.proof.talks import Kind

PAUSE = LEASE * 1.3  # seconds
TWICE = 0.02  # of the open turns may be answered twice: Slack cannot check who owns a thread
OTHERS = 3  # turns beside the one that is struck
MET_WITHIN = 6.0
ANSWERED_WITHIN = 60.0
DUPLICATES = 0.15

# Where a worker falls asleep: when it has just written to the journal or claimed, and before it acts on that; and with
# a request of its own on the way to Slack or Mistral, that arrives or does not.
PLACES: tuple[tuple[str, str, Kind, str, int], ...] = (
    ("redis", "claim", "plain", "after", 0),
    ("redis", "note", "slow", "after", 0),
    ("redis", "note", "slow", "after", 1),
    ("redis", "note", "slow", "after", 2),
    ("redis", "note", "plain", "after", 1),
    ("redis", "note", "tool", "after", 2),
    ("redis", "note", "tool", "after", 3),
    ("redis", "note", "tool", "after", 4),
    ("redis", "finish", "plain", "after", 0),
    ("slack", "chat.postMessage", "plain", "after", 0),
    ("slack", "chat.postMessage", "tool", "before", 0),
    ("slack", "chat.startStream", "slow", "after", 0),
    ("slack", "chat.appendStream", "slow", "before", 0),
    ("slack", "chat.stopStream", "slow", "after", 0),
    ("mistral", "conversations.start", "slow", "before", 0),
    ("mistral", "conversations.start", "plain", "after", 0),
    ("mistral", "conversations.append", "tool", "after", 0),
)


async def pause(ground: Ground, place: tuple[str, str, Kind, str, int]) -> str | None:
    """One sleeps at `place` while others work; the place, if no worker came by."""
    await ground.refill()
    where, name, kind, when, skip = place
    rules = {"redis": ground.seen.rules, "slack": ground.slack.faults, "mistral": ground.mistral.faults}[where]
    rule = Fault.model_validate({"request": name, "kind": "kill", "when": when, "skip": skip, "signal": "STOP"})
    struck = len(ground.aim.fired)
    rules.add(rule)
    await ground.begin(kind)
    for _ in range(OTHERS):
        await ground.begin(ground.rng.choice(("slow", "plain", "tool")))
    missed = None
    try:
        await ground.until(lambda: len(ground.aim.fired) > struck, within=MET_WITHIN, what=str(place))
    except AssertionError:
        missed = str(place)
    await asyncio.sleep(PAUSE)  # the pause itself
    for faults in (ground.slack.faults, ground.mistral.faults, ground.seen.rules):
        faults.clear()
    ground.slack.faults.add(duplicated(DUPLICATES))
    for worker in ground.workers:
        worker.send(signal.SIGCONT)
    # A turn that three sleeps cut off would rightly be put aside; here each gets one.
    await ground.until(lambda: not ground.unanswered(), within=ANSWERED_WITHIN, what=f"all is answered after {place}")
    return missed


async def run(*, pauses: int, seed: int) -> Report:
    """`pauses` sleeps, one worker at a time, longer than the lease."""
    with tempfile.TemporaryDirectory(prefix="threadwind-proof-") as made:
        async with opened(Path(made) / "run", seed) as ground:
            ground.slack.faults.add(duplicated(DUPLICATES))
            missed = []
            for number in range(pauses):
                if number % len(PLACES) == 0:
                    places = ground.rng.sample(PLACES, len(PLACES))
                if found := await pause(ground, places[number % len(PLACES)]):
                    missed.append(found)
            return await verdict.read(ground, "worker paused", seed, blows=pauses, missed=missed)


async def test_a_worker_that_slept_longer_than_its_lease_repeats_nothing() -> None:
    (await run(pauses=3, seed=5)).check(twice=TWICE)


@pytest.mark.proof
@pytest.mark.timeout(900)
async def test_forty_pauses_longer_than_the_lease_repeat_next_to_nothing() -> None:
    (await run(pauses=40, seed=5)).check(twice=TWICE)
