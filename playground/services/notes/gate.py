"""The gate before the notes: who has no token is told where to get one (RFC 9728, RFC 6750, and MCP's own rules).

A token counts only for the endpoint it was asked for. One that lacks a scope for what a message wants gets a 403 that
names all scopes it needs, so that the person can be asked once more. A session belongs to the person who began it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.authorization.grants import Grant, Verifier

WELL_KNOWN = "/.well-known/oauth-protected-resource"
GRANT = "playground.notes.grant"
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
        resource = f"{_base(request)}{ENDPOINTS[scope['path']]}"
        token = _bearer(request)
        grant = await self.verifier.person_of(token) if token else None
        if token is None or grant is None or grant.resource != resource:
            await _unauthorized(resource, token)(scope, receive, send)
            return
        body = await request.body()
        if missing := _needed(body) - grant.scopes:
            await _insufficient(resource, grant, missing)(scope, receive, send)
            return
        scope[GRANT] = grant
        # The SDK compares this user with the one who began a session, and hides other people's.
        scopes = sorted(grant.scopes)
        scope["user"] = AuthenticatedUser(
            AccessToken(token=token, client_id=grant.person, scopes=scopes, subject=grant.person)
        )
        await self.app(scope, _again(body, receive), send)


def metadata_routes(authorization_servers: tuple[str, ...]) -> list[Route]:
    """What each endpoint says of itself; at the root it is the newer one's."""

    async def describe(request: Request) -> Response:
        path = request.url.path.removeprefix(WELL_KNOWN) or "/mcp"
        said = {
            "resource": f"{_base(request)}{path}",
            "authorization_servers": list(authorization_servers),
            "scopes_supported": [READ, WRITE],
            "bearer_methods_supported": ["header"],
            "resource_name": "Notes",
        }
        return JSONResponse(said, headers={"Access-Control-Allow-Origin": "*"})

    return [Route(f"{WELL_KNOWN}{path}", describe, methods=["GET"]) for path in ("", "/mcp", "/sse")]


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
        return _challenge(401, resource, {"scope": READ}, "No access token was shown.")
    error = {"error": "invalid_token", "error_description": "The access token is unknown, expired or for another place"}
    return _challenge(401, resource, error | {"scope": READ}, error["error_description"])


def _insufficient(resource: str, grant: Grant, missing: frozenset[str]) -> Response:
    wanted = " ".join(sorted((grant.scopes & {READ, WRITE}) | missing))
    error = {"error": "insufficient_scope", "error_description": f"This needs the scope {', '.join(sorted(missing))}"}
    return _challenge(403, resource, error | {"scope": wanted}, error["error_description"])


def _challenge(status: int, resource: str, parts: dict[str, str], why: str) -> Response:
    base, _, path = resource.rpartition("/")
    said = parts | {"resource_metadata": f"{base}{WELL_KNOWN}/{path}"}
    header = "Bearer " + ", ".join(f'{name}="{value}"' for name, value in said.items())
    return JSONResponse({"error": parts.get("error", "invalid_request"), "error_description": why}, status, {
        "WWW-Authenticate": header
    })  # fmt: skip


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return (token.strip() or None) if scheme.lower() == "bearer" else None


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body, which was read already, and then what comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
