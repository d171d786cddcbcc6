"""The protection of an MCP face: only who bears a token gets in, and who has none is told where to get one.

RFC 9728 and RFC 6750, as the MCP specification asks for them: a 401 names the metadata of the protected resource, the
metadata names the authorization server; a token that lacks a scope gets a 403 that names the scopes it needs; one that
was given out for another resource is nobody's. Behind the gate each request carries its grant, and a session belongs to
the person who began it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx2
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.authorization.grants import Grant, Verifier
from playground.services.door import SEEN, again

WELL_KNOWN = "/.well-known/oauth-protected-resource"
GRANT = "playground.grant"
TOKEN = "playground.token"

# Which scopes a request still needs, given its body, the grant and the token.
Wanting = Callable[[bytes, Grant, str], frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What the metadata says. `paths` are those of the MCP endpoints, `*` for whatever comes after."""

    name: str
    paths: tuple[str, ...]
    scopes: tuple[str, ...]
    authorization_servers: tuple[str, ...] = ()

    def is_meant_by(self, address: str, base_url: str) -> bool:
        """Whether a token that was asked for with this address is for here; a slash at the end makes no difference."""
        path = address.removeprefix(base_url)
        return path != address and (self.covers(path) or self.covers(f"{path}/"))

    def covers(self, path: str) -> bool:
        return any(path.startswith(p[:-1]) if p.endswith("*") else path == p for p in self.paths)


class Gate:
    def __init__(self, app: ASGIApp, resource: Resource, *, verifier: Verifier, wanting: Wanting | None = None) -> None:
        self._app, self._resource, self._verifier, self._wanting = app, resource, verifier, wanting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        token = bearer(request)
        grant = await self._grant(request, token) if token else None
        if token is None or grant is None:
            await unauthorized(request, given=token is not None)(scope, receive, send)
            return
        if SEEN in scope:
            scope[SEEN].person = grant.person
        if self._wanting is not None:
            body = await request.body()
            receive = again(body, receive)
            if wanted := self._wanting(body, grant, token):
                await insufficient(request, wanted)(scope, receive, send)
                return
        admit(scope, grant, token)
        await self._app(scope, receive, send)

    async def _grant(self, request: Request, token: str) -> Grant | None:
        grant = await self._verifier.person_of(token)
        if grant is None or grant.resource is None or self._resource.is_meant_by(grant.resource, base(request)):
            return grant
        return None


def metadata_route(resource: Resource) -> Route:
    """`/.well-known/oauth-protected-resource` and the same with each endpoint's path after it."""

    async def metadata(request: Request) -> Response:
        path = request.path_params["path"]
        if path and not resource.covers(path):
            return JSONResponse({"error": "not_found"}, status_code=404)
        said = {
            "resource": f"{base(request)}{path or resource.paths[0]}",
            "authorization_servers": list(resource.authorization_servers),
            "scopes_supported": list(resource.scopes),
            "bearer_methods_supported": ["header"],
            "resource_name": resource.name,
        }
        return JSONResponse(said, headers={"Access-Control-Allow-Origin": "*"})

    return Route(f"{WELL_KNOWN}{{path:path}}", metadata, methods=["GET"])


def admit(scope: Scope, grant: Grant, token: str) -> None:
    """Let the request be that person's."""
    scope[GRANT], scope[TOKEN] = grant, token
    # The SDK compares this user with the one who opened a session, and hides other people's sessions.
    known = AccessToken(token=token, client_id=grant.person, scopes=sorted(grant.scopes), subject=grant.person)
    scope["user"] = AuthenticatedUser(known)


def bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def unauthorized(request: Request, *, given: bool) -> Response:
    if given:
        return _challenge(request, 401, "invalid_token", "The access token is unknown, expired or revoked")
    return _challenge(request, 401, "invalid_request", "No access token was provided in this request")


def insufficient(request: Request, scopes: frozenset[str]) -> Response:
    needed = " ".join(sorted(scopes))
    return _challenge(request, 403, "insufficient_scope", f"This needs more scopes: {needed}", scope=needed)


def _challenge(request: Request, status: int, error: str, description: str, *, scope: str = "") -> Response:
    said = {"error": error, "error_description": description, **({"scope": scope} if scope else {})}
    return challenge(status, said, description, resource=f"{base(request)}{request.url.path}")


def challenge(status: int, said: Mapping[str, str], description: str, *, resource: str) -> Response:
    """What is `said` in the header, and where the metadata of the resource are."""
    address = httpx2.URL(resource)
    parts = {**said, "resource_metadata": str(address.copy_with(path=f"{WELL_KNOWN}{address.path}"))}
    header = "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parts.items())
    body = {"error": said.get("error", "invalid_request"), "error_description": description}
    return JSONResponse(body, status_code=status, headers={"WWW-Authenticate": header})


def base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
