"""The demo's process manager: starts the parts in order, restarts one that crashes, ends them all.

honcho was looked at and does not serve: it starts all at once, knows no readiness, and ends everything when one part
ends. This keeps the others running, which is what the bot promises to bear.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import deque
from collections.abc import Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx2

from playground.demo import agents, env_file, files, manifest, parts, welcome
from playground.demo.choices import Choices
from playground.demo.parts import Part
from playground.demo.process import NotReady
from playground.demo.terminal import Terminal

CRASHES = 5  # within `CRASHES_WITHIN`: then something is wrong that a restart does not mend
CRASHES_WITHIN_SECONDS = 60.0
RESTART_PAUSE_SECONDS = 0.5
ENDED, GAVE_UP = 0, 1  # the exit status
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Demo:
    def __init__(self, choices: Choices, environment: Mapping[str, str], terminal: Terminal) -> None:
        self._choices, self._environment, self._terminal = choices, environment, terminal
        self._rows = parts.in_order(choices, environment, terminal.say)
        self._beside = parts.beside(choices, environment, terminal.say)
        self._stopping = False

    async def run(self) -> int:
        """Runs until a signal asks it to end; the exit status."""
        work = asyncio.create_task(self._work())
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._asked_to_end, work)
        try:
            await work
            return ENDED
        except asyncio.CancelledError:
            return ENDED
        except NotReady as problem:
            self._terminal.show(f"The demo stops: {problem}", strong=True)
            return GAVE_UP
        finally:
            self._stopping = True
            await self._end()

    def _asked_to_end(self, work: asyncio.Task[None]) -> None:
        if not self._stopping:
            self._stopping = True
            self._terminal.say("demo", "stopping; once more ends everything at once …")
            work.cancel()
            return
        for part in self._all():
            part.kill()

    async def _work(self) -> None:
        self._manifest = asyncio.create_task(self._printed_manifest())
        try:
            for row in self._rows:
                await _together(self._bring_up(part) for part in row)
            await self._offer_agents()
            await self._install()
        finally:
            self._manifest.cancel()
        env = env_file.write(self._choices, self._environment)
        for line in welcome.ready(self._choices, env):
            self._terminal.show(line, strong=self._choices.page_url in line)
        watched = (self._watch(part) for row in self._rows for part in row)
        await _together([*watched, *(self._keep_beside(part) for part in self._beside), self._follow_agents()])

    async def _bring_up(self, part: Part) -> None:
        self._terminal.say(part.name, "… starting")
        before = time.monotonic()
        await part.start()
        how = "failed" if part.failed else "ready"
        self._terminal.say(part.name, f"{how}: {part.says} ({time.monotonic() - before:.1f} s)")

    async def _keep_beside(self, part: Part) -> None:
        try:
            await self._bring_up(part)
            await self._watch(part)
        except NotReady as problem:
            self._terminal.say("demo", f"{problem} The demo goes on without it.")

    async def _watch(self, part: Part) -> None:
        """Keep `part` running. Raises `NotReady` when it does not stay up."""
        crashes: deque[float] = deque(maxlen=CRASHES)
        while True:
            how = await part.ended()
            while True:
                crashes.append(time.monotonic())
                if len(crashes) == CRASHES and crashes[-1] - crashes[0] < CRASHES_WITHIN_SECONDS:
                    raise NotReady(f"{part.name} {how}, the {CRASHES}th time within a minute.")
                self._terminal.say("demo", f"{part.name} {how}; starting it again.")
                await asyncio.sleep(RESTART_PAUSE_SECONDS)
                try:
                    await self._bring_up(part)
                    break
                except NotReady as exc:
                    how = f"did not come up again ({exc})"
            if part.name == "slack":
                await self._offer_agents()
                await self._install()

    async def _end(self) -> None:
        for row in [*reversed(self._rows), self._beside]:
            await asyncio.gather(*(part.stop() for part in row))
        self._terminal.say("demo", "stopped; nothing is left running.")

    async def _printed_manifest(self) -> dict[str, Any] | None:
        return await manifest.printed(parts.product(self._choices, self._environment))

    async def _install(self) -> None:
        """Tell the workspace which commands and shortcuts the app has."""
        found = await self._manifest
        if found is None:
            self._terminal.say("demo", "the app printed no manifest; the page has no commands.")
            return
        try:
            async with httpx2.AsyncClient(trust_env=False, timeout=2) as http:
                answer = await http.post(f"{self._choices.page_url}/_control/app", json={"manifest": found})
                answer.raise_for_status()
        except httpx2.HTTPError as exc:
            self._terminal.say("demo", f"the workspace did not take the app's manifest ({type(exc).__name__}).")

    # ---- the agents' names, for the page ---------------------------------------------------------------------------

    @property
    def _folders(self) -> list[Path]:
        return files.folders(self._choices, self._environment)

    async def _offer_agents(self) -> None:
        """Tell the page which agents there are. It can do without."""
        try:
            async with httpx2.AsyncClient(trust_env=False, timeout=2) as http:
                url = f"{self._choices.page_url}/_control/agents"
                await http.post(url, json={"agents": agents.offered(self._folders)})
        except httpx2.HTTPError as exc:
            self._terminal.say("demo", f"the page was not told of the agents ({type(exc).__name__}).")

    async def _follow_agents(self) -> None:
        if found := [folder for folder in self._folders if folder.is_dir()]:
            async for _ in agents.saved(found):
                await self._offer_agents()

    def _all(self) -> list[Part]:
        return [part for row in [*self._rows, self._beside] for part in row]


async def _together(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Side by side; the first part that is not ready ends the others. Raises its `NotReady`, without a group around."""
    failed: list[BaseException] = []
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except* NotReady as problems:
        failed.extend(problems.exceptions)
    if failed:
        raise failed[0]
