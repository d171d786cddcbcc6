"""What Redis keeps of a thread after its turn: memory of the store before and after 1,000 threads, and by kind of key.

The record of the ended turn (for `threadwind turn ID`) and the mark that the mention was seen are in it.
"""

from __future__ import annotations

from collections import defaultdict

from redis.asyncio import Redis

from benchmarks.figures import Figure
from benchmarks.world import Side, World, until

THREADS = 1000
WARM_UP = 200  # tables of the store grow in leaps
AT_ONCE = 20
SAMPLED = 200  # keys of a kind
KINDS = {
    "tw:thread:": "thread record",
    "tw:ended:": "record of the ended turn",
    "tw:seen:": "mark that the mention was seen",
    "arq:": "keys of arq",
}


async def measure(world: World) -> list[Figure]:
    product, floor = [await bytes_of_a_thread(side) for side in (world.product, world.floor)]
    figures = [Figure(what="an idle thread in Redis", measured=product, unit="B", goal=1000, floor=floor)]
    for kind, (number, size) in sorted((await kinds(world.product.redis)).items()):
        figures.append(Figure(what=f"  · {kind} ({number:,} keys)", measured=size, unit="B"))
    return figures


async def bytes_of_a_thread(side: Side) -> float:
    await side.ask_many(WARM_UP, at_once=AT_ONCE)
    before = await _used(side)
    await side.ask_many(THREADS, at_once=AT_ONCE)
    return (await _used(side) - before) / THREADS


async def kinds(redis: Redis) -> dict[str, tuple[int, float]]:
    """For each kind of key how many there are, and the mean of MEMORY USAGE, which counts the name and its entry."""
    names: dict[str, list[bytes]] = defaultdict(list)
    async for key in redis.scan_iter(count=1000):
        kind = next((words for prefix, words in KINDS.items() if key.decode().startswith(prefix)), "others")
        names[kind].append(key)
    sizes: dict[str, tuple[int, float]] = {}
    for kind, found in names.items():
        sample = found[:: max(1, len(found) // SAMPLED)]
        used = [await redis.memory_usage(key, samples=0) or 0 for key in sample]
        sizes[kind] = (len(found), sum(used) / len(used))
    return sizes


async def _budgets_are_full(redis: Redis) -> bool:
    """They expire within seconds, and say nothing about a thread."""
    return not [key async for key in redis.scan_iter(match="tw:budget:*", count=10_000)]


async def _used(side: Side) -> int:
    await side.rest()
    await until(lambda: _budgets_are_full(side.redis), "budgets of Slack methods are still kept")
    return int((await side.redis.info("memory"))["used_memory"])
