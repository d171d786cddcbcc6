"""`python -m workers`: one worker process."""

from __future__ import annotations

import sys

from pydantic import ValidationError

from bot import logs
from bot.settings import Settings
from workers import main


def run() -> int:
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = ".".join(str(part) for part in problem["loc"]).upper()
            print(f"{name or 'settings'}: {problem['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        print("Set these in the environment or in .env; the README lists every setting.", file=sys.stderr)
        return 2
    logs.set_up(settings)
    main.worker(settings).run()
    return 0


if __name__ == "__main__":
    sys.exit(run())
