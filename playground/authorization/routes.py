"""Every address of an issuer, on one screen."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from playground.authorization import authorize_endpoint, metadata, registration, token_endpoint
from playground.authorization.control import Control
from playground.authorization.endpoint import NO_STORE, Call, Endpoint, Handler
from playground.authorization.issuer import Issuer
from playground.authorization.switches import Form

SLACK_PAGE = Path(__file__).parents[1] / "slack" / "page"
FILES = {
    "tokens.css": SLACK_PAGE / "style" / "tokens.css",  # the workspace's own colours
    "mark.svg": SLACK_PAGE / "mark.svg",
    "authorize.css": Path(__file__).parent / "style" / "authorize.css",
}
ANYBODY = {"Access-Control-Allow-Origin": "*"}


def of(issuer: Issuer) -> list[BaseRoute]:
    """Those below the issuer's path, after those that lie at the server's root whatever the path."""
    table: list[tuple[str, str, str, Handler]] = [
        ("GET", "/authorize", "authorize", authorize_endpoint.ask),
        ("POST", "/authorize", "authorize", authorize_endpoint.ask),
        ("POST", "/authorize/{id}", "decide", authorize_endpoint.decide),
        ("POST", issuer.settings.token_path, "", token_endpoint.token),
        ("POST", "/register", "register", register),
        ("POST", "/revoke", "revoke", token_endpoint.revoke),
        ("POST", "/introspect", "introspect", token_endpoint.introspect),
    ]
    below = [Route(path, Endpoint(issuer, name, handler), methods=[method]) for method, path, name, handler in table]
    inside: list[BaseRoute] = [*below, Route("/page/{file}", page_file), *Control(issuer).routes()]
    return [*_well_known(issuer), Mount(issuer.settings.path or "/", routes=inside)]


async def register(call: Call) -> Response:
    issuer = call.issuer
    if not issuer.switches.registration:
        return JSONResponse({"error": "not_found"}, status_code=404)
    wanted = registration.read(await call.request.body())
    client = registration.made(wanted, client_id=f"pg-{secrets.token_hex(8)}", secret=secrets.token_urlsafe(32))
    issuer.clients.add(client)
    call.seen.client_id = client.id
    return JSONResponse(registration.answer(client, wanted, now=issuer.now()), 201, NO_STORE)


async def page_file(request: Request) -> Response:
    file = FILES.get(request.path_params["file"])
    return FileResponse(file) if file else Response(status_code=404)


def _well_known(issuer: Issuer) -> list[BaseRoute]:
    found: dict[str, list[Form]] = {}  # at the root two of the three are one
    for form, address in metadata.addresses(issuer.settings.path).items():
        found.setdefault(address, []).append(form)
    return [
        Route(address, Endpoint(issuer, "metadata", _describing(forms)), methods=["GET"])
        for address, forms in found.items()
    ]


def _describing(forms: list[Form]) -> Callable[[Call], Awaitable[Response]]:
    async def describe(call: Call) -> Response:
        issuer = call.issuer
        if not set(forms).intersection(issuer.switches.discovery):
            return JSONResponse({"error": "not_found"}, 404, ANYBODY)
        return JSONResponse(metadata.document(issuer.url, issuer.settings, issuer.switches), headers=ANYBODY)

    return describe
