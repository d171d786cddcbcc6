"""The notes as one ASGI app: streamable HTTP at `/mcp`, the older SSE at `/sse`, both behind the gate.

`create` makes it, `running` serves it on a port for as long as a block lasts.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from playground import serving
from playground.authorization.grants import Verifier
from playground.services.notes import gate, tools
from playground.services.notes.control import Control
from playground.services.notes.store import Notes
from playground.services.open_requests import OpenRequests, Watched
from playground.services.protection import metadata_route


class NotesServer(Starlette):
    """The ASGI app and what is in it; `url` is known once it runs."""

    def __init__(self, verifier: Verifier, authorization_servers: tuple[str, ...]) -> None:
        self.url = ""
        self.notes = Notes()
        self.open = OpenRequests()
        self._mcp = tools.build(self.notes)
        endpoints = [*self._mcp.streamable_http_app().routes, *self._mcp.sse_app().routes]
        super().__init__(
            routes=[
                metadata_route(gate.resource_of(authorization_servers)),
                *Control(self.notes, self.open).routes(),
                *(self._gated(route, verifier) for route in endpoints),
            ],
            lifespan=self._alive,
        )

    def _gated(self, route: BaseRoute, verifier: Verifier) -> BaseRoute:
        assert isinstance(route, Route | Mount)
        watched = Watched(gate.Gate(route.app, verifier), self.open)
        return Mount(route.path, watched) if isinstance(route, Mount) else Route(route.path, watched)

    @contextlib.asynccontextmanager
    async def _alive(self, app: Starlette) -> AsyncIterator[None]:
        async with self._mcp.session_manager.run():
            yield


def create(verifier: Verifier, *authorization_servers: str) -> NotesServer:
    """`verifier` knows the tokens; `authorization_servers` are told to who has none."""
    return NotesServer(verifier, authorization_servers)


@contextlib.asynccontextmanager
async def running(verifier: Verifier, *authorization_servers: str, port: int = 0) -> AsyncIterator[NotesServer]:
    app = create(verifier, *authorization_servers)
    async with serving.serve(app, port=port, on_stop=app.open.close) as app.url:
        yield app
