"""`/_control/…` below an issuer's path: how tests in other processes steer it, and what a person does without the page.

pending   GET what waits for a person
answer    POST {"person": "ada", "allow": true, "scopes": [...], "id": ...}: answer what waits; where the browser goes
consents  GET those in force · DELETE ?person=&client_id=: a person takes them back
expire    POST {"access": true, "refresh": false}: all that was issued so far is out of date
requests  GET ?name=&after= · DELETE
counts    GET how many of each kind came, were granted, were refused, were told apart as a reuse
switches  GET · PATCH
faults    GET · POST · DELETE
reset     POST everything to its beginnings
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.authorization.endpoint import KINDS
from playground.authorization.issuer import Issuer
from playground.authorization.pending import Waiting
from playground.steering import fault_routes, route


class Answer(BaseModel):
    """`scopes`: the person gives no more than these; left out, all that is asked."""

    model_config = ConfigDict(extra="forbid")

    person: str
    allow: bool = True
    scopes: list[str] | None = None
    id: str | None = None


class Expire(BaseModel):
    model_config = ConfigDict(extra="forbid")

    access: bool = True
    refresh: bool = False


class Control:
    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def routes(self) -> list[Route]:
        return [
            route("GET", "pending", self.pending),
            route("POST", "answer", self.answer),
            route("GET", "consents", self.consents),
            route("DELETE", "consents", self.take_back),
            route("POST", "expire", self.expire),
            route("GET", "requests", self.requests),
            route("DELETE", "requests", self.forget_requests),
            route("GET", "counts", self.counts),
            route("GET", "switches", self.show_switches),
            route("PATCH", "switches", self.set_switches),
            route("POST", "reset", self.reset),
            *fault_routes(self._issuer.faults, KINDS),
        ]

    async def pending(self, request: Request) -> Response:
        return JSONResponse([_shown(waiting) for waiting in self._issuer.pending.all()])

    async def answer(self, request: Request) -> Response:
        given = Answer.model_validate_json(await request.body())
        location = self._issuer.answer(given.person, allow=given.allow, scopes=given.scopes, waiting_id=given.id)
        return JSONResponse({"location": location})

    async def consents(self, request: Request) -> Response:
        found = self._issuer.tokens.consents()
        return JSONResponse(
            [
                {
                    "person": consent.person,
                    "client_id": consent.client_id,
                    "scopes": sorted(consent.scopes),
                    "resource": consent.resource,
                }
                for consent in found
            ]
        )

    async def take_back(self, request: Request) -> Response:
        person = request.query_params.get("person", "")
        count = self._issuer.tokens.revoke_of(person, request.query_params.get("client_id"))
        return JSONResponse({"revoked": count})

    async def expire(self, request: Request) -> Response:
        given = Expire.model_validate_json(await request.body() or b"{}")
        self._issuer.tokens.expire(access=given.access, refresh=given.refresh)
        return Response(status_code=204)

    async def requests(self, request: Request) -> Response:
        query = request.query_params
        return JSONResponse(self._issuer.log.as_json(query.get("name"), int(query.get("after", "0"))))

    async def forget_requests(self, request: Request) -> Response:
        self._issuer.log.clear()
        return Response(status_code=204)

    async def counts(self, request: Request) -> Response:
        return JSONResponse(self._issuer.log.counts())

    async def show_switches(self, request: Request) -> Response:
        return JSONResponse(self._issuer.switches.model_dump())

    async def set_switches(self, request: Request) -> Response:
        change: dict[str, Any] = await request.json()
        self._issuer.switch(**change)
        return JSONResponse(self._issuer.switches.model_dump())

    async def reset(self, request: Request) -> Response:
        self._issuer.reset()
        return Response(status_code=204)


def _shown(waiting: Waiting) -> dict[str, Any]:
    asked = waiting.asked
    return {
        "id": waiting.id,
        "client_id": asked.client.id,
        "client": asked.client.name,
        "scopes": list(asked.scopes),
        "resource": asked.resource,
        "redirect_uri": asked.redirect_uri,
        "prompts": sorted(asked.prompts),
    }
