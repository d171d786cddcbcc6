"""The proving ground: the store, both stand-ins, and the product's real processes between them.

Store and stand-ins survive; the processes are what is killed. Every message carries a token that the script brain's
echo brings back, so what became of each can be read in the threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.threads.models import message_id
from playground import serving
from playground.agents_api.app import KEY as AGENTS_API_KEY
from playground.agents_api.app import AgentsApi
from playground.agents_api.app import create as create_agents_api
from playground.agents_api.brains.port import Question, last_user_text, text_of
from playground.agents_api.brains.steps import CallFunction
from playground.agents_api.brains.steps import Say as SaySlowly
from playground.faults import Fault
from playground.slack import app as slack_app
from playground.slack.control.acts import Say
from playground.slack.models import Message
from playground.slack.seed import ChannelSeed, PersonSeed, Seed
from playground.slack.settings import Settings as SlackSettings
from playground.slack.standin import Standin
from playground.store import EmbeddedStore, free_port
from tests.proof import keeper
from tests.proof.asking import PREFIX, Aim
from tests.proof.owners import Owners
from tests.proof.processes import Kept
from tests.proof.strait import TEXTS, Seen, Strait
from tests.world import BOT, REPOSITORY, TEAM
from workers.inputs import EARLIER_FOOT

LEASE = 2.0  # seconds; the product's own is longer, which would only make the runs longer
READY_WITHIN = 15.0  # a process on a busy machine
LOOK_EVERY = 0.02  # at the records of open threads
PEOPLE, CHANNELS = 60, 16  # many: what a worker knows of a person is kept, what a channel may be posted is limited
REPEATS = (0.3, 0.9, 2.0, 5.0)  # seconds before Slack's repeats of an event; the real ones come over minutes
SLOWLY = "say it slowly"
LAST_WORDS = "that is all of it."

AGENT = """\
---
model: mistral-medium-latest
description: Helps.
tools: [keeper]
approvals: {keeper__keep: auto}
---
Help the people in this thread.
"""

Kind = Literal["slow", "plain", "tool"]


@dataclass(slots=True)
class Said:
    """A message of a person, to be recognised by its token."""

    number: int
    user: str
    ts: str
    at: float
    kind: Kind

    @property
    def token(self) -> str:
        return token(self.number)


def token(number: int) -> str:
    return f"tok{number}x"


@dataclass(eq=False)
class Talk:
    """A thread of the run."""

    channel: str
    root: str
    said: list[Said] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{TEAM}:{self.channel}:{self.root}"

    @property
    def is_dm(self) -> bool:
        return self.channel.startswith("D")


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

    async def begin(self, kind: Kind, *, user: str | None = None) -> Talk:
        """A new thread: slow words in a direct message, the others in a channel."""
        user = user or self.person()
        if kind == "slow":
            talk = Talk(self.slack.workspace.direct(user, BOT).id, "")
        else:
            talk = Talk(f"C0R{self.rng.randrange(CHANNELS):03}", "")
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


def echo(question: Question) -> str:
    """What was asked and what tools said; the words of others that came along as context are no question."""
    asked = last_user_text(question.entries).rpartition(EARLIER_FOOT)[2].strip()
    results = ", ".join(text_of(result) for result in question.results)
    return f"answer to: {asked}" + (f" ({results})" if results else "")


def shown(message: Message) -> str:
    """What people read as the message's words: its Markdown where it has some, else its text."""
    words = [block["text"] for block in message.blocks if block.get("type") == "markdown"]
    return "\n\n".join(words) if words else message.text


