"""Tools that take their time and say how far they are."""

from __future__ import annotations

import asyncio
from pathlib import Path

from mcp.server.mcpserver import Context

from playground.services.odd.bench import Bench

MOST_LOOKS, LOOK_SECONDS = 1000, 0.01


def add(bench: Bench) -> None:
    @bench.tool()
    async def work(ctx: Context, steps: int = 3, seconds: float = 0) -> str:
        """So many steps, each of so many seconds, each told when it is done."""
        for step in range(1, steps + 1):
            await asyncio.sleep(seconds)
            await ctx.report_progress(step, steps, f"step {step} of {steps}")
        return f"{steps} steps done"

    @bench.tool()
    async def steps(ctx: Context, count: int, gate: str) -> str:
        """`count` steps at once; then it waits until the file `gate` exists."""
        for step in range(1, count + 1):
            await ctx.report_progress(step, count, f"step {step}")
        for _ in range(MOST_LOOKS):
            if Path(gate).exists():  # noqa: ASYNC240  # the test's own signal
                break
            await asyncio.sleep(LOOK_SECONDS)
        return "all steps done"

    @bench.tool()
    async def work_in_silence(ctx: Context, steps: int = 3, seconds: float = 0) -> str:
        """The same without a total, a message or an end in sight."""
        for step in range(1, steps + 1):
            await asyncio.sleep(seconds)
            await ctx.report_progress(step)
        return f"{steps} steps done"

    @bench.tool()
    async def chatter(ctx: Context, times: int = 1000) -> str:
        """Tells its progress over and over, as fast as it can, and now and then goes back."""
        for time in range(times):
            await ctx.report_progress(time if time % 10 else 0, times, f"still at it, {time}")
        return f"said {times} times"
