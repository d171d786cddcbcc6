"""Runs a stand-in's ASGI app on a loopback port, inside this process or as its main business.

While `serve` is open the app answers at the yielded URL; afterwards its port, connections and lifespan are closed.
Requests carry a way to drop their connection without an answer (`drop`), because "applied, but nobody heard" is what
the stand-ins must be able to do.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

DROP = "playground.drop"
KEEP_ALIVE_SECONDS = 75  # longer than a client keeps an idle connection: the client closes first and never meets a race
SHUTDOWN_SECONDS = 2  # for answers still on their way


class DroppableHttp(HttpToolsProtocol):
    """uvicorn's HTTP protocol; each request may abort the connection it came on."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        extensions: dict[str, Any] = {DROP: self.transport.abort}
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


async def drop(request: Request) -> Response:
    """Abort the connection of `request`; the returned response goes nowhere."""
    request.scope["extensions"][DROP]()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


def server(app: ASGIApp, *, host: str, port: int, on_stop: Callable[[], None] | None) -> Server:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=DroppableHttp,
        ws="websockets-sansio",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    return Server(config, on_stop)


@contextlib.asynccontextmanager
async def serve(
    app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0, on_stop: Callable[[], None] | None = None
) -> AsyncIterator[str]:
    """Serve `app` for as long as the block runs; yields its base URL. `port=0` takes a free one."""
    listening = socket.create_server((host, port), backlog=2048)
    running = server(app, host=host, port=port, on_stop=on_stop)
    try:
        running.config.load()
        running.lifespan = running.config.lifespan_class(running.config)
        # Without uvicorn's main loop: it only ticks for signals and limits, the business of a process, not of a block.
        await running.startup(sockets=[listening])
        try:
            yield f"http://{host}:{listening.getsockname()[1]}"
        finally:
            await running.shutdown(sockets=[listening])
    finally:
        listening.close()


def run(app: ASGIApp, *, host: str, port: int, on_stop: Callable[[], None] | None = None) -> None:
    """Serve `app` until SIGINT or SIGTERM."""
    server(app, host=host, port=port, on_stop=on_stop).run()
