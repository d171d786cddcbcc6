"""`/_control/…`: how tests and other processes steer a service. JSON in, JSON out, loopback only.

faults    GET the rules and what was counted · POST one rule or a list · DELETE all rules
requests  GET ?name=&after= · DELETE
state     GET how many things of each kind there are
reset     POST everything to its beginnings
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.faults import Fault, Faults
from playground.services.door import is_known
from playground.services.seen import Log

RULES: TypeAdapter[Fault | list[Fault]] = TypeAdapter(Fault | list[Fault])


class Steered(Protocol):
    faults: Faults
    log: Log

    def counts(self) -> dict[str, int]: ...
    def reset(self) -> None: ...


class Control:
    def __init__(self, service: Steered) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("GET", "faults", self.show_faults),
            ("POST", "faults", self.add_faults),
            ("DELETE", "faults", self.clear_faults),
            ("GET", "requests", self.requests),
            ("DELETE", "requests", self.forget_requests),
            ("GET", "state", self.state),
            ("POST", "reset", self.reset),
        ]
        return [Route(f"/_control/{path}", answering(handler), methods=[method]) for method, path, handler in table]

    async def show_faults(self, request: Request) -> Response:
        faults = self._service.faults
        return JSONResponse({"rules": [rule.model_dump() for rule in faults.rules], "seen": faults.seen})

    async def add_faults(self, request: Request) -> Response:
        given = RULES.validate_json(await request.body())
        rules = given if isinstance(given, list) else [given]
        if unknown := {rule.kind for rule in rules if not is_known(rule)}:
            raise ValueError(f"This service knows no fault of kind {', '.join(sorted(unknown))}.")
        for rule in rules:
            self._service.faults.add(rule)
        return Response(status_code=204)

    async def clear_faults(self, request: Request) -> Response:
        self._service.faults.clear()
        return Response(status_code=204)

    async def requests(self, request: Request) -> Response:
        query = request.query_params
        return JSONResponse(self._service.log.as_json(query.get("name"), int(query.get("after", "0"))))

    async def forget_requests(self, request: Request) -> Response:
        self._service.log.clear()
        return Response(status_code=204)

    async def state(self, request: Request) -> Response:
        return JSONResponse(self._service.counts())

    async def reset(self, request: Request) -> Response:
        self._service.reset()
        return Response(status_code=204)


def answering(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """An order that does not fit is a 422 that says why, and changes nothing."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except ValueError as problem:  # pydantic's ValidationError is one
            return JSONResponse({"error": str(problem)}, status_code=422)

    return answer
