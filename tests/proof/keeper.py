"""The tool of the fault runs: it writes one line a run, so that a second run of the same call cannot hide.

Run as `python -m tests.proof.keeper FOLDER`. A file `blow-before` or `blow-after` in FOLDER makes the next run kill
the worker that called it, before or after the line is written.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from mcp.server import MCPServer

LINES = "kept.txt"
TAKES = 0.15  # seconds: long enough for a task card to be streamed


def taken(order: Path) -> bool:
    """Whether this run was told to; an order is carried out once."""
    try:
        order.unlink()
    except FileNotFoundError:
        return False
    return True


def build(folder: Path) -> MCPServer:
    mcp = MCPServer("keeper", version="1.0")

    @mcp.tool()
    def keep(entry: str) -> str:
        """Keep an entry for good."""
        if taken(folder / "blow-before"):
            os.kill(os.getppid(), signal.SIGKILL)
            os._exit(0)
        with (folder / LINES).open("a") as lines:
            lines.write(entry + "\n")
        if taken(folder / "blow-after"):
            os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(TAKES)
        return "It is kept."

    return mcp


if __name__ == "__main__":
    build(Path(sys.argv[1])).run("stdio")
