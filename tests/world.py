"""The whole product in one process, between the two stand-ins: what a person says, what the thread shows.

Real Valkey, real arq, real HTTP on loopback; the bot and the worker are the product's own, started as its processes
start them. Used by the stories.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from bot import app as bot_app
from bot.settings import Settings
from bot.slack.manifest import manifest
from playground import serving
from playground.agents_api.app import KEY as AGENTS_API_KEY
from playground.agents_api.app import AgentsApi
from playground.agents_api.app import create as create_agents_api
from playground.faults import Fault
from playground.slack import app as slack_app
from playground.slack import changes
from playground.slack import manifest as slack_manifest
from playground.slack.control import messages as slack_messages
from playground.slack.control.act import Act
from playground.slack.control.acts import Click, Close, Command, RunShortcut, Say, Stop, Submit, Use
from playground.slack.models import File, Message, View
from playground.slack.settings import Settings as SlackSettings
from playground.slack.standin import Standin
from workers import main as worker_main
from workers.nudged import NudgedWorker

ADA, CAMILLE, GRACE, HUGO, BOT = "U0ADA", "U0CAMILLE", "U0GRACE", "U0HUGO", "U0BOT"
GENERAL, DM, TEAM = "C0GENERAL", "D0ADA", "T0PLAY"
REPOSITORY = Path(__file__).parent.parent
PATIENCE = 60.0  # seconds for what comes at once on an idle machine: no condition is late on a busy one

AGENT = """\
---
model: mistral-medium-latest
description: Helps.
tools: [time]
---
Help the people in this thread.
"""


@dataclass(frozen=True)
class Thread:
    """A thread, by where it is and its root; `said` is what the bot wrote in it."""

    world: World
    channel: str
    root: str

    @property
    def key(self) -> str:
        return f"{TEAM}:{self.channel}:{self.root}"

    @property
    def messages(self) -> list[Message]:
        workspace = self.world.slack.workspace
        root = workspace.conversations[self.channel].messages[self.root]
        return [message for message in workspace.thread(root) if not message.deleted]

    @property
    def ours(self) -> list[Message]:
        return [message for message in self.messages if message.user == BOT]

    @property
    def said(self) -> list[str]:
        """The bot's messages in words: their Markdown where they have some, else their text."""
        return [words_of(message) for message in self.ours]

    async def reply(self, text: str, *, user: str = ADA) -> str:
        return await self.world.say(text, user=user, channel=self.channel, thread_ts=self.root)

    async def answered(self, times: int = 1, *, within: float = PATIENCE) -> list[str]:
        """What the bot said, once it has said `times` things and nothing is open any more."""
        await until(lambda: len(self.ours) >= times and not self.streaming, within=within, seen=lambda: self.said)
        await self.rests(within=within)
        return self.said

    async def rests(self, *, within: float = PATIENCE) -> dict[str, str]:
        """Wait until nobody owns the thread and no mail waits; its record."""

        async def idle() -> bool:
            return (await self.record()).get("state") in ("idle", "asking")

        await until_true(idle, within=within, seen=lambda: self.said)
        return await self.record()

    async def record(self) -> dict[str, str]:
        return await self.world.hash(f"tw:thread:{self.key}")

    @property
    def streaming(self) -> bool:
        return any(message.stream is not None and message.stream.live for message in self.ours)

    @property
    def status(self) -> str:
        shown = self.world.slack.statuses.shown.get((self.channel, self.root))
        return shown.status if shown else ""

    @property
    def session(self) -> str:
        session = self.world.slack.statuses.sessions.get((self.channel, self.root))
        return session.status if session else "active"


def words_of(message: Message) -> str:
    words = [block["text"] for block in message.blocks if block.get("type") == "markdown"]
    return "\n\n".join(words) if words else message.text


def words_in(blocks: Any) -> list[str]:
    """Every text that a person reads in `blocks`, in reading order."""
    if isinstance(blocks, list):
        return [words for each in blocks for words in words_in(each)]
    if not isinstance(blocks, dict):
        return []
    own = [blocks["text"]] if isinstance(blocks.get("text"), str) else []
    return own + [words for each in blocks.values() for words in words_in(each)]


