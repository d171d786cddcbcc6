"""The server over HTTP as one ASGI app: streamable HTTP at `/mcp`, the older SSE at `/sse`, links to visit.

`create` makes it, `running` serves it on a port for as long as a block lasts.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from playground import serving
from playground.faults import Fault, Faults
from playground.services.odd import children
from playground.services.odd.bench import Bench
from playground.services.odd.control import Control
from playground.services.odd.door import Door
from playground.services.odd.server import a_bench
from playground.services.open_requests import OpenRequests, Watched

FAULT_SEED = 20261123
VISITED = '<!doctype html>\n<html lang="en"><title>Confirmed</title><h1>Confirmed. You may go back.</h1></html>'


class OddServer(Starlette):
    """The ASGI app and what is in it; `url` is known once it runs."""

    def __init__(self, bench: Bench, *, json_response: bool) -> None:
        self.bench = bench
        self.faults = Faults(random.Random(FAULT_SEED))  # noqa: S311  # repeatable, not secret
        self.open = OpenRequests()
        self._expired: set[str] = set()
        endpoints = [*bench.mcp.streamable_http_app(json_response=json_response).routes, *bench.mcp.sse_app().routes]
        super().__init__(
            routes=[
                *Control(self).routes(),
                Route("/visit/{id}", self._visit),
                *(self._behind_the_door(route) for route in endpoints),
            ],
            lifespan=self._alive,
        )

    @property
    def url(self) -> str:
        return self.bench.url

    @property
    def runs(self) -> dict[str, int]:
        """How often each tool ran."""
        return dict(self.bench.journal.counts)

    def fault(self, request: str, kind: str, **rule: Any) -> None:
        """Add a rule; see `playground.faults.Fault`."""
        self.faults.add(Fault.model_validate({"request": request, "kind": kind, **rule}))

    def expire_sessions(self) -> int:
        """All sessions are over; how many that were."""
        count = len(self.open.sessions)
        self._expired |= self.open.sessions
        self.open.sessions.clear()
        return count

    def _behind_the_door(self, route: BaseRoute) -> BaseRoute:
        assert isinstance(route, Route | Mount)
        door = Door(route.app, self.faults, self.bench.switches, self._expired)
        watched = Watched(door, self.open)
        return Mount(route.path, watched) if isinstance(route, Mount) else Route(route.path, watched)

    async def _visit(self, request: Request) -> Response:
        self.bench.visited.add(request.path_params["id"])
        return HTMLResponse(VISITED)

    @contextlib.asynccontextmanager
    async def _alive(self, app: Starlette) -> AsyncIterator[None]:
        async with self.bench.mcp.session_manager.run():
            yield
        children.end(self.bench)


def create(bench: Bench | None = None, *, json_response: bool = False) -> OddServer:
    """`json_response`: answers come as one JSON body instead of a stream."""
    return OddServer(bench or a_bench(), json_response=json_response)


@contextlib.asynccontextmanager
async def running(
    bench: Bench | None = None, *, port: int = 0, json_response: bool = False
) -> AsyncIterator[OddServer]:
    app = create(bench, json_response=json_response)
    async with serving.serve(app, port=port, on_stop=app.open.close) as app.bench.url:
        yield app
