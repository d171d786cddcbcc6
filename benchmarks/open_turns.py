"""The same figures while 200 turns are open, and what 200 parked ones cost.

The script brain's gate holds the open ones: their stream has begun, no word has come. A gate that is replaced holds
those before it for good, so that later mentions are answered while they wait. Parked turns are questions to a person.
"""

from __future__ import annotations

import asyncio

from benchmarks import turns
from benchmarks.events import mention
from benchmarks.figures import Figure
from benchmarks.idle import cpu_figure, cpu_share
from benchmarks.world import LOOK_SECONDS, Side, World, until

OPEN = 200
AT_ONCE = 20  # while they are opened
ROUNDS = 3
OF_A_ROUND = 50
PARKING = "park, please"
STEP = {"do": "call", "name": "time__get_current_time", "arguments": {"timezone": "Asia/Tokyo"}}


async def measure(world: World) -> list[Figure]:
    sides = (world.product, world.floor)
    parked = await park(world)
    before = world.product.worker.rss_mb()
    for side in sides:
        await hold(world, side)
    share, floor_share = await asyncio.gather(*(cpu_share(side) for side in sides))
    open_mb = (world.product.worker.rss_mb() - before) / OPEN
    found = await turns.latencies(sides, rounds=ROUNDS, of_a_round=OF_A_ROUND)
    return [
        *turns.latency_figures(f" beside {OPEN} open turns", found["product"], found["floor"]),
        cpu_figure(f"{OPEN} parked turns", parked),
        cpu_figure(f"{OPEN} open and {OPEN} parked turns", share, floor_share),
        Figure(what="memory of the worker for an open turn", measured=open_mb * 1000, unit="kB", goal=200),
    ]


async def hold(world: World, side: Side) -> None:
    """Open 200 turns of `side` that stay open to the end."""
    await world.mistral.script(hold=0)
    for _ in range(OPEN // AT_ONCE):
        await _begin(side, "a long one")
    await until(lambda: _held(world), f"not all of {side.name}'s turns are held", within=60)
    await world.mistral.script(hold=0, release=True)  # a new gate, which stands open


async def park(world: World) -> float:
    """Leave 200 questions to a person; percent of a core while they wait."""
    side = world.product
    await world.mistral.script(when=[{"contains": PARKING, "steps": [STEP]}])
    for _ in range(OPEN // AT_ONCE):
        await _begin(side, f"+careful {PARKING}")
        await side.rest()
    await until(lambda: _asking(side), "not all questions are asked", within=60)
    return await cpu_share(side)


async def _begin(side: Side, text: str) -> None:
    """So many mentions at once, each until its first sign of life."""
    sent = await asyncio.gather(*(side.send(mention(text)) for _ in range(AT_ONCE)))
    async with asyncio.timeout(30):
        for _, heard in sent:
            await heard.begun.wait()


async def _held(world: World) -> bool:
    await asyncio.sleep(LOOK_SECONDS)
    return await world.mistral.held() >= OPEN


async def _asking(side: Side) -> bool:
    return int(await side.redis.zcard("tw:deadlines")) >= OPEN
