"""`python -m bot`: the bot's ears. It hears Slack over HTTP or Socket Mode and puts what it hears into threads."""

from __future__ import annotations

import asyncio
import socket

import structlog
import uvloop

from bot import logs
from bot.app import opened
from bot.settings import Settings
from bot.start import environment, give_up, read_settings
from bot.web.server import PortTaken, bind, serve

log = structlog.get_logger()

NO_PORT = 1  # the exit status


def main() -> None:
    settings = read_settings()
    logs.set_up(settings)
    try:
        listening = bind(settings.host, settings.port)
    except PortTaken as exc:
        give_up(str(exc), status=NO_PORT)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_hear(settings, listening))


async def _hear(settings: Settings, listening: socket.socket) -> None:
    async with opened(settings, environment()) as app:
        log.info("bot.hears", over=settings.mode, host=settings.host, port=listening.getsockname()[1])
        await serve(app, listening)
    log.info("bot.ended")


if __name__ == "__main__":
    main()
