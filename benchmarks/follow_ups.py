"""Follow-ups: what a look costs while 10,000 are stored, what each takes in the store, and how late a due one begins.

The floor of the delay is 100 mentions that come in the same moment, until their turns begin: what the product itself
takes where nothing has to be looked for. The look is counted by the store itself (`commandstats`) and by the worker's
CPU.
"""

from __future__ import annotations

import asyncio
import time

from benchmarks.events import BEGAN, CHANNELS, mention
from benchmarks.figures import Figure, percentile
from benchmarks.idle import MOST_SHARE, cpu_share
from benchmarks.lean_slack import ASKER, TEAM, Heard
from benchmarks.world import Side, World
from bot.follow_ups.models import FollowUp, When
from bot.follow_ups.store import Added, FollowUps

STORED = 10_000
AT_ONCE = 100  # fall due in the same second
ROUNDS = 5
AHEAD_SECONDS = 2  # from when they are stored until they are due
ZRANGES = 2  # of a look: what is due, and the first that is not yet
BEGINS_WITHIN = 1_500  # ms, the goal
DAY = 86_400
PROMPT = "look at the deploys of the last day, and say here which of them failed and who looks into it"


async def measure(world: World) -> list[Figure]:
    side = world.product
    kept = FollowUps(side.redis)
    before, memory = await cpu_share(side), await _used(side)
    await store(kept)
    size = (await _used(side) - memory) / STORED
    await side.redis.config_resetstat()
    share = await cpu_share(side)
    looks = await _looks(side)
    late: list[float] = []
    floor: list[float] = []
    for number in range(ROUNDS):
        late += await due_at_once(side, kept, number)
        floor += await asked_at_once(side)
        await side.rest()
    return [
        Figure(what=f"a follow-up in Redis, of {STORED:,}", measured=size, unit="B"),
        Figure(what="a look for due ones, time of the store", measured=looks, unit="µs"),
        Figure(
            what=f"idle worker, {STORED:,} stored",
            measured=share,
            unit="% of a core",
            goal=MOST_SHARE,
            floor=before,
        ),
        _delay("p50", late, floor, 0.5),
        _delay("p99", late, floor, 0.99),
    ]


def _delay(name: str, late: list[float], floor: list[float], share: float) -> Figure:
    return Figure(
        what=f"{AT_ONCE} due in one second, until a turn begins, {name}",
        measured=percentile(late, share),
        unit="ms",
        goal=BEGINS_WITHIN,
        floor=percentile(floor, share),
    )


async def store(kept: FollowUps) -> None:
    """10,000 that are due each day, spread over the days to come, of 1,000 people."""
    first = int(time.time()) + DAY
    for number in range(STORED):
        due = first + number * 17
        minute, hour = due // 60 % 60, due // 3600 % 24
        await _add(
            kept,
            FollowUp(
                id=f"bench{number:05}",
                team=TEAM,
                channel=f"C0BENCH{number % CHANNELS:04}",
                thread_ts=f"{BEGAN - 1 - number}.000100",
                owner=f"U0BENCH{number % 1000:04}",
                owner_team=TEAM,
                prompt=PROMPT,
                when=When(cron=f"{minute} {hour} * * *", zone="Europe/Paris"),
                made_at=int(time.time()),
                due=due,
            ),
        )


async def due_at_once(side: Side, kept: FollowUps, number: int) -> list[float]:
    """How late the turns of 100 that are due at one moment begin, in milliseconds."""
    due = int(time.time()) + AHEAD_SECONDS
    expected: list[Heard] = []
    for one in range(AT_ONCE):
        place = mention()
        expected.append(side.slack.expect(place.root_ts))
        await _add(
            kept,
            FollowUp(
                id=f"due{number}x{one:03}",
                team=TEAM,
                channel=place.channel,
                thread_ts=place.root_ts,
                owner=ASKER,
                owner_team=TEAM,
                prompt=PROMPT,
                when=When(at=due),
                made_at=due - 60,
                due=due,
            ),
        )
    moment = time.perf_counter() + (due - time.time())
    await _begun(expected)
    return [(heard.first - moment) * 1000 for heard in expected]


async def asked_at_once(side: Side) -> list[float]:
    sent = await asyncio.gather(*(side.send() for _ in range(AT_ONCE)))
    await _begun([heard for _, heard in sent])
    return [(heard.first - moment) * 1000 for moment, heard in sent]


async def _begun(expected: list[Heard]) -> None:
    async with asyncio.timeout(60):
        await asyncio.gather(*(heard.begun.wait() for heard in expected))
        await asyncio.gather(*(heard.done.wait() for heard in expected))


async def _add(kept: FollowUps, follow_up: FollowUp) -> None:
    added = await kept.add(follow_up, most_of_person=STORED, most_in_thread=STORED)
    assert added is Added.STORED, added


async def _looks(side: Side) -> float:
    """Microseconds of one look, as the store counts them."""
    return ZRANGES * float((await side.redis.info("commandstats"))["cmdstat_zrange"]["usec_per_call"])


async def _used(side: Side) -> int:
    await side.rest()
    return int((await side.redis.info("memory"))["used_memory"])
