"""One operation of the REST face as an ASGI app: whose token it is, what is answered, GitHub's headers around it."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from playground.authorization.grants import Grant, Verifier
from playground.faults import Fault
from playground.services.door import SEEN
from playground.services.github import errors
from playground.services.github.errors import ApiError
from playground.services.github.rest.call import Answer, Call
from playground.services.github.shapes.shapes import Shapes
from playground.services.github.store import Caller, GitHub
from playground.services.outbox import Outbox

MEDIA_TYPE = "github.v3; format=json"
RATE_LIMIT = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4999", "x-ratelimit-used": "1"}
SCHEMES = ("bearer", "token")

Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`accepted`: the scopes that GitHub says, in a header, this operation would take."""

    hub: Callable[[], GitHub]
    verifier: Verifier
    handler: Handler
    accepted: str
    outbox: Outbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        grant: Grant | None = None
        try:
            grant = await self._grant(request)
            if SEEN in scope:
                scope[SEEN].person = grant.person
            answer = await self.handler(await self._call(request, grant))
            response = _response(answer)
        except ApiError as error:
            response = JSONResponse(error.body, status_code=error.status)
        response.headers.update(self._headers(grant))
        await response(scope, receive, send)

    async def _grant(self, request: Request) -> Grant:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in SCHEMES or not token.strip():
            raise errors.no_credentials()
        grant = await self.verifier.person_of(token.strip())
        if grant is None or grant.resource is not None:  # a token for the MCP face is not one for the API
            raise errors.bad_credentials()
        return grant

    async def _call(self, request: Request, grant: Grant) -> Call:
        hub = self.hub()
        shapes = Shapes(hub, str(request.base_url).rstrip("/"))
        caller = Caller(grant.person, grant.scopes)
        body = _parsed(await request.body())
        query, path = request.query_params, dict(request.path_params)
        return Call(hub, caller, path, query, body, request.url, shapes, self.outbox)

    def _headers(self, grant: Grant | None) -> dict[str, str]:
        scopes = ", ".join(sorted(grant.scopes)) if grant else ""
        known = {"x-oauth-scopes": scopes, "x-accepted-oauth-scopes": self.accepted}
        return {
            "x-github-media-type": MEDIA_TYPE,
            "x-github-request-id": uuid.uuid4().hex[:20].upper(),
            **RATE_LIMIT,
            **(known if grant else {}),
        }


def wording(fault: Fault) -> Response:
    """What a fault says at this face."""
    error = errors.of_status(fault.status, fault.code if fault.kind == "error" else None)
    return JSONResponse(error.body, status_code=error.status)


async def no_route(request: Request, problem: Exception) -> Response:
    return JSONResponse(errors.not_found().body, status_code=404)


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        body = from_json(raw) if raw else {}
    except ValueError:
        raise ApiError(400, "Problems parsing JSON") from None
    if not isinstance(body, dict):
        raise ApiError(400, "Body should be a JSON object")
    return body


def _response(answer: Answer) -> Response:
    if answer.status == 204:
        return Response(status_code=204)
    return JSONResponse(answer.body, status_code=answer.status, headers=answer.headers)
