"""The proof that the lean Slack hides nothing: the same latencies against the playground's own workspace.

The workspace runs in this process, so that its clock is ours: a person says it, it goes out as a signed event, and the
first status and the bot's message are noted when the workspace has taken them.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

from benchmarks.accept import SECRET
from benchmarks.figures import Figure, percentile
from benchmarks.lean_slack import LeanSlack
from benchmarks.turns import BURST
from benchmarks.world import ANSWER_SECONDS, Side, Turn, World, side
from playground.slack import app, changes
from playground.slack.control.acts import Say
from playground.slack.seed import BOT_USER, ChannelSeed, Seed
from playground.slack.settings import Settings
from playground.slack.standin import Standin

ADA = "U0ADA"
CHANNELS = 200
WARM_UP = 40
TURNS = 150
BURSTS = 5


class Workspace:
    """A person in the stand-in's workspace who asks and looks at the clock."""

    def __init__(self, standin: Standin) -> None:
        self._standin = standin
        self._first: dict[str, float] = {}
        self._posted: dict[str, asyncio.Future[float]] = {}
        self._channel = 0
        standin.workspace.observers.append(self._see)

    async def ask(self) -> Turn:
        self._channel += 1
        began = time.perf_counter()
        say = Say(user=ADA, channel=f"C0BENCH{self._channel % CHANNELS:04}", text=f"<@{BOT_USER}> what broke?")
        root_ts = str((await say.apply(self._standin))["ts"])
        posted = self._posted[root_ts] = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(ANSWER_SECONDS):
            answered = await posted
        return Turn((self._first[root_ts] - began) * 1000, (answered - began) * 1000)

    def _see(self, change: changes.Change) -> None:
        match change:
            case changes.StatusSet(thread_ts=root_ts, status=status) if status is not None:
                self._first.setdefault(root_ts, time.perf_counter())
            case changes.Posted(message=message) if message.user == BOT_USER and message.thread_ts in self._posted:
                self._first.setdefault(message.thread_ts, time.perf_counter())
                self._posted[message.thread_ts].set_result(time.perf_counter())
            case _:
                pass


async def measure(world: World) -> list[Figure]:
    channels = [
        ChannelSeed(id=f"C0BENCH{number:04}", name=f"bench-{number}", members=[ADA, BOT_USER])
        for number in range(CHANNELS)
    ]
    settings = Settings(seed=Seed(channels=channels), signing_secret=SECRET)
    async with (
        app.running(settings) as (standin, url),
        side(
            "beside-the-stand-in",
            ["workers"],
            world.store,
            LeanSlack(),
            f"{url}/api/",
            world.mistral.url,
            world.folder,
            database=2,
        ) as measured,
    ):
        standin.delivery.events_url = f"http://127.0.0.1:{measured.port}/slack/events"
        return await _figures(Workspace(standin), measured)


async def _figures(workspace: Workspace, measured: Side) -> list[Figure]:
    for _ in range(WARM_UP):
        await workspace.ask()
    turns = [await workspace.ask() for _ in range(TURNS)]
    bursts = []
    for _ in range(BURSTS):
        await measured.rest()
        began = time.perf_counter()
        await asyncio.gather(*(workspace.ask() for _ in range(BURST)))
        bursts.append((time.perf_counter() - began) * 1000)
    lines: list[tuple[str, Any, float, float]] = [
        ("event → first Slack call", [turn.first_ms for turn in turns], 0.50, 8),
        ("event → first Slack call", [turn.first_ms for turn in turns], 0.99, 25),
        ("mention → finished", [turn.finished_ms for turn in turns], 0.50, 15),
        ("mention → finished", [turn.finished_ms for turn in turns], 0.95, 30),
    ]
    return [
        *(
            Figure(
                what=f"{what} in the stand-in's workspace, p{share * 100:.0f}",
                measured=percentile(values, share),
                unit="ms",
                goal=goal,
            )
            for what, values, share, goal in lines
        ),
        Figure(
            what=f"{BURST} at once in the stand-in's workspace", measured=statistics.median(bursts), unit="ms", goal=250
        ),
    ]
