"""What the control routes of stand-ins have in common: rules for faults, and how an order that does not fit is told.

JSON in, JSON out, on loopback. An order that does not fit is a 422 that says why, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.faults import Fault, Faults

RULES: TypeAdapter[Fault | list[Fault]] = TypeAdapter(Fault | list[Fault])
Handler = Callable[[Request], Awaitable[Response]]


def route(method: str, path: str, handler: Handler) -> Route:
    return Route(f"/_control/{path}", _answering(handler), methods=[method])


def fault_routes(faults: Faults, kinds: Collection[str]) -> list[Route]:
    """`/_control/faults`: GET the rules and what was counted, POST one rule or a list, DELETE all. `kinds`: those that
    this stand-in knows."""

    async def show(request: Request) -> Response:
        return JSONResponse({"rules": [rule.model_dump() for rule in faults.rules], "seen": faults.seen})

    async def add(request: Request) -> Response:
        given = RULES.validate_json(await request.body())
        rules = given if isinstance(given, list) else [given]
        if unknown := sorted({rule.kind for rule in rules}.difference(kinds)):
            raise ValueError(f"There is no fault of kind {unknown[0]} here.")
        for rule in rules:
            faults.add(rule)
        return Response(status_code=204)

    async def clear(request: Request) -> Response:
        faults.clear()
        return Response(status_code=204)

    return [route("GET", "faults", show), route("POST", "faults", add), route("DELETE", "faults", clear)]


def _answering(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except LookupError as problem:
            return JSONResponse({"error": str(problem.args[0] if problem.args else problem)}, status_code=404)
        except ValueError as problem:  # pydantic's ValidationError is one
            return JSONResponse({"error": str(problem)}, status_code=422)

    return answer