@contextlib.asynccontextmanager
async def opened(
    folder: Path, seed: int, *, workers: int = 2, fsync: Literal["always", "everysec"] = "everysec", **settings: str
) -> AsyncIterator[Ground]:
    """A ground with one bot and `workers` workers, ready; whatever happens, every process ends with the block."""
    (folder / "agents").mkdir(parents=True)
    (folder / "agents" / "assistant.md").write_text(AGENT)
    server = {"command": sys.executable, "args": ["-m", "tests.proof.keeper", str(folder)], "cwd": str(REPOSITORY)}
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": {"keeper": server}}))
    ground: Ground | None = None
    async with contextlib.AsyncExitStack() as stack:
        store = EmbeddedStore(fsync=fsync)
        stack.callback(store.remove)
        stack.push_async_callback(store.kill)
        await store.start()
        redis = await stack.enter_async_context(Redis.from_url(store.url))
        for text in TEXTS.values():  # so that a script's first run is no refusal
            await redis.script_load(text)
        aim = Aim(lambda name: ground.pid_of(name) if ground else None)
        mistral = create_agents_api(brain="script", lock_seconds=1)
        aim.take(mistral.faults)
        mistral.script.answer_with(echo)
        mistral.script.when(
            SLOWLY, SaySlowly(text=f"answer to: {{user}}\n\nword by word\n\n{LAST_WORDS}", pieces=6, seconds=0.06)
        )
        mistral_url = await stack.enter_async_context(serving.serve(aim.door(mistral), on_stop=mistral.stop))
        app = slack_app.create(SlackSettings(retry_after_seconds=REPEATS, seed=crowd()))
        aim.take(app.standin.faults)
        slack_url = await stack.enter_async_context(serving.serve(aim.door(app), on_stop=app.standin.close))
        app.standin.base_url = slack_url
        port = free_port()
        app.standin.delivery.events_url = f"http://127.0.0.1:{port}/slack/events"
        ground = Ground(
            folder=folder,
            rng=random.Random(seed),  # noqa: S311  # repeatable, not secret
            store=store,
            redis=redis,
            slack=app.standin,
            mistral=mistral,
            aim=aim,
            seen=Seen(aim),
            stack=stack,
            environment={
                "SLACK_BOT_TOKEN": app.standin.settings.bot_token,
                "SLACK_SIGNING_SECRET": app.standin.settings.signing_secret,
                "SLACK_API_URL": f"{slack_url}{PREFIX}{{name}}/api/",
                "SLACK_MODE": "http",
                "MISTRAL_API_KEY": AGENTS_API_KEY,
                "MISTRAL_API_URL": f"{mistral_url}{PREFIX}{{name}}",
                "AGENTS_DIR": "agents",
                "MCP_CONFIG": "mcp.json",
                "LEASE": f"{LEASE:g}",
                "CONVERSATION_LOCK": "5",
                "SHUTDOWN_GRACE": "6",
                "LOG_FORMAT": "json",
                "HOST": "127.0.0.1",
                "PORT": str(port),
                **settings,
            },
        )
        await ground.start("bot", "bot")
        names = [f"worker{number}" for number in range(1, workers + 1)]
        for name in names:
            await ground.worker(name)
        try:
            await ground.ready("bot", *names)
            watching = asyncio.create_task(ground.watch())
            stack.callback(watching.cancel)
            yield ground
        except Exception:
            print(await ground.story())
            raise


def crowd() -> Seed:
    """Many people in many channels, all with the bot."""
    people = [
        PersonSeed(id=f"U0P{n:03}", name=f"person{n}", real_name=f"Person {n}", display_name=f"Person {n}")
        for n in range(PEOPLE)
    ]
    members = [*(person.id for person in people), BOT]
    return Seed(
        people=people,
        channels=[ChannelSeed(id=f"C0R{n:03}", name=f"room-{n}", members=members) for n in range(CHANNELS)],
    )


def duplicated(share: float) -> Fault:
    """Slack delivers this share of its events twice."""
    return Fault(request="events", kind="duplicate", chance=share, times=0)


SIGNALS = {"KILL": signal.SIGKILL, "TERM": signal.SIGTERM, "STOP": signal.SIGSTOP}
LINES = keeper.LINES