@dataclass
class World:
    """Both stand-ins, the store, the bot and as many workers as a test starts."""

    slack: Standin
    mistral: AgentsApi
    redis: Redis
    settings: Settings
    url: str  # where the bot's own pages are
    whispers: list[tuple[str, str]] = field(default_factory=list)
    whispered: list[Message] = field(default_factory=list)  # the same, with all that is in them
    running: list[tuple[NudgedWorker, asyncio.Task[None]]] = field(default_factory=list)

    async def say(self, text: str, *, user: str = ADA, channel: str = GENERAL, thread_ts: str | None = None) -> str:
        said = await Say(user=user, channel=channel, text=text, thread_ts=thread_ts).apply(self.slack)
        return str(said["ts"])

    async def mention(self, text: str, *, user: str = ADA, channel: str = GENERAL) -> Thread:
        """A person mentions the bot in a channel; the thread that begins there."""
        return Thread(self, channel, await self.say(f"<@{BOT}> {text}", user=user, channel=channel))

    async def dm(self, text: str) -> Thread:
        return Thread(self, DM, await self.say(text, channel=DM))

    async def click(self, message: Message, action_id: str, *, user: str = ADA) -> None:
        button = next(
            element
            for block in message.blocks
            for element in [*block.get("elements", []), block.get("accessory", {})]
            if element.get("action_id") == action_id
        )
        click = Click(
            user=user, channel=message.channel, message_ts=message.ts, action_id=action_id, value=button.get("value")
        )
        await click.apply(self.slack)

    async def press_stop(self, thread: Thread, *, user: str = ADA) -> None:
        await Stop(user=user, channel=thread.channel, thread_ts=thread.root).apply(self.slack)

    async def command(self, command: str, text: str = "", *, user: str = ADA, channel: str = GENERAL) -> str:
        """A person types a slash command; the words of what was then whispered to them, or said to all in the channel.

        "" when the app opened a modal instead: see `views`.
        """
        there = self.slack.workspace.conversations[channel]
        whispers, said = len(self.whispered), len(there.timeline)
        await self._do(Command(user=user, channel=channel, text=f"{command} {text}".strip()))

        def shown() -> Message | bool:
            mine = [message for message in self.whispered[whispers:] if message.ephemeral_for == user]
            ours = [there.messages[ts] for ts in there.timeline[said:] if there.messages[ts].user == BOT]
            return next(iter(mine + ours), bool(self.views(user)))

        seen = await until(shown, seen=lambda: f"nothing shown after {command} {text}")
        return "" if seen is True else "\n".join(words_in(seen.blocks)) or seen.text

    async def shortcut(self, callback_id: str, message: Message | None = None, *, user: str = ADA) -> None:
        """A person picks a message's shortcut, or a global one."""
        where = {"channel": message.channel, "message_ts": message.ts} if message is not None else {}
        await self._do(RunShortcut(user=user, callback_id=callback_id, **where))

    def views(self, user: str = ADA) -> list[View]:
        """The modals this person has open, the one in sight last."""
        return self.slack.modals.of(user)

    async def view(self, user: str = ADA) -> View:
        """The modal in sight, once there is one."""
        opened: list[View] = await until(lambda: self.views(user), seen=lambda: "no modal")
        return opened[-1]

    async def submit(
        self, view: View, values: Mapping[str, Any] | None = None, *, user: str | None = None
    ) -> dict[str, str]:
        """Fill in and send a form: bare values by block_id or action_id. The errors at its fields, by block."""
        done = await self._do(Submit(user=user or view.user, view_id=view.id, values=dict(values or {})))
        assert "trouble" not in done, done
        return dict(done.get("errors", {}))

    async def close(self, view: View) -> None:
        """Leave a modal without sending it."""
        await self._do(Close(user=view.user, view_id=view.id))

    async def use(self, view: View, action_id: str, value: Any = None) -> None:
        """Press or choose something in a modal."""
        await self._do(Use(user=view.user, view_id=view.id, action_id=action_id, value=value))

    async def upload(
        self,
        text: str,
        name: str,
        content: bytes,
        *,
        user: str = ADA,
        channel: str = GENERAL,
        thread: Thread | None = None,
        mimetype: str = "",
    ) -> Thread:
        """A person says something with a file, in the channel or in a thread; the thread where that is."""
        file = slack_messages.upload(self.slack, user, name, mimetype, content)
        where = channel if thread is None else thread.channel
        root = None if thread is None else thread.root
        said = await self._do(Say(user=user, channel=where, text=text, thread_ts=root, files=[file.id]))
        return thread or Thread(self, where, str(said["ts"]))

    def files_in(self, thread: Thread, *, by: str = BOT) -> list[File]:
        """The files that the bot, or somebody else, put into a thread."""
        return [file for message in thread.messages for file in message.files if message.user == by]

    async def _do(self, act: Act) -> dict[str, Any]:
        return await act.apply(self.slack)

    def slack_fault(self, request: str, kind: str, **rule: Any) -> None:
        self.slack.faults.add(Fault.model_validate({"request": request, "kind": kind, **rule}))

    def mistral_fault(self, request: str, kind: str, **rule: Any) -> None:
        self.mistral.faults.add(Fault.model_validate({"request": request, "kind": kind, **rule}))

    def calls(self, method: str) -> int:
        """How often the bot called a Web API method."""
        return self.slack.faults.seen.get(method, 0)

    async def hash(self, key: str) -> dict[str, str]:
        return {k.decode(): v.decode() for k, v in (await self.redis.hgetall(key)).items()}  # type: ignore[misc]  # sync or async to mypy

    @property
    def workers(self) -> list[NudgedWorker]:
        return [worker for worker, _ in self.running]

    async def start_worker(self, **changes: Any) -> NudgedWorker:
        """One more worker process's worth of worker; ends with the world."""
        worker = worker_main.worker(self.settings.model_copy(update=changes), handle_signals=False)
        self.running.append((worker, asyncio.create_task(worker.async_run())))
        return worker

    async def end_worker(self, number: int) -> None:
        await end_worker(*self.running.pop(number))

    async def end_workers(self) -> None:
        while self.running:
            await self.end_worker(-1)


