"""The proving ground: the store, both stand-ins, and the product's real processes between them.

Store and stand-ins survive; the processes are what is killed. What became of each message can be read in the threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.threads.models import message_id
from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.steps import CallFunction
from playground.slack.control.acts import Say
from playground.slack.models import Message
from playground.slack.standin import Standin
from playground.store import EmbeddedStore
from tests.proof.asking import Aim
from tests.proof.owners import Owners
from tests.proof.processes import Kept
from tests.proof.strait import Seen, Strait
from tests.proof.talks import SLOWLY, Kind, Said, Talk, shown, token
from tests.world import BOT, TEAM

READY_WITHIN = 60.0  # a process takes two seconds to start, and ten times that on a busy machine
LOOK_EVERY = 0.02  # at the records of open threads
PEOPLE, CHANNELS = 60, 16  # many: what a worker knows of a person is kept, what a channel may be posted is limited


@dataclass
class Ground:
    folder: Path
    rng: random.Random
    store: EmbeddedStore
    redis: Redis
    slack: Standin
    mistral: AgentsApi
    aim: Aim
    seen: Seen
    environment: dict[str, str]
    stack: contextlib.AsyncExitStack
    kept: dict[str, Kept] = field(default_factory=dict)
    straits: dict[str, Strait] = field(default_factory=dict)
    talks: list[Talk] = field(default_factory=list)
    lost_workers: dict[str, int] = field(default_factory=dict)  # thread -> most that its open turn has cost
    _numbers: int = 0

    @property
    def owners(self) -> Owners:
        return self.seen.owners

    # -- processes ----------------------------------------------------------------------------------------------

    async def start(self, name: str, module: str, **changes: str) -> Kept:
        """One more process; it is kept alive until it leaves."""
        strait = Strait(lambda: self.store.port, lambda: self.pid_of(name), self.seen)
        await self.stack.enter_async_context(strait.opened())
        environment = {
            **self.environment,
            "REDIS_URL": f"redis://127.0.0.1:{strait.port}/0",
            "SLACK_API_URL": self.environment["SLACK_API_URL"].replace("{name}", name),
            "MISTRAL_API_URL": self.environment["MISTRAL_API_URL"].replace("{name}", name),
            **changes,
        }
        kept = Kept(name, module, self.folder, environment, self.owners.fell)
        self.kept[name], self.straits[name] = kept, strait
        self.stack.push_async_callback(kept.end)
        kept.start()
        return kept

    async def run(self, *command: str) -> None:
        """A command of ours, to its end."""
        environment = {name: value.replace("{name}", "command") for name, value in self.environment.items()}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=self.folder,
            env={"PYTHONPATH": os.pathsep.join(sys.path), "REDIS_URL": self.store.url, **environment},
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()

    async def worker(self, name: str) -> Kept:
        return await self.start(name, "workers")

    def pid_of(self, name: str) -> int | None:
        return self.kept[name].pid if name in self.kept else None

    @property
    def workers(self) -> list[Kept]:
        return [kept for kept in self.kept.values() if kept.module == "workers" and kept.pid is not None]

    async def ready(self, *names: str) -> None:
        """Wait until each of these processes does its work (again)."""
        for name in names:
            kept, strait = self.kept[name], self.straits[name]
            if kept.module == "bot":
                await self.until(self.bot_answers, within=READY_WITHIN, what=f"{name} hears")
                continue
            pid = kept.pid
            looked = strait.ran["take_over"]
            await self.until(
                lambda kept=kept, strait=strait, pid=pid, looked=looked: (  # type: ignore[misc]  # mypy cannot infer it
                    kept.pid is not None and strait.ran["take_over"] > (looked if kept.pid == pid else 0)
                ),
                within=READY_WITHIN,
                what=f"{name} looks for work",
            )

    def bot_answers(self) -> bool:
        bot = self.kept["bot"]
        return bot.pid is not None and len(bot.lines_with("bot.hears")) == len(bot.lives)

    # -- what people do -----------------------------------------------------------------------------------------

    def person(self) -> str:
        return f"U0P{self.rng.randrange(PEOPLE):03}"

    def room(self) -> str:
        return f"C0R{self.rng.randrange(CHANNELS):03}"

    async def begin(self, kind: Kind, *, user: str | None = None) -> Talk:
        """A new thread: slow words in a direct message, the others in a channel."""
        user = user or self.person()
        talk = Talk(self.slack.workspace.direct(user, BOT).id if kind == "slow" else self.room(), "")
        self.talks.append(talk)
        await self.say(talk, kind, user=user)
        return talk

    async def say(self, talk: Talk, kind: Kind, *, user: str | None = None) -> Said:
        """One more message in a thread (the first makes it)."""
        self._numbers += 1
        number = self._numbers
        user = user or talk.said[0].user
        words = token(number)
        if kind == "slow":
            words += f" {SLOWLY}"
        elif kind == "tool":
            words += f" keep entry {number}."
            call = CallFunction(name="keeper__keep", arguments={"entry": str(number)})
            # As it is asked; where it is read as context, the mention stands before it.
            self.mistral.script.when(f"] {words}", call)
        text = words if talk.is_dm else f"<@{BOT}> {words}"
        act = Say(user=user, channel=talk.channel, text=text, thread_ts=talk.root or None)
        ts = str((await act.apply(self.slack))["ts"])
        talk.root = talk.root or ts
        said = Said(number, user, ts, time.time(), kind)
        talk.said.append(said)
        return said

    def stored(self, talk: Talk, said: Said) -> bool:
        return message_id(TEAM, talk.channel, said.ts) in self.seen.stored

    async def lose_store(self) -> None:
        """kill -9 of the store."""
        await self.store.kill()
        for strait in self.straits.values():
            await strait.shut()

    async def find_store(self) -> None:
        """It is back, with what it had written down."""
        await self.store.start()
        for strait in self.straits.values():
            await strait.open()

    async def refill(self) -> None:
        """A minute passes in the workspace: Slack's budget is whole again."""
        found = [key async for key in self.redis.scan_iter(match="tw:budget:*")]
        if found:
            await self.redis.delete(*found)

    # -- what can be seen ---------------------------------------------------------------------------------------

    def answers(self, talk: Talk) -> list[Message]:
        conversation = self.slack.workspace.conversations[talk.channel]
        root = conversation.messages[talk.root]
        found = [m for m in self.slack.workspace.thread(root) if m.user == BOT and not m.deleted]
        return sorted(found, key=lambda message: message.ts)

    def open(self, talk: Talk) -> list[Said]:
        """Messages of a thread that no words of ours bring back yet."""
        words = " ".join(shown(message) for message in self.answers(talk))
        return [said for said in talk.said if said.token not in words]

    def unanswered(self) -> list[Said]:
        return [said for talk in self.talks for said in self.open(talk)]

    def left_behind(self) -> list[str]:
        """Statuses, sessions and streams that nobody works at any more would still show."""
        statuses = self.slack.statuses
        return [
            *(f"status {status.status!r} in {thread}" for thread, status in statuses.shown.items()),
            *(
                f"session processing in {t}"
                for t, session in statuses.sessions.items()
                if session.status == "processing"
            ),
            *(f"open stream in {thread}" for thread in self.slack.streams.live),
        ]

    async def records(self) -> dict[str, dict[str, str]]:
        """State and cost of every thread that is not at rest."""
        names = ["state", "lost_workers"]
        pipe = self.redis.pipeline(transaction=False)
        for talk in self.talks:
            pipe.hmget(f"tw:thread:{talk.key}", names)
        found = zip(self.talks, await pipe.execute(), strict=True)
        return {
            talk.key: {name: value.decode() for name, value in zip(names, values, strict=True) if value is not None}
            for talk, values in found
            if values[0] != b"idle"
        }

    async def watch(self) -> None:
        """Until cancelled: how many workers each open turn has cost."""
        while True:
            with contextlib.suppress(RedisError, OSError):  # the store may be away
                records = await self.records()
                costs = {thread: int(record.get("lost_workers", 0)) for thread, record in records.items()}
                for thread, cost in costs.items():
                    self.lost_workers[thread] = max(self.lost_workers.get(thread, 0), cost)
            await asyncio.sleep(LOOK_EVERY)

    async def until(self, condition: Callable[[], Any], *, within: float, what: str) -> None:
        try:
            async with asyncio.timeout(within):
                while not condition():  # noqa: ASYNC110  # what is waited for are other processes' doings
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            raise AssertionError(f"not within {within:g} s: {what}") from None

    async def settles(self, *, within: float) -> bool:
        """Whether everything is answered and at rest by then."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self.unanswered() or self.left_behind() or await self.records():  # noqa: ASYNC110  # as above
                    await asyncio.sleep(0.1)
                return True
        return False

    async def story(self, *keys: str) -> str:
        """For a failure: what was struck when, the journeys of the turns of these threads, the ends of the logs."""
        lines = [
            "--- the slowest take-overs",
            *(f"{s:.2f} s {thread} from {at:.3f}" for s, thread, at in self.owners.slowest),
        ]
        lines += ["--- what was struck", *(f"{hit.at:.3f} {hit.pid} {hit.what}" for hit in self.aim.fired)]
        lines += [
            f"{life.began:.3f} {life.pid} began as {kept.name}" + (f", fell {life.ended:.3f}" if life.ended else "")
            for kept in self.kept.values()
            for life in kept.lives
        ]
        async for key in self.redis.scan_iter(match=f"tw:turn:{TEAM}:*", count=1000):
            thread, began, steps = await self.redis.hmget(key, ["thread", "began", "steps"])  # type: ignore[misc]  # sync or async to mypy
            if thread and thread.decode() in keys:
                lines += [f"--- {key.decode()} in {thread.decode()} began {float(began):.3f}", steps.decode()]
        for name, kept in self.kept.items():
            lines += [f"--- the end of {name}'s log", *kept.tail()]
        return "\n".join(lines)
