"""SIGKILL of the bot around the store: Slack repeats what it got no 200 for, and each message is stored once."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from playground.faults import Fault
from tests.proof import verdict
from tests.proof.ground import Ground
from tests.proof.opening import duplicated, opened
from tests.proof.report import Report

MET_WITHIN = 8.0
DUPLICATES = 0.15


async def blow(ground: Ground, number: int) -> None:
    """A handful of messages; the bot falls before or after its script stores one of them, and is back."""
    await ground.refill()
    fallen = len(ground.kept["bot"].lives)
    when = ground.rng.choice(("before", "after"))
    ground.seen.rules.add(Fault(request="accept", kind="kill", when=when, skip=ground.rng.randrange(4)))
    for _ in range(4):
        await ground.begin(ground.rng.choice(("plain", "plain", "tool")))
    finished = [talk for talk in ground.talks if not ground.open(talk) and len(talk.said) < 4]
    if finished:
        await ground.say(ground.rng.choice(finished), "plain")
    await ground.until(
        lambda: len(ground.kept["bot"].lives) > fallen, within=MET_WITHIN, what=f"blow {number} {when} accept"
    )
    ground.seen.rules.clear()
    await ground.ready("bot")
    # Slack repeats an event three times, over minutes; here, over seconds, a second blow must not meet each repeat.
    await ground.until(lambda: not ground.slack.delivery.underway, within=MET_WITHIN, what="all events are heard")


async def run(*, kills: int, seed: int) -> Report:
    """`kills` times the bot falls around its script."""
    with tempfile.TemporaryDirectory(prefix="threadwind-proof-") as made:
        async with opened(Path(made) / "run", seed, workers=1) as ground:
            ground.slack.faults.add(duplicated(DUPLICATES))
            for number in range(kills):
                await blow(ground, number)
            return await verdict.read(ground, "bot killed", seed, blows=len(ground.kept["bot"].lives) - 1)


async def test_a_bot_killed_around_the_store_loses_and_repeats_no_message() -> None:
    (await run(kills=4, seed=2)).check()


@pytest.mark.proof
@pytest.mark.timeout(900)
async def test_a_bot_killed_fifty_times_around_the_store_loses_and_repeats_no_message() -> None:
    (await run(kills=50, seed=2)).check()
