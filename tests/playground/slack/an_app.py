"""An app as people write them, on Slack's own framework: Bolt over HTTP, or over Socket Mode, against the stand-in."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground import serving
from playground.slack.models import Command, Shortcut
from tests.playground.slack.conftest import World, until

COMMANDS = (
    Command(command="/agent", description="Pick an agent", usage_hint="[name] [question]", should_escape=True),
    Command(command="/raw", description="Words as they are"),
)
SHORTCUTS = (
    Shortcut(name="Branch from here", type="message", callback_id="branch"),
    Shortcut(name="Ask", type="global", callback_id="ask"),
)
OFFERS: dict[str, Any] = {"commands": COMMANDS, "shortcuts": SHORTCUTS}


def app(world: World) -> AsyncApp:
    """One that answers nothing yet."""
    return AsyncApp(
        token=world.standin.settings.bot_token,
        signing_secret=world.standin.settings.signing_secret,
        client=world.slack,
        process_before_response=True,
    )


@contextlib.asynccontextmanager
async def hearing(world: World, bolt: AsyncApp) -> AsyncIterator[None]:
    """`bolt` hears what happens in `world` while the block is open."""
    if world.standin.settings.kind == "socket":
        handler = AsyncSocketModeHandler(bolt, world.standin.settings.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's
        try:
            await until(lambda: world.standin.connected)
            yield
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's
        return
    requests = AsyncSlackRequestHandler(bolt)

    async def events(request: Request) -> Response:
        return await requests.handle(request)

    async with serving.serve(Starlette(routes=[Route("/slack/events", events, methods=["POST"])])) as url:
        world.standin.delivery.events_url = f"{url}/slack/events"
        yield
