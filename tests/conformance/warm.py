"""Our command for the suite, kept warm: to import it takes longer than a scenario, and there are dozens of them.

One process imports everything and forks for each scenario, so that nothing is left over from one to the next;
`knock.py`, which the suite starts, lends the child its arguments, environment and outputs. The suite starts all its
scenarios at the same moment: here they wait in line, as many at work as there are cores.
"""

from __future__ import annotations

import itertools
import json
import os
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from tests.conformance import client

READY = b"warm\n"
PIECE = 2**16
AT_ONCE = os.cpu_count() or 1
BROKE = 70  # the code of sysexits.h for a mistake of the program itself


@contextmanager
def kept(folder: Path) -> Iterator[str]:
    """The address of a warm process, which ends with the block. The folder's name must be short: sockets want it so."""
    address = str(folder / "warm")
    with subprocess.Popen([sys.executable, "-m", __name__, address], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == READY, "the warm process did not start"
            yield address
        finally:
            process.kill()


def serve(address: str) -> NoReturn:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        os.write(1, READY)
        for number in itertools.count():
            if number >= AT_ONCE:
                os.wait()
            line, _ = listening.accept()
            with line:
                if os.fork() == 0:
                    listening.close()
                    _answer(line)
    raise AssertionError("the numbers do not end")


def _answer(line: socket.socket) -> NoReturn:
    """In the child: be the command that the suite has started, and say with what code it ended."""
    code = BROKE
    try:
        request = _taken_from(line)
        os.environ.update(request["environment"])
        code = client.main(request["arguments"])
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        line.send(bytes([code]))
        os._exit(code)


def _taken_from(line: socket.socket) -> dict[str, Any]:
    said, outputs, _, _ = socket.recv_fds(line, PIECE, 2)
    while piece := line.recv(PIECE):
        said += piece
    for output, place in zip(outputs, (1, 2), strict=True):
        os.dup2(output, place)
        os.close(output)
    request: dict[str, Any] = json.loads(said)
    return request


if __name__ == "__main__":
    serve(sys.argv[1])
