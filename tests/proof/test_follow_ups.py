"""A simulated week of follow-ups with workers and the store killed: each time runs once, or is told as missed.

The clock of the follow-ups goes so fast that the week takes minutes; leases, tokens and all else keep the real one.
"""

from __future__ import annotations

import asyncio
import re
import signal
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Clock
from bot.follow_ups.models import FollowUp
from bot.follow_ups.store import Added, FollowUps
from playground.slack.control.acts import Say
from tests.proof.ground import Ground
from tests.proof.opening import opened
from tests.proof.promises import BEGINS, ENDS, Promise, promise
from tests.proof.talks import shown
from tests.proof.verdict import BUGS, TOKEN
from tests.world import BOT, TEAM

# The label that each run's model is told, as the answer's echo of it shows.
DUE_ON = re.compile(r"it was due on \w+ (\d{4}-\d\d-\d\d) at (\d\d:\d\d) \(([\w/]+)\)")
# What people read of those that were left out: in the foot of the next run, or in a line where none comes.
LEFT_OUT = re.compile(r"(\d+) earlier times? (?:was|were) missed")
MISSED = re.compile(r"(\d+) of its times were missed|One of its times was missed|A follow-up of [^:]+ was missed")
IN_CHANNEL = 0.1  # of all: each run begins a thread
AT_REST_WITHIN = 60.0
STORE_AWAY = (0.05, 0.3, 0.6)


@dataclass
class Week:
    """What became of each promise. `early` and the others are violations, in words."""

    seed: int
    speed: float
    expected: int = 0
    ran: int = 0
    missed: int = 0
    kills: int = 0
    restarts: int = 0
    late: list[float] = field(default_factory=list)  # real seconds from due until the answer stood
    wrong: list[str] = field(default_factory=list)

    def line(self, promises: int) -> str:
        late = sorted(self.late)
        spread = f"{late[len(late) // 2]:.2f}/{late[int(len(late) * 0.99)]:.2f}/{late[-1]:.2f} s" if late else "-"
        return (
            f"follow-ups: seed {self.seed}, {promises} promised, a week at {self.speed:g} times its speed, "
            f"{self.kills} workers killed, {self.restarts} restarts of the store: {self.expected} times due, "
            f"{self.ran} ran, {self.missed} missed and said, answer after {spread}, {len(self.wrong)} wrong"
        )


async def run(*, promised: int, minutes: float, kills: int, restarts: int, seed: int, workers: int) -> Week:
    speed = (ENDS - BEGINS).total_seconds() / (minutes * 60)
    # The clock stands still until all is promised: it begins in the future.
    with tempfile.TemporaryDirectory(prefix="threadwind-proof-") as made:
        starts = time.time() + 25 + promised / 100
        clock = Clock(BEGINS.timestamp(), speed, starts)
        async with opened(
            Path(made) / "run",
            seed,
            workers=workers,
            fsync="always",
            FOLLOW_UP_CLOCK=f"{BEGINS.isoformat()} x{speed:g} @{starts:.3f}",
            FOLLOW_UP_RUNS_A_DAY="10000",
            FOLLOW_UP_WINDOW=f"{3600 * max(1.0, speed / 300):.0f}",  # some real seconds
        ) as ground:
            promises = await _promise(ground, promised)
            assert time.time() < starts, "the week began before all was promised"
            week = Week(seed, float(f"{speed:g}"))
            await _strike(ground, clock, week, kills=kills, restarts=restarts)
            await _rest(ground, promises, clock)
            await _judge(ground, promises, clock, week)
            print(week.line(promised))
            if week.wrong:
                print("\n".join(each[:700] for each in week.wrong[:60]))
                print(await ground.story())
            return week


async def _promise(ground: Ground, number: int) -> list[Promise]:
    """Each in a thread of its own, that a person began; some in a channel itself."""
    kept, promises = FollowUps(ground.redis), []
    for one in range(number):
        owner, channel, ts = ground.person(), ground.room(), ""
        if ground.rng.random() >= IN_CHANNEL:
            ts = str((await Say(user=owner, channel=channel, text="a thread").apply(ground.slack))["ts"])
        made = promise(one, ground.rng, team=TEAM, owner=owner, channel=channel, thread_ts=ts)
        if made.expected:
            added = await kept.add(made.follow_up, most_of_person=number, most_in_thread=number)
            assert added is Added.STORED
            promises.append(made)
    return promises


