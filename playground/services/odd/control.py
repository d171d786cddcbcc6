"""`/_control/…` of a server over HTTP: how tests in other processes steer it, and what they count.

runs      GET how often each tool ran · DELETE
faults    GET · POST · DELETE
switches  GET · PATCH
tools     POST {"add": [...], "remove": [...], "redescribe": {...}}, ?announce=false: changes the list of tools
expire    POST all sessions are over
open      GET connections, streams and sessions
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.services.odd import listing
from playground.services.odd.door import KINDS
from playground.services.odd.switches import Switches
from playground.steering import fault_routes, route

if TYPE_CHECKING:
    from playground.services.odd.app import OddServer


class Control:
    def __init__(self, server: OddServer) -> None:
        self._server, self._bench = server, server.bench

    def routes(self) -> list[Route]:
        return [
            route("GET", "runs", self.runs),
            route("DELETE", "runs", self.forget_runs),
            route("GET", "switches", self.show_switches),
            route("PATCH", "switches", self.set_switches),
            route("POST", "tools", self.tools),
            route("POST", "expire", self.expire),
            route("GET", "open", self.open),
            *fault_routes(self._server.faults, KINDS),
        ]

    async def runs(self, request: Request) -> Response:
        return JSONResponse(dict(self._bench.journal.counts))

    async def forget_runs(self, request: Request) -> Response:
        self._bench.journal.counts.clear()
        return Response(status_code=204)

    async def show_switches(self, request: Request) -> Response:
        return JSONResponse(self._bench.switches.model_dump())

    async def set_switches(self, request: Request) -> Response:
        change: dict[str, Any] = await request.json()
        wanted = Switches.model_validate({**self._bench.switches.model_dump(), **change})
        for name in change:
            setattr(self._bench.switches, name, getattr(wanted, name))
        return await self.show_switches(request)

    async def tools(self, request: Request) -> Response:
        changed = listing.change(self._bench, listing.Change.model_validate_json(await request.body()))
        if request.query_params.get("announce", "true") == "true":
            await listing.told(self._bench)
        return JSONResponse({"changed": changed})

    async def expire(self, request: Request) -> Response:
        return JSONResponse({"expired": self._server.expire_sessions()})

    async def open(self, request: Request) -> Response:
        return JSONResponse(self._server.open.shown(request.scope))
