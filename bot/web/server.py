"""Serves the web application: on each socket that it is given, uvicorn on uvloop and httptools, and an orderly end.

SIGTERM and SIGINT stop taking connections; requests in flight are finished, then `serve` returns.
"""

from __future__ import annotations

import errno
import signal
import socket
from datetime import timedelta
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

FINISH_LIMIT = timedelta(seconds=5)  # longer than any request of ours takes, see `bot/inbox.py`
BACKLOG = 2048
MOST_AT_ONCE = 400  # connections or requests, beyond which the answer is a 503; Slack keeps a few


class PortTaken(Exception):
    """Nobody can be served; the message says why and what to do."""


def bind(host: str, port: int, *, setting: str = "PORT") -> socket.socket:
    """Take the port, which is what `setting` says, before anything else is built. Raises `PortTaken`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        # Bound sockets that do not listen share a port on Linux: two bots would both believe they have it.
        listening.listen(BACKLOG)
    except OSError as exc:
        listening.close()
        match exc.errno:
            case errno.EADDRINUSE:
                raise PortTaken(f"Port {port} is taken by another process; stop that, or set {setting}.") from exc
            case errno.EACCES:
                raise PortTaken(
                    f"Port {port} may not be used by this account; set {setting} to 1024 or above."
                ) from exc
            case _:
                raise PortTaken(f"{host}:{port} cannot be listened on ({exc.strerror}); check {setting}.") from exc
    return listening


async def serve(app: ASGIApp, *listening: socket.socket) -> None:
    """Answer on `listening` until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=int(FINISH_LIMIT.total_seconds()),
    )
    # uvicorn raises the signal it stopped for once more when it is done; what is opened around it still has to close.
    before = {number: signal.signal(number, _nothing) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        await uvicorn.Server(config).serve(sockets=list(listening))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _nothing(number: int, frame: FrameType | None) -> None:
    return None