async def _strike(ground: Ground, clock: Clock, week: Week, *, kills: int, restarts: int) -> None:
    """The blows, at random moments of the week; the store's budget of Slack is refilled as by minutes that pass."""
    blows = ["worker"] * kills + ["store"] * restarts
    ground.rng.shuffle(blows)
    length = clock.real_seconds((ENDS - BEGINS).total_seconds())
    moments = sorted(clock.real + ground.rng.uniform(0.05, 0.9) * length for _ in blows)
    for moment, blow in zip(moments, blows, strict=True):
        while (left := moment - time.time()) > 0:
            await asyncio.sleep(min(left, 0.5))
            await ground.refill()
        if blow == "worker":
            week.kills += ground.rng.choice(ground.workers).send(signal.SIGKILL) is not None
        else:
            await ground.lose_store()
            await asyncio.sleep(ground.rng.choice(STORE_AWAY))
            await ground.find_store()
            week.restarts += 1


async def _rest(ground: Ground, promises: Sequence[Promise], clock: Clock) -> None:
    """The week is over, and nothing is open any more: all have ended by then, and a worker that began anew says so."""
    while clock.now() < ENDS.timestamp():
        await asyncio.sleep(0.2)
        await ground.refill()
    until = time.time() + AT_REST_WITHIN
    while time.time() < until and await _is_busy(ground, promises):
        await asyncio.sleep(0.2)
        await ground.refill()


async def _is_busy(ground: Ground, promises: Sequence[Promise]) -> bool:
    if await ground.redis.zcard("tw:leases") or [key async for key in ground.redis.scan_iter("tw:mail:*", 1000)]:
        return True
    return any(follow_up.running or follow_up.is_open for follow_up in await _kept(ground, promises))


async def _kept(ground: Ground, promises: Sequence[Promise]) -> list[FollowUp]:
    kept = FollowUps(ground.redis)
    found = [await kept.get(TEAM, one.follow_up.id) for one in promises]
    return [one.follow_up for one in found if one is not None]


async def _judge(ground: Ground, promises: Sequence[Promise], clock: Clock, week: Week) -> None:
    runs, told = _runs(ground, clock, week)
    kept = {follow_up.id: follow_up for follow_up in await _kept(ground, promises)}
    for number, one in _numbered(promises):
        week.expected += len(one.expected)
        ran = runs[number]
        week.ran += len(ran)
        left = kept.get(one.follow_up.id)
        missed = told[number]
        week.missed += missed
        where = f"{one.follow_up.id} ({one.follow_up.when})"
        week.wrong += [f"{where} ran {times} times for {at}" for at, times in Counter(ran).items() if times > 1]
        week.wrong += [f"{where} ran for {at}, which is none of its times" for at in set(ran) - one.expected]
        if len(set(ran)) + missed != len(one.expected):
            week.wrong.append(f"{where}: {len(one.expected)} due, {len(set(ran))} ran, {missed} told as missed; {left}")
        if left and (left.running or left.is_open):
            week.wrong.append(f"{where} is left {left.status}, running {left.running}, due {left.due}")
    week.wrong += ground.left_behind()
    for each in ground.kept.values():
        week.wrong += [f"{each.name}: {line[:600]}" for line in each.lines_with(*BUGS)]


def _numbered(promises: Sequence[Promise]) -> list[tuple[int, Promise]]:
    return [(int(one.follow_up.id.removeprefix("promise")), one) for one in promises]


def _runs(ground: Ground, clock: Clock, week: Week) -> tuple[dict[int, list[int]], Counter[int]]:
    """By the promise's number: the occurrences that were answered, and how many the thread was told of as missed."""
    runs: dict[int, list[int]] = defaultdict(list)
    told: Counter[int] = Counter()
    for conversation in ground.slack.workspace.conversations.values():
        for message in conversation.messages.values():
            words = shown(message)
            found = TOKEN.search(words)
            if message.user != BOT or message.deleted or found is None:
                continue
            number = int(found[1])
            told[number] += sum(int(before[1]) for before in LEFT_OUT.finditer(words))
            told[number] += sum(int(missed[1] or 1) for missed in MISSED.finditer(words))
            due = DUE_ON.search(words)
            if due is None:
                continue
            moment = datetime.fromisoformat(f"{due[1]}T{due[2]}").replace(tzinfo=ZoneInfo(due[3])).timestamp()
            runs[number].append(int(moment))
            said = float(message.ts)
            if clock.at(said) < moment:
                week.wrong.append(f"promise{number} ran early, at {clock.at(said)} for {moment}")
            week.late.append(said - (clock.real + clock.real_seconds(moment - clock.begins)))
    return runs, told


async def test_a_week_of_follow_ups_with_workers_and_the_store_killed() -> None:
    week = await run(promised=60, minutes=0.5, kills=3, restarts=1, seed=11, workers=2)
    assert not week.wrong, week.line(60)


@pytest.mark.proof
@pytest.mark.timeout(2400)
async def test_a_week_of_two_thousand_follow_ups_with_thirty_kills_and_three_restarts_of_the_store() -> None:
    week = await run(promised=2000, minutes=10, kills=30, restarts=3, seed=11, workers=4)
    assert not week.wrong, week.line(2000)
