"""`python -m workers`: one worker process."""

from __future__ import annotations

from bot import logs
from bot.start import read_settings
from workers import main


def run() -> None:
    settings = read_settings()
    logs.set_up(settings)
    main.worker(settings).run()


if __name__ == "__main__":
    run()
