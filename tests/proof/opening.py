"""Opens the proving ground and closes it again, whatever happened on it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Literal

from redis.asyncio import Redis

from bot.slack.manifest import manifest
from playground import serving
from playground.agents_api.app import KEY as AGENTS_API_KEY
from playground.agents_api.app import create as create_agents_api
from playground.agents_api.brains.steps import Say as SaySlowly
from playground.faults import Fault
from playground.slack import app as slack_app
from playground.slack import manifest as slack_manifest
from playground.slack.seed import ChannelSeed, PersonSeed, Seed
from playground.slack.settings import Settings as SlackSettings
from playground.store import EmbeddedStore, free_port
from tests.proof.asking import PREFIX, Aim
from tests.proof.ground import CHANNELS, PEOPLE, Ground
from tests.proof.strait import TEXTS, Seen
from tests.proof.talks import LAST_WORDS, SLOWLY, echo
from tests.world import BOT, REPOSITORY

LEASE = 2.0  # seconds; the product's own is longer, which would only make the runs longer
REPEATS = (0.3, 0.9, 2.0, 5.0)  # seconds before Slack's repeats of an event; the real ones come over minutes

AGENT = """\
---
model: mistral-medium-latest
description: Helps.
tools: [keeper]
approvals: {keeper__keep: auto}
---
Help the people in this thread.
"""


@contextlib.asynccontextmanager
async def opened(
    folder: Path,
    seed: int,
    *,
    workers: int = 2,
    fsync: Literal["always", "everysec"] = "everysec",
    agents: Mapping[str, str] | None = None,
    **settings: str,
) -> AsyncIterator[Ground]:
    """A ground with one bot and `workers` workers, ready; whatever happens, every process ends with the block.

    Beside the assistant there are `agents`, pushed to the local Agents API as an operator would.
    """
    (folder / "agents").mkdir(parents=True)
    for name, text in {"assistant": AGENT, **(agents or {})}.items():
        (folder / "agents" / f"{name}.md").write_text(text)
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
        aim.take(mistral.faults, "mistral")
        mistral.script.answer_with(echo)
        mistral.script.when(
            SLOWLY, SaySlowly(text=f"answer to: {{user}}\n\nword by word\n\n{LAST_WORDS}", pieces=6, seconds=0.06)
        )
        mistral_url = await stack.enter_async_context(serving.serve(aim.door(mistral), on_stop=mistral.stop))
        commands, shortcuts = slack_manifest.offers(manifest(socket=True))
        app = slack_app.create(
            SlackSettings(retry_after_seconds=REPEATS, seed=crowd(), commands=commands, shortcuts=shortcuts)
        )
        aim.take(app.standin.faults, "slack")
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
        if agents:
            await ground.run("workers.commands", "agents", "push")
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
