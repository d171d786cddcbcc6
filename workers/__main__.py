"""`python -m workers`: one worker process."""

from __future__ import annotations

import asyncio

import uvloop

from bot import logs
from bot.start import read_settings
from workers import main


def run() -> None:
    settings = read_settings()
    logs.set_up(settings)
    asyncio.set_event_loop(uvloop.new_event_loop())  # arq takes the thread's loop, and closes nothing of it
    main.worker(settings).run()


if __name__ == "__main__":
    run()
