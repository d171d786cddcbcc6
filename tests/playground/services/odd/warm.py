"""The odd server over stdio, kept warm: to import it takes longer than most of its tests.

One process imports it and forks for each client, so that nothing is left over from one to the next; `knock.py`, which
the client starts, lends the child its arguments, environment, input and outputs.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import typer

from playground.services.odd.__main__ import main

KNOCK = Path(__file__).with_name("knock.py")
READY = b"warm\n"
PIECE = 2**16


@contextmanager
def kept() -> Iterator[list[str]]:
    """What Python is to be started with to be the odd server, as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="tw-") as folder:  # short: sockets want it so
        address = f"{folder}/warm"
        with subprocess.Popen([sys.executable, "-m", __name__, address], stdout=subprocess.PIPE) as process:
            try:
                assert process.stdout
                assert process.stdout.readline() == READY, "the warm process did not start"
                yield ["-IS", str(KNOCK), address]
            finally:
                process.kill()


def serve(address: str) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        os.write(1, READY)
        while True:
            line, _ = listening.accept()
            with line:
                if os.fork() == 0:
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    listening.close()
                    _be_the_server(line)


def _be_the_server(line: socket.socket) -> NoReturn:
    """In the child. `line` stays open as long as it lives."""
    request = _taken_from(line)
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv[1:] = request["arguments"]
    typer.run(main)
    raise AssertionError("it ends the process")


def _taken_from(line: socket.socket) -> dict[str, Any]:
    said, lent, _, _ = socket.recv_fds(line, PIECE, 3)
    while piece := line.recv(PIECE):
        said += piece
    for one, place in zip(lent, (0, 1, 2), strict=True):
        os.dup2(one, place)
        os.close(one)
    request: dict[str, Any] = json.loads(said)
    return request


if __name__ == "__main__":
    serve(sys.argv[1])
