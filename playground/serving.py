"""Runs a stand-in's ASGI app on a loopback port, inside this process or as its main business.

While `serve` is open the app answers at the yielded URL; afterwards its port, connections and lifespan are closed.
Requests carry a way to drop their connection without an answer (`drop`), because "applied, but nobody heard" is what
the stand-ins must be able to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

DROP = "playground.drop"
CONNECTIONS = "playground.connections"
KEEP_ALIVE_SECONDS = 75  # longer than a client keeps an idle connection: the client closes first and never meets a race
SHUTDOWN_SECONDS = 2  # for answers still on their way
STOP_LOOKS_SECONDS = 0.005


class DroppableHttp(HttpToolsProtocol):
    """uvicorn's HTTP protocol; each request may abort the connection it came on, and learn how many are open."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        extensions: dict[str, Any] = {DROP: self.transport.abort, CONNECTIONS: lambda: len(self.connections)}
        self.scope["extensions"] = extensions


class Server(uvicorn.Server):
    """uvicorn's server; tells the app to end its endless answers (event streams) before it waits for them."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None] | None) -> None:
        super().__init__(config)
        self.on_stop = on_stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.on_stop is not None:
            self.on_stop()
        await super().shutdown(sockets)

    async def stop(self) -> None:
        """What `shutdown` does, without its fixed waits: a test starts and stops several servers."""
        if self.on_stop is not None:
            self.on_stop()
        for listening in self.servers:
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        deadline = time.monotonic() + SHUTDOWN_SECONDS
        while self._busy() and time.monotonic() < deadline:  # noqa: ASYNC110  # uvicorn tells nobody when it is idle
            await asyncio.sleep(STOP_LOOKS_SECONDS)
        for task in self.server_state.tasks:
            task.cancel()
        await self.lifespan.shutdown()

    def _busy(self) -> bool:
        return bool(self.server_state.connections or self.server_state.tasks)


async def drop(request: Request) -> Response:
    """Abort the connection of `request`; the returned response goes nowhere."""
    request.scope["extensions"][DROP]()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


@contextlib.asynccontextmanager
async def serve(
    app: ASGIApp,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    given: socket.socket | None = None,
    on_stop: Callable[[], None] | None = None,
) -> AsyncIterator[str]:
    """Serve `app` for as long as the block runs; yields its base URL. `port=0` takes a free one. `given` listens there
    already."""
    running = _server(app, on_stop)
    with given or _listening(host, port) as listening:
        running.config.load()
        running.lifespan = running.config.lifespan_class(running.config)
        # Without uvicorn's main loop: it only ticks for signals and limits, the business of a process, not of a block.
        await running.startup(sockets=[listening])
        try:
            yield f"http://{host}:{listening.getsockname()[1]}"
        finally:
            await running.stop()


def run(app: ASGIApp, *, host: str, port: int, on_stop: Callable[[], None] | None = None) -> None:
    """Serve `app` until SIGINT or SIGTERM."""
    try:
        listening = _listening(host, port)
    except OSError as exc:
        raise SystemExit(f"Cannot listen on {host}:{port} ({exc.strerror}). Choose another port.") from exc
    with listening, contextlib.suppress(KeyboardInterrupt):
        _server(app, on_stop).run(sockets=[listening])


def _server(app: ASGIApp, on_stop: Callable[[], None] | None) -> Server:
    config = uvicorn.Config(
        app,
        http=DroppableHttp,
        ws="websockets-sansio",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    return Server(config, on_stop)


def _listening(host: str, port: int) -> socket.socket:
    # asyncio sends small answers at once only on sockets that name their protocol; others wait 40 ms for an ACK.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening
