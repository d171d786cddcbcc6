"""SIGKILL of the worker at every step of a turn: nothing is lost, nothing is said or done twice, order is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from playground.faults import Fault
from tests.proof import verdict
from tests.proof.ground import Ground
from tests.proof.opening import duplicated, opened
from tests.proof.report import Report
from tests.proof.talks import Kind

MET_WITHIN = 6.0  # seconds in which the step of a started turn comes
RECOVERED_WITHIN = 30.0
DUPLICATES = 0.15

Where = Literal["slack", "mistral", "redis", "tool"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A place in a turn: a request, or a script, or the tool; the kind of message whose turn comes by it.

    `cut` is after how many events of a stream the blow comes; `then` is a second blow, met while the first is mended.
    """

    where: Where
    name: str
    kind: Kind
    when: Literal["before", "after"] = "before"
    skip: int = 0
    cut: int | None = None
    reply: bool = False
    then: Step | None = None

    def __str__(self) -> str:
        place = f"{self.when} {self.name}" + (f"#{self.skip}" if self.skip else "")
        place += f" cut after {self.cut}" if self.cut is not None else ""
        return f"{place} ({self.kind}{', reply' if self.reply else ''})" + (f", then {self.then}" if self.then else "")


def steps() -> list[Step]:
    """Every step of a turn, in the order of a turn."""
    found: list[Step] = []

    def both(where: Where, name: str, kind: Kind, *, skip: int = 0, reply: bool = False) -> None:
        found.append(Step(where=where, name=name, kind=kind, skip=skip, reply=reply))
        found.append(Step(where=where, name=name, kind=kind, skip=skip, reply=reply, when="after"))

    both("redis", "claim", "plain")
    both("slack", "users.info", "plain")
    both("slack", "assistant.threads.setStatus", "slow")
    both("slack", "assistant.threads.setStatus", "tool")
    both("slack", "conversations.replies", "plain", reply=True)
    for skip in range(4):
        both("redis", "note", "slow", skip=skip)
    both("mistral", "conversations.start", "slow")
    found.append(Step(where="mistral", name="conversations.start", kind="slow", cut=1, when="after"))
    found.append(Step(where="mistral", name="conversations.start", kind="slow", cut=4, when="after"))
    both("mistral", "conversations.append", "slow", reply=True)
    found.append(Step(where="mistral", name="conversations.append", kind="slow", cut=3, when="after", reply=True))
    both("slack", "chat.startStream", "slow")
    both("slack", "chat.appendStream", "slow")
    both("slack", "chat.stopStream", "slow")
    both("slack", "assistant.threads.setStatus", "slow", skip=1)
    for skip in range(7):
        both("redis", "note", "tool", skip=skip)
    both("tool", "keep", "tool")
    both("mistral", "conversations.append", "tool")
    found.append(Step(where="mistral", name="conversations.append", kind="tool", cut=2, when="after"))
    both("slack", "chat.startStream", "tool")
    both("slack", "chat.postMessage", "tool")
    both("slack", "chat.postMessage", "plain")
    both("redis", "finish", "plain")
    both("redis", "finish", "slow")
    lost_start = Step(where="mistral", name="conversations.start", kind="slow", when="after")
    lost_append = Step(where="mistral", name="conversations.append", kind="tool", when="after")
    lost_post = Step(where="slack", name="chat.postMessage", kind="plain", when="after")
    for first, where, name in (
        (lost_start, "mistral", "conversations.history"),
        (lost_append, "mistral", "conversations.history"),
        (lost_post, "slack", "conversations.replies"),
    ):
        for when in ("before", "after"):
            second = Step(where=where, name=name, kind=first.kind, when=when)  # type: ignore[arg-type]  # of two tuples
            found.append(Step(**{**{f: getattr(first, f) for f in Step.__slots__}, "then": second}))
    return found


