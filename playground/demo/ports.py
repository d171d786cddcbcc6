"""What would be in the demo's way: taken ports, and another demo on the same data. Asked before anything is started."""

from __future__ import annotations

import errno
import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from playground.demo.choices import PORTS, Choices, Wrong


def check(choices: Choices) -> None:
    """Raises `Wrong` with a sentence for each port that cannot be had; no other one is tried."""
    taken = [sentence for name, port in choices.ports.items() if (sentence := _problem(name, port))]
    if taken:
        raise Wrong(*taken)


def listening(choices: Choices, name: str) -> socket.socket:
    """A socket on which whoever comes waits, until a process takes it over."""
    return socket.create_server(("127.0.0.1", choices.ports[name]), backlog=128)


@contextmanager
def alone(choices: Choices) -> Iterator[None]:
    """Two demos on one folder would write over each other. Raises `Wrong`."""
    try:
        choices.world.mkdir(parents=True, exist_ok=True)
        lock = (choices.folder / "lock").open("w")
    except OSError as exc:
        raise Wrong(f"{choices.folder} cannot be written ({exc.strerror}); DEMO_DIR names another folder.") from exc
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Wrong(
                f"Another demo runs with its data in {choices.folder}. Use that one, stop it, or set DEMO_DIR and the "
                "ports of this one."
            ) from None
        yield


def _problem(name: str, port: int) -> str | None:
    what, variable, _ = PORTS[name]
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
            trial.listen()
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE:
                return (
                    f"Port {port} ({what}) is taken by another process. Stop that, or choose another port: "
                    f"make demo {variable}={port + 100 if port < 65000 else port - 100}"
                )
            return f"Port {port} ({what}) cannot be used ({exc.strerror}). Choose another one with {variable}."
    return None
