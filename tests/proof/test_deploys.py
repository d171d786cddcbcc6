"""Rolling SIGTERM: a new worker is ready, the old one hands its threads on; nobody notices, no try is used up."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest

from tests.proof import verdict
from tests.proof.ground import Ground
from tests.proof.opening import duplicated, opened
from tests.proof.report import Report, spread

GAP_WITHIN = 2.0  # seconds a thread may be without an owner
DUPLICATES = 0.15


async def deploy(ground: Ground, old: str, new: str) -> None:
    await ground.refill()
    await ground.worker(new)
    await ground.ready(new)
    for _ in range(2):
        for kind in ("slow", "tool", "plain"):
            await ground.begin(kind)
    await asyncio.sleep(ground.rng.uniform(0.0, 0.25))  # the moment of the signal, anywhere in these turns
    leaving = asyncio.create_task(ground.kept[old].leave())
    await ground.begin("slow")
    assert await leaving == 0, "a worker that is told to end says how it ended"


async def run(*, deploys: int, seed: int) -> Report:
    """`deploys` workers give way to new ones, while people write."""
    with tempfile.TemporaryDirectory(prefix="threadwind-proof-") as made:
        async with opened(Path(made) / "run", seed, workers=1, SHUTDOWN_GRACE="5") as ground:
            ground.slack.faults.add(duplicated(DUPLICATES))
            for number in range(1, deploys + 1):
                await deploy(ground, f"worker{number}", f"worker{number + 1}")
            report = await verdict.read(ground, "deployed", seed, blows=deploys)
            lost = {thread: cost for thread, cost in ground.lost_workers.items() if cost}
            report.wrong += [f"{thread} was charged {cost} tries" for thread, cost in lost.items()]
            gaps = [*ground.owners.handed_on, *ground.owners.take_overs]
            report.wrong += [f"a gap of {gap:.2f} s" for gap in gaps if gap > GAP_WITHIN]
            print(f"  {len(gaps)} threads handed on, gap {spread(gaps)}")
            return report


async def test_a_rolling_deploy_is_not_noticed() -> None:
    (await run(deploys=2, seed=4)).check()


@pytest.mark.proof
@pytest.mark.timeout(600)
async def test_twenty_rolling_deploys_are_not_noticed() -> None:
    (await run(deploys=20, seed=4)).check()
