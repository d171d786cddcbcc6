"""The gate before the notes: who has no token is told where to get one (RFC 9728, RFC 6750, and MCP's own rules).

A token counts only for the endpoint it was asked for. One that lacks a scope for what a message wants gets a 403 that
names all scopes it needs, so that the person can be asked once more. A session belongs to the person who began it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.authorization.grants import Grant, Verifier
from playground.services.door import again
from playground.services.protection import Resource, admit, base, bearer, challenge

READ, WRITE = "notes:read", "notes:write"
WRITING = frozenset({"save_note", "delete_note"})
ENDPOINTS = {"/mcp": "/mcp", "/sse": "/sse", "/messages/": "/sse"}  # a path, and whose token it wants


@dataclass(frozen=True, slots=True)
class Gate:
    """An ASGI app before another one."""

    app: ASGIApp
    verifier: Verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        resource = f"{base(request)}{ENDPOINTS[scope['path']]}"
        token = bearer(request)
        grant = await self.verifier.person_of(token) if token else None
        if token is None or grant is None or grant.resource != resource:
            await _unauthorized(resource, token)(scope, receive, send)
            return
        body = await request.body()
        if missing := _needed(body) - grant.scopes:
            await _insufficient(resource, grant, missing)(scope, receive, send)
            return
        admit(scope, grant, token)
        await self.app(scope, again(body, receive), send)


def resource_of(authorization_servers: tuple[str, ...]) -> Resource:
    """What the endpoints say of themselves; at the root it is the newer one's."""
    return Resource(
        name="Notes", paths=("/mcp", "/sse"), scopes=(READ, WRITE), authorization_servers=authorization_servers
    )


def _needed(body: bytes) -> frozenset[str]:
    """The scopes that a message wants: reading for all, writing for the tools that change something."""
    try:
        message = json.loads(body)
        writes = message["method"] == "tools/call" and message["params"]["name"] in WRITING
    except (ValueError, TypeError, KeyError):
        writes = False
    return frozenset({READ, WRITE} if writes else {READ})


def _unauthorized(resource: str, token: str | None) -> Response:
    if token is None:
        # RFC 6750, section 3.1: whoever shows nothing is told no error, only what to bring.
        return challenge(401, {"scope": READ}, "No access token was shown.", resource=resource)
    error = {"error": "invalid_token", "error_description": "The access token is unknown, expired or for another place"}
    return challenge(401, error | {"scope": READ}, error["error_description"], resource=resource)


def _insufficient(resource: str, grant: Grant, missing: frozenset[str]) -> Response:
    wanted = " ".join(sorted((grant.scopes & {READ, WRITE}) | missing))
    error = {"error": "insufficient_scope", "error_description": f"This needs the scope {', '.join(sorted(missing))}"}
    return challenge(403, error | {"scope": wanted}, error["error_description"], resource=resource)
