"""`python -m playground`, what `make demo` runs: the whole product on this machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping

from playground.demo import ports, welcome
from playground.demo.choices import Choices, Wrong, read
from playground.demo.running import Demo
from playground.demo.terminal import Terminal

NOT_STARTED = 2  # the exit status


def main() -> None:
    try:
        choices = read(os.environ)
        with ports.alone(choices):
            ports.check(choices)
            sys.exit(asyncio.run(_run(choices, os.environ)))
    except KeyboardInterrupt:
        sys.exit(0)  # before anything was started
    except Wrong as problem:
        for sentence in problem.args:
            print(f"demo: {sentence}", file=sys.stderr)
        sys.exit(NOT_STARTED)


async def _run(choices: Choices, environment: Mapping[str, str]) -> int:
    terminal = Terminal(sys.stdout, environment)
    for line in welcome.before(choices):
        terminal.show(line, strong=choices.answerer == "mistral")  # that it costs money
    return await Demo(choices, environment, terminal).run()


if __name__ == "__main__":
    main()
