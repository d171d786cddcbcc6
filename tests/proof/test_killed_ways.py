"""SIGKILL of the worker at every step of the other ways: handoffs, forms, files, errands, branches, people, switches.

What the steps of a way are, a rehearsal tells: it is walked once in peace, and each request and script of a worker's is
a place at which a worker may fall, before or after.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest

from bot.vault import new_key
from playground.faults import Fault
from tests.proof import verdict, ways
from tests.proof.asking import Where
from tests.proof.company import AGENTS, Company
from tests.proof.ground import Ground
from tests.proof.opening import opened
from tests.proof.report import Report

MET_WITHIN = 2.0  # seconds after a way was walked in which its step may still come
RECOVERED_WITHIN = 30.0
OF_NO_WAY = ("beat", "take_over", "give_back", "events")  # the clock's scripts, and what Slack sends
STREAMS = ("conversations.start", "conversations.append", "conversations.restart")
CUTS = (1, 4, 8)  # events of a stream that a worker still hears before it falls


@dataclass(frozen=True, slots=True)
class Place:
    """The `number`th request of this name on a way; of a stream, after so many events."""

    way: str
    where: Where
    name: str
    number: int
    when: Literal["before", "after"]
    cut: int | None = None

    def __str__(self) -> str:
        cut = f" cut after {self.cut}" if self.cut is not None else ""
        return f"{self.when} {self.name}#{self.number}{cut} ({self.way})"


async def walked(ground: Ground, number: int, way: str) -> ways.Walk:
    walk = ways.Walk(ground, way, number, ground.person())
    await next(each for each in ways.WAYS if each.__name__ == way)(walk)
    return walk


async def rehearsed(ground: Ground, number: int, way: str) -> tuple[ways.Walk, list[Place]]:
    """The way walked in peace, and its places."""
    ground.aim.asked = []
    walk = await walked(ground, number, way)
    await ground.until(lambda: not ground.owners.of, within=RECOVERED_WITHIN, what=f"{way} is at rest")
    asked, ground.aim.asked = ground.aim.asked, None
    workers = {kept.pid for kept in ground.workers}
    places: list[Place] = []
    counts: Counter[tuple[Where, str]] = Counter()
    for pid, where, name in asked:
        before = Place(way, where, name, counts[where, name], "before")
        after = replace(before, when="after")
        counts[where, name] += 1
        if pid in workers and name not in OF_NO_WAY:
            cuts = CUTS if name in STREAMS else ()
            places += [before, after, *(replace(after, cut=events) for events in cuts)]
    return walk, places


def disarm(ground: Ground) -> None:
    for faults in (ground.slack.faults, ground.mistral.faults, ground.seen.rules):
        faults.clear()


def fallen(ground: Ground) -> int:
    return sum(life.ended is not None for kept in ground.kept.values() for life in kept.lives)


async def blow(ground: Ground, numbers: Iterator[int], place: Place, missed: list[str]) -> list[ways.Walk]:
    """Walk the way of `place`, at which a worker falls; sometimes beside another one."""
    await ground.refill()
    await ground.ready(*(kept.name for kept in ground.kept.values() if kept.module == "workers"))
    before = fallen(ground)
    rules = {"slack": ground.slack.faults, "mistral": ground.mistral.faults, "redis": ground.seen.rules}[place.where]
    rules.add(Fault(request=place.name, kind="kill", when=place.when, skip=place.number))
    if place.cut is not None:
        rules.add(Fault(request=place.name, kind="cut", events=place.cut, skip=place.number))
    chosen = [place.way]
    if ground.rng.random() < 0.3:
        chosen.append(ground.rng.choice(ways.WAYS).__name__)
    walks = await asyncio.gather(*(walked(ground, next(numbers), way) for way in chosen))
    try:
        await ground.until(lambda: fallen(ground) > before, within=MET_WITHIN, what=str(place))
    except AssertionError:
        missed.append(str(place))
    disarm(ground)
    await ground.until(lambda: not ground.owners.orphans, within=RECOVERED_WITHIN, what=f"new owners after {place}")
    return walks


async def run(*, kills: int, seed: int, most: int = len(ways.WAYS), handoff_continue: str = "resume") -> Report:
    """`kills` workers fall, each at another place of the ways, of which `most` are walked."""
    with tempfile.TemporaryDirectory(prefix="threadwind-proof-") as made:
        folder = Path(made) / "run"
        async with opened(
            folder, seed, agents=AGENTS, VAULT_KEYS=new_key(), HANDOFF_CONTINUE=handoff_continue
        ) as ground:
            company = Company(ground.mistral.cabinet)
            ground.mistral.script.answer_with(company.answer)
            numbers = iter(range(1, 10_000))
            walks: list[ways.Walk] = []
            places: list[Place] = []
            missed: list[str] = []
            for way in ground.rng.sample(ways.WAYS, most):
                walk, found = await rehearsed(ground, next(numbers), way.__name__)
                walks.append(walk)
                places += found
            struck = fallen(ground)
            print(f"  {len(places)} places on {len(walks)} ways")
            for place in ground.rng.sample(places, min(kills, len(places))):
                walks += await blow(ground, numbers, place, missed)
            report = await verdict.read(ground, "ways", seed, blows=fallen(ground) - struck, missed=missed)
            wrong = {walk: bad for walk in walks if (bad := await walk.wrong())}
            if wrong:
                print(await ground.story(*(talk.key for walk in wrong for talk in walk.wanted)))
            report.wrong += [each for bad in wrong.values() for each in bad]
            print(f"  {len(walks) - len(wrong)} of {len(walks)} walks as they should be")
            return report


async def test_a_worker_killed_on_four_of_the_other_ways_loses_and_repeats_nothing() -> None:
    (await run(kills=4, seed=7, most=4)).check()


@pytest.mark.proof
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("handoff_continue", ["resume", "take_over"])
async def test_a_worker_killed_at_steps_of_all_other_ways_loses_and_repeats_nothing(handoff_continue: str) -> None:
    (await run(kills=100, seed=8, handoff_continue=handoff_continue)).check()
