"""`/_control/…`: what tests in other processes see and change.

state   GET how many notes each person has
notes   GET ?person=: a person's notes
open    GET connections, streams and sessions: now, and the most there were
reset   POST the notes of the beginning
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.services.notes.store import Notes
from playground.services.open_requests import OpenRequests
from playground.steering import route


class Control:
    def __init__(self, notes: Notes, open_requests: OpenRequests) -> None:
        self._notes, self._open = notes, open_requests

    def routes(self) -> list[Route]:
        return [
            route("GET", "state", self.state),
            route("GET", "notes", self.notes),
            route("GET", "open", self.open),
            route("POST", "reset", self.reset),
        ]

    async def state(self, request: Request) -> Response:
        return JSONResponse(self._notes.counts())

    async def notes(self, request: Request) -> Response:
        found = self._notes.all(request.query_params.get("person", ""))
        return JSONResponse([note.model_dump() for note in found])

    async def open(self, request: Request) -> Response:
        return JSONResponse(self._open.shown(request.scope))

    async def reset(self, request: Request) -> Response:
        self._notes.reset()
        return Response(status_code=204)
