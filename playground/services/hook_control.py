"""`/_control/…` for a service's webhooks: how tests and other processes watch and steer what it sends.

deliveries               GET ?hook=&after= what was sent, and what came back
deliveries/NUMBER/again  POST send it once more, under the same id
hooks                    GET the switches · POST some of them
"""

from __future__ import annotations

from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.services.control import answering
from playground.services.letters import Attempt, Delivery, HookSwitches
from playground.services.outbox import Outbox


class Sends(Protocol):
    outbox: Outbox


class HookControl:
    def __init__(self, service: Sends) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        return [
            Route("/_control/deliveries", answering(self.deliveries), methods=["GET"]),
            Route("/_control/deliveries/{number:int}/again", answering(self.again), methods=["POST"]),
            Route("/_control/hooks", answering(self.switches), methods=["GET"]),
            Route("/_control/hooks", answering(self.switch), methods=["POST"]),
        ]

    async def deliveries(self, request: Request) -> Response:
        query = request.query_params
        found = self._service.outbox.deliveries(query.get("hook"), after=int(query.get("after", "0")))
        return JSONResponse([shown(one) for one in found])

    async def again(self, request: Request) -> Response:
        outbox, number = self._service.outbox, request.path_params["number"]
        if (delivery := outbox.delivery(number)) is None:
            raise ValueError(f"There is no delivery {number}.")
        return JSONResponse(shown(outbox.send(delivery.letter, again=True)), status_code=202)

    async def switches(self, request: Request) -> Response:
        return JSONResponse(self._service.outbox.switches.model_dump())

    async def switch(self, request: Request) -> Response:
        given = HookSwitches.model_validate_json(await request.body())
        wanted = given.model_dump(exclude_unset=True)
        self._service.outbox.switches = self._service.outbox.switches.model_copy(update=wanted)
        return Response(status_code=204)


def shown(delivery: Delivery) -> dict[str, Any]:
    letter = delivery.letter
    return {
        "number": delivery.number,
        "id": letter.guid,
        "hook": letter.hook,
        "url": letter.url,
        "event": letter.event,
        "action": letter.action,
        "again": delivery.again,
        "dropped": delivery.dropped,
        "over": delivery.over,
        "attempts": [_attempt(one) for one in delivery.attempts],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": attempt.at,
        "status": attempt.status,
        "problem": attempt.problem,
        "headers": attempt.headers,
        "body": attempt.body.decode(),
        "answer": attempt.answer,
    }
