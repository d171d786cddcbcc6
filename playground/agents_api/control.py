"""`/_control/…`: how tests and benchmarks in other processes steer the stand-in. JSON in, JSON out, loopback only.

faults    GET what was seen and counted · POST one rule or a list · DELETE all rules
script    POST {"plan": [...], "when": [...], "hold": n, "release": true} · DELETE
requests  GET ?name=&after= · DELETE
switches  GET · PATCH
state     GET how many conversations there are, scripted answers are left, answers were held
reset     POST everything to its beginnings
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.agents_api.brains.script import Planned, When
from playground.faults import Fault

if TYPE_CHECKING:
    from playground.agents_api.app import AgentsApi

RULES: TypeAdapter[Fault | list[Fault]] = TypeAdapter(Fault | list[Fault])


class ScriptOrder(BaseModel):
    """`hold` stops every answer after that many pieces, until `release`."""

    model_config = ConfigDict(extra="forbid")

    plan: list[Planned] = []
    when: list[When] = []
    hold: int | None = None
    release: bool = False


class Control:
    def __init__(self, api: AgentsApi) -> None:
        self._api = api

    def routes(self) -> list[Route]:
        table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("GET", "faults", self.show_faults),
            ("POST", "faults", self.add_faults),
            ("DELETE", "faults", self.clear_faults),
            ("POST", "script", self.order_script),
            ("DELETE", "script", self.clear_script),
            ("GET", "requests", self.requests),
            ("DELETE", "requests", self.forget_requests),
            ("GET", "switches", self.show_switches),
            ("PATCH", "switches", self.set_switches),
            ("GET", "state", self.state),
            ("POST", "reset", self.reset),
        ]
        return [Route(f"/_control/{path}", guarded(handler), methods=[method]) for method, path, handler in table]

    async def show_faults(self, request: Request) -> Response:
        return JSONResponse({"seen": self._api.faults.seen})

    async def add_faults(self, request: Request) -> Response:
        rules = RULES.validate_json(await request.body())
        for rule in rules if isinstance(rules, list) else [rules]:
            self._api.faults.add(rule)
        return Response(status_code=204)

    async def clear_faults(self, request: Request) -> Response:
        self._api.faults.clear()
        return Response(status_code=204)

    async def order_script(self, request: Request) -> Response:
        order = ScriptOrder.model_validate_json(await request.body())
        script = self._api.script
        for planned in order.plan:
            script.plan(planned)
        for rule in order.when:
            script.add(rule)
        if order.hold is not None:
            script.hold(after=order.hold)
        if order.release:
            script.release()
        return Response(status_code=204)

    async def clear_script(self, request: Request) -> Response:
        self._api.script.clear()
        return Response(status_code=204)

    async def requests(self, request: Request) -> Response:
        after = int(request.query_params.get("after", "0"))
        return JSONResponse(self._api.log.as_json(request.query_params.get("name"), after))

    async def forget_requests(self, request: Request) -> Response:
        self._api.log.clear()
        return Response(status_code=204)

    async def show_switches(self, request: Request) -> Response:
        return JSONResponse(self._api.switches.model_dump())

    async def set_switches(self, request: Request) -> Response:
        change: dict[str, Any] = await request.json()
        self._api.switch(**change)
        return JSONResponse(self._api.switches.model_dump())

    async def state(self, request: Request) -> Response:
        script = self._api.script
        counts = {"conversations": len(self._api.store), "answers_left": script.left(), "held": script.held}
        return JSONResponse(counts)

    async def reset(self, request: Request) -> Response:
        self._api.reset()
        return Response(status_code=204)


def guarded(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """An order that does not fit is a 422 that says why, and changes nothing."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except ValidationError as problem:
            return JSONResponse({"error": str(problem)}, status_code=422)
        except ValueError as problem:
            return JSONResponse({"error": str(problem)}, status_code=422)

    return answer
