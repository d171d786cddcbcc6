"""What the processes cost while nobody asks: a worker's CPU, and the memory of both.

CPU is counted over some seconds, with nothing open, with turns held open by the model's silence, and with turns that
wait for a person's yes. Memory is resident memory of the process itself: its MCP servers are processes of their own.
"""

from __future__ import annotations

import asyncio

from benchmarks.figures import Figure
from benchmarks.world import Side, World

SECONDS = 10
SETTLE_SECONDS = 1.5  # a last beat of what was before
MOST_SHARE = 0.5  # percent of a core


async def cpu_share(side: Side) -> float:
    """Percent of one core that the worker takes while nothing happens."""
    await asyncio.sleep(SETTLE_SECONDS)
    loop = asyncio.get_running_loop()
    began, cpu = loop.time(), side.worker.cpu_seconds()
    await asyncio.sleep(SECONDS)
    return (side.worker.cpu_seconds() - cpu) / (loop.time() - began) * 100


async def measure(world: World) -> list[Figure]:
    """Nothing open; just after the start."""
    shares = await asyncio.gather(cpu_share(world.product), cpu_share(world.floor))
    return [
        cpu_figure("nothing open", shares[0], shares[1]),
        *memory_figures(world, "at rest"),
    ]


def cpu_figure(when: str, product: float, floor: float | None = None) -> Figure:
    return Figure(
        what=f"idle worker, {when}", measured=product, unit="% of a core", goal=MOST_SHARE, floor=floor or None
    )


def memory_figures(world: World, when: str) -> list[Figure]:
    return [
        Figure(what=f"memory of the web process {when}", measured=world.product.bot.rss_mb(), unit="MB", goal=85),
        Figure(
            what=f"memory of the worker {when}",
            measured=world.product.worker.rss_mb(),
            unit="MB",
            goal=115,
            floor=world.floor.worker.rss_mb(),
        ),
    ]
