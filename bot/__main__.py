"""`python -m bot`: the bot's ears. It hears Slack over HTTP or Socket Mode and puts what it hears into threads."""

from __future__ import annotations

import asyncio
import socket

import structlog
import uvloop

from bot import logs
from bot.app import opened
from bot.connections import addresses
from bot.settings import Settings
from bot.start import environment, give_up, read_settings
from bot.web.server import PortTaken, bind, serve

log = structlog.get_logger()

NO_PORT = 1  # the exit status
LOOPBACK = "127.0.0.1"


def main() -> None:
    settings = read_settings()
    logs.set_up(settings)
    try:
        listening = [bind(settings.host, settings.port)]
        if port := addresses.own_port(settings):
            listening.append(bind(LOOPBACK, port, setting="CALLBACK_PORT"))
    except PortTaken as exc:
        give_up(str(exc), status=NO_PORT)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_hear(settings, listening))


async def _hear(settings: Settings, listening: list[socket.socket]) -> None:
    async with opened(settings, environment()) as app:
        log.info("bot.hears", over=settings.mode, host=settings.host, port=listening[0].getsockname()[1])
        await serve(app, *listening)
    log.info("bot.ended")


if __name__ == "__main__":
    main()