async def end_worker(worker: NudgedWorker, running: asyncio.Task[None]) -> None:
    """As SIGTERM without a grace: jobs are cancelled and hand their threads on."""
    await until(lambda: running.done() or "redis" in worker.ctx)  # arq forgets a pool that is given up while it opens
    jobs = list(worker.tasks.values())
    for task in (running, *jobs):
        task.cancel()
    await asyncio.wait([running, *jobs])
    worker.tasks.clear()
    await worker.close()


@contextlib.asynccontextmanager
async def opened(
    redis_url: str,
    folder: Path,
    *,
    agents: Mapping[str, str] | None = None,
    servers: Mapping[str, Any] | None = None,
    channels: str = "",
    slack: Mapping[str, Any] | None = None,
    mistral: Mapping[str, Any] | None = None,
    worker: bool = True,
    **settings: Any,
) -> AsyncIterator[World]:
    """A world whose bot hears; with one worker unless told otherwise. `settings` are the product's own.

    `servers` is what mcp.json says of each, or what builds it: such a one runs here and is reached over HTTP.
    """
    async with contextlib.AsyncExitStack() as stack:
        described = {
            name: {"url": f"{await stack.enter_async_context(serving.serve(each().streamable_http_app()))}/mcp"}
            if callable(each)
            else each
            for name, each in (servers or {}).items()
        }
        write_files(folder, agents or {"assistant": AGENT}, described)
        (folder / "channels.toml").write_text(channels)
        redis = await stack.enter_async_context(Redis.from_url(redis_url))
        await redis.flushdb()
        mistral_app = create_agents_api(**{"brain": "script", "lock_seconds": 1, **(mistral or {})})
        mistral_url = await stack.enter_async_context(serving.serve(mistral_app, on_stop=mistral_app.stop))
        commands, shortcuts = slack_manifest.offers(manifest(socket=True))
        offered = {"retry_after_seconds": (0.05, 0.1, 0.2), "commands": commands, "shortcuts": shortcuts}
        standin, slack_url = await stack.enter_async_context(
            slack_app.running(SlackSettings(**{**offered, **(slack or {})}))
        )
        own = Settings.model_validate(
            {
                "slack_bot_token": standin.settings.bot_token,
                "slack_signing_secret": standin.settings.signing_secret,
                "slack_api_url": f"{slack_url}/api/",
                "slack_mode": standin.settings.kind,
                "slack_app_token": standin.settings.app_token if standin.settings.kind == "socket" else None,
                "mistral_api_key": AGENTS_API_KEY,
                "mistral_api_url": mistral_url,
                "redis_url": redis_url,
                "agents_dir": folder / "agents",
                "mcp_config": folder / "mcp.json",
                "channels_config": folder / "channels.toml",
                "lease": timedelta(seconds=2),
                **settings,
            }
        )
        hearing = await stack.enter_async_context(bot_app.opened(own, {}))
        hears_at = await stack.enter_async_context(serving.serve(hearing))
        if standin.settings.kind == "http":
            standin.delivery.events_url = f"{hears_at}/slack/events"
        else:
            await until(lambda: standin.connected)
        world = World(standin, mistral_app, redis, own, hears_at)
        stack.push_async_callback(world.end_workers)
        standin.workspace.observers.append(lambda change: _overhear(world, change))
        if worker:
            await world.start_worker()
        yield world


def _overhear(world: World, change: Any) -> None:
    message = getattr(change, "message", None)
    if isinstance(message, Message) and message.ephemeral_for and isinstance(change, changes.Whispered):
        world.whispers.append((message.ephemeral_for, message.text))
        world.whispered.append(message)


def write_files(folder: Path, agents: Mapping[str, str], servers: Mapping[str, Any]) -> None:
    (folder / "agents").mkdir(parents=True, exist_ok=True)
    for name, text in agents.items():
        (folder / "agents" / f"{name}.md").write_text(text.replace("tools: [time]\n", "") if not servers else text)
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": dict(servers)}))


async def until(
    condition: Callable[[], Any], *, within: float = PATIENCE, seen: Callable[[], Any] = lambda: None
) -> Any:
    """Wait for a condition, never for a duration."""
    try:
        async with asyncio.timeout(within):
            while not (found := condition()):  # noqa: ASYNC110  # what is waited for are other processes' doings
                await asyncio.sleep(0.005)
            return found
    except TimeoutError:
        raise AssertionError(f"not within {within} s; seen so far: {seen()!r}") from None


async def until_true(condition: Callable[[], Any], *, within: float = PATIENCE, seen: Callable[[], Any]) -> None:
    try:
        async with asyncio.timeout(within):
            while not await condition():  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"not within {within} s; seen so far: {seen()!r}") from None
