"""A mention's way to its answer: how soon a sign of life, how soon the answer, how many at once, at which cost.

Product and floor are measured in turns, in short rounds. CPU is the worker process's alone; the machine's cores are
shared with four other processes, so turns a second and core is what one core full of workers would do: the inverse of
the CPU time of a turn.
"""

from __future__ import annotations

import statistics
import time

from benchmarks.figures import Figure, percentile
from benchmarks.world import Side, Turn, World

WARM_UP = 100
ROUNDS = 6
OF_A_ROUND = 60
BURST = 20
BURSTS = 8
AT_ONCE = 20
CPU_ROUNDS = 5
OF_A_CPU_ROUND = 100
REDIS_TURNS = 50
TOTAL = WARM_UP + ROUNDS * OF_A_ROUND + BURSTS * BURST + CPU_ROUNDS * OF_A_CPU_ROUND + REDIS_TURNS


async def measure(world: World) -> list[Figure]:
    sides = (world.product, world.floor)
    for side in sides:
        await side.ask_many(WARM_UP, at_once=4)
    found = await latencies(sides)
    bursts = await all_at_once(sides)
    costs, rates = await throughput(sides)
    trips = [await round_trips(side) for side in sides]
    product, floor = (found[side.name] for side in sides)
    return [
        *latency_figures("", product, floor),
        Figure(
            what=f"{BURST} mentions at once, until all are answered",
            measured=statistics.median(bursts["product"]),
            unit="ms",
            goal=250,
            floor=statistics.median(bursts["floor"]),
        ),
        Figure(
            what="CPU of the worker for a turn",
            measured=costs["product"] * 1000,
            unit="ms",
            floor=costs["floor"] * 1000,
        ),
        Figure(
            what="turns a second and core of workers",
            measured=1 / costs["product"],
            unit="/s",
            goal=100,
            at_least=True,
            floor=1 / costs["floor"],
        ),
        Figure(
            what="turns a second here, all processes together",
            measured=rates["product"],
            unit="/s",
            floor=rates["floor"],
        ),
        Figure(what="round trips to Redis for a turn, the bot's included", measured=trips[0], unit="", floor=trips[1]),
    ]


def latency_figures(when: str, product: list[Turn], floor: list[Turn]) -> list[Figure]:
    first, floor_first = [turn.first_ms for turn in product], [turn.first_ms for turn in floor]
    whole, floor_whole = [turn.finished_ms for turn in product], [turn.finished_ms for turn in floor]
    lines = [
        ("event → first Slack call", first, floor_first, 0.50, 8),
        ("event → first Slack call", first, floor_first, 0.99, 25),
        ("mention → finished", whole, floor_whole, 0.50, 15),
        ("mention → finished", whole, floor_whole, 0.95, 30),
    ]
    return [
        Figure(
            what=f"{what}{when}, p{share * 100:.0f}",
            measured=percentile(values, share),
            unit="ms",
            goal=goal,
            floor=percentile(floors, share) if floors else None,
        )
        for what, values, floors, share, goal in lines
    ]


async def latencies(
    sides: tuple[Side, ...], *, rounds: int = ROUNDS, of_a_round: int = OF_A_ROUND
) -> dict[str, list[Turn]]:
    """One mention after the other."""
    found: dict[str, list[Turn]] = {side.name: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            found[side.name] += [await side.ask() for _ in range(of_a_round)]
    return found


async def all_at_once(sides: tuple[Side, ...]) -> dict[str, list[float]]:
    """Milliseconds from the first mention of a burst, each in a channel of its own, to the last answer."""
    took: dict[str, list[float]] = {side.name: [] for side in sides}
    for _ in range(BURSTS):
        for side in sides:
            await side.rest()
            await side.lines.warm(BURST)
            began = time.perf_counter()
            await side.ask_many(BURST, at_once=BURST)
            took[side.name].append((time.perf_counter() - began) * 1000)
    return took


async def throughput(sides: tuple[Side, ...]) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds of the worker's CPU a turn, and turns a second: medians of the rounds."""
    costs: dict[str, list[float]] = {side.name: [] for side in sides}
    rates: dict[str, list[float]] = {side.name: [] for side in sides}
    for _ in range(CPU_ROUNDS):
        for side in sides:
            await side.rest()
            cpu, began = side.worker.cpu_seconds(), time.perf_counter()
            await side.ask_many(OF_A_CPU_ROUND, at_once=AT_ONCE)
            rates[side.name].append(OF_A_CPU_ROUND / (time.perf_counter() - began))
            await side.rest()
            costs[side.name].append((side.worker.cpu_seconds() - cpu) / OF_A_CPU_ROUND)
    return (
        {name: statistics.median(values) for name, values in costs.items()},
        {name: statistics.median(values) for name, values in rates.items()},
    )


async def round_trips(side: Side) -> float:
    """Requests to Redis for a turn, the bot's included; what scripts do inside Redis is none."""
    await side.rest()
    before = await _requests(side)
    await side.ask_many(REDIS_TURNS, at_once=1)
    return (await _requests(side) - before) / REDIS_TURNS


async def _requests(side: Side) -> int:
    return int((await side.redis.info("stats"))["total_reads_processed"])
