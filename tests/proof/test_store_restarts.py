"""kill -9 of Redis, which writes each command to its file at once: it comes back and nothing was forgotten."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest

from tests.proof import verdict
from tests.proof.ground import Ground
from tests.proof.opening import duplicated, opened
from tests.proof.report import Report

AWAY = (0.05, 0.3, 0.6)  # seconds; the bot answers 503 meanwhile, and Slack repeats
DUPLICATES = 0.15


async def blow(ground: Ground) -> None:
    """People write before, while and after the store is away."""
    await ground.refill()
    for kind in ("slow", "tool", "plain"):
        await ground.begin(kind)
    await asyncio.sleep(ground.rng.uniform(0.0, 0.3))  # the moment of the blow, anywhere in these turns
    await ground.lose_store()
    await ground.begin("plain")
    await asyncio.sleep(ground.rng.choice(AWAY))
    await ground.find_store()
    await ground.begin("plain")
    await ground.until(lambda: not ground.unanswered(), within=60, what="all is answered after the restart")


async def run(*, restarts: int, seed: int) -> Report:
    with tempfile.TemporaryDirectory(prefix="threadwind-proof-") as made:
        async with opened(Path(made) / "run", seed, fsync="always") as ground:
            ground.slack.faults.add(duplicated(DUPLICATES))
            for _ in range(restarts):
                await blow(ground)
            report = await verdict.read(ground, "store restarted", seed, blows=restarts)
            report.wrong += [f"{kept.name} ended" for kept in ground.kept.values() if len(kept.lives) > 1]
            return report


async def test_a_restart_of_the_store_loses_and_repeats_nothing() -> None:
    (await run(restarts=1, seed=3)).check()


@pytest.mark.proof
@pytest.mark.timeout(600)
async def test_ten_restarts_of_the_store_lose_and_repeat_nothing() -> None:
    (await run(restarts=10, seed=3)).check()