def chosen(kills: int, ground: Ground) -> Iterator[Step]:
    """`kills` blows over all steps, in a shuffled order, round and round."""

    def shuffled() -> Iterator[Step]:
        while True:
            yield from ground.rng.sample(steps(), len(steps()))

    count = 0
    for step in shuffled():
        if count >= kills:
            return
        count += 2 if step.then else 1
        yield step


def arm(ground: Ground, step: Step) -> None:
    match step.where:
        case "tool":
            (ground.folder / f"blow-{step.when}").touch()
        case "redis":
            ground.seen.rules.add(Fault(request=step.name, kind="kill", when=step.when, skip=step.skip))
        case "slack":
            ground.slack.faults.add(Fault(request=step.name, kind="kill", when=step.when, skip=step.skip))
        case "mistral":
            ground.mistral.faults.add(Fault(request=step.name, kind="kill", when=step.when, skip=step.skip))
            if step.cut is not None:
                ground.mistral.faults.add(Fault(request=step.name, kind="cut", events=step.cut, skip=step.skip))
    if step.then:
        arm(ground, step.then)


def disarm(ground: Ground) -> None:
    for faults in (ground.slack.faults, ground.mistral.faults, ground.seen.rules):
        faults.clear()
    ground.slack.faults.add(duplicated(DUPLICATES))
    for order in ground.folder.glob("blow-*"):
        order.unlink(missing_ok=True)


def fallen(ground: Ground) -> int:
    return sum(life.ended is not None for kept in ground.kept.values() for life in kept.lives)


async def blow(ground: Ground, step: Step, report: list[str]) -> None:
    """People write, a worker falls at `step`; return when its threads have new owners.

    A turn that cost two workers ends first: after a third it would rightly be put aside.
    """
    most = 1 if step.then else 2
    await ground.until(
        lambda: ground.owners.most_charged < most, within=RECOVERED_WITHIN, what=f"turns end before {step}"
    )
    await ground.refill()
    wanted = 2 if step.then else 1
    before = fallen(ground)
    finished = [talk for talk in ground.talks if talk.is_dm == (step.kind == "slow") and not ground.open(talk)]
    arm(ground, step)
    if step.reply and finished:
        target = ground.rng.choice(finished)
        await ground.say(target, step.kind)
    else:
        target = await ground.begin(step.kind)
    for _ in range(ground.rng.randrange(2)):
        await ground.begin(ground.rng.choice(("slow", "plain", "tool")))
    try:
        await ground.until(lambda: fallen(ground) > before, within=MET_WITHIN, what=str(step))
        if ground.rng.random() < 0.4 and ground.stored(target, target.said[-1]):
            await ground.say(target, "plain")
        await ground.until(
            lambda: fallen(ground) >= before + wanted, within=MET_WITHIN + RECOVERED_WITHIN, what=str(step)
        )
    except AssertionError:
        report.append(str(step))
    disarm(ground)
    await ground.until(lambda: not ground.owners.orphans, within=RECOVERED_WITHIN, what=f"new owners after {step}")


async def run(*, kills: int, seed: int, within: float = verdict.SETTLED_WITHIN) -> Report:
    """`kills` workers fall, each at another step."""
    with tempfile.TemporaryDirectory(prefix="threadwind-proof-") as made:
        async with opened(Path(made) / "run", seed) as ground:
            disarm(ground)
            for _ in range(2):
                await ground.begin("slow")
                await ground.begin("plain")
            missed: list[str] = []
            struck = fallen(ground)
            for step in chosen(kills, ground):
                await blow(ground, step, missed)
            return await verdict.read(
                ground, "worker killed", seed, blows=fallen(ground) - struck, missed=missed, within=within
            )


async def test_a_worker_killed_at_eight_steps_of_a_turn_loses_and_repeats_nothing() -> None:
    (await run(kills=8, seed=1)).check()


@pytest.mark.proof
@pytest.mark.timeout(1500)
async def test_a_worker_killed_at_every_step_of_a_turn_loses_and_repeats_nothing() -> None:
    (await run(kills=100, seed=1)).check()
