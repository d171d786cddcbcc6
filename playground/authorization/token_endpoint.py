"""The token endpoint (OAuth 2.1, section 3.2), revocation (RFC 7009) and introspection (RFC 7662)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from playground.authorization.asking import Parameters, resource_of
from playground.authorization.authenticating import client_of
from playground.authorization.clients import Client
from playground.authorization.endpoint import NO_STORE, Call, Failing
from playground.authorization.errors import OAuthError
from playground.authorization.issuer import Issuer
from playground.authorization.models import Issued

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636, section 4.1


async def token(call: Call) -> Response:
    """Tokens, or why not; in the issuer's own way to word either."""
    try:
        issued = await _issued(call)
    except Failing:
        raise
    except OAuthError as problem:
        if not call.issuer.switches.errors_under_200:
            raise
        call.seen.error, call.seen.reused = problem.code, problem.reused
        return _worded(call, problem.body)
    call.seen.person = issued.person
    return _worded(call, _body(issued))


async def revoke(call: Call) -> Response:
    form = await form_of(call.request)
    client = _client(call, form)
    call.issuer.tokens.revoke(_needed(form, "token"), client_id=client.id)
    return Response(status_code=200, headers=NO_STORE)


async def introspect(call: Call) -> Response:
    """What a resource may know of a token; it shows the key that all resources of this issuer share."""
    scheme, _, key = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secrets.compare_digest(key, call.issuer.settings.resource_key):
        raise OAuthError("invalid_client", "Only resources may ask, with their key.", status=401)
    token = _needed(await form_of(call.request), "token")
    return JSONResponse(_known(call.issuer, token), headers=NO_STORE)


async def form_of(request: Request) -> Parameters:
    """The body; what comes twice is refused, as in the address."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise OAuthError("invalid_request", "The body must be application/x-www-form-urlencoded.")
    async with request.form() as given:
        pairs = [(name, value) for name, value in given.multi_items() if not isinstance(value, UploadFile)]
    form = Parameters(pairs)
    for name in set(form) - {"resource"}:
        if len(form.getlist(name)) > 1:
            raise OAuthError("invalid_request", f"The parameter {name} comes more than once.")
    return form


async def _issued(call: Call) -> Issued:
    form = await form_of(call.request)
    grant_type = form.get("grant_type", "")
    await call.called(f"token.{grant_type}" if grant_type in ("authorization_code", "refresh_token") else "token.other")
    client, tokens = _client(call, form), call.issuer.tokens
    if grant_type == "authorization_code":
        verifier = _needed(form, "code_verifier")
        if not VERIFIER.fullmatch(verifier):
            raise OAuthError("invalid_request", "The code_verifier is not one that RFC 7636 allows.")
        return tokens.redeem(
            _needed(form, "code"),
            client_id=client.id,
            redirect_uri=form.get("redirect_uri"),
            verifier=verifier,
            resource=resource_of(form),
        )
    if grant_type == "refresh_token":
        scopes = frozenset(form["scope"].split()) if form.get("scope") else None
        refresh = _needed(form, "refresh_token")
        return tokens.renew(refresh, client_id=client.id, scopes=scopes, resource=resource_of(form))
    raise OAuthError("unsupported_grant_type", "Only authorization_code and refresh_token are known.")


def _client(call: Call, form: Parameters) -> Client:
    client = client_of(call.request, form, call.issuer.clients)
    call.seen.client_id = client.id
    return client


def _needed(form: Parameters, name: str) -> str:
    if not form.get(name):
        raise OAuthError("invalid_request", f"The parameter {name} is missing.")
    return form[name]


def _body(issued: Issued) -> dict[str, str | int]:
    said: dict[str, str | int] = {
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
        "scope": " ".join(sorted(issued.scopes)),
    }
    return said | ({"refresh_token": issued.refresh_token} if issued.refresh_token else {})


def _worded(call: Call, body: Mapping[str, str | int]) -> Response:
    wants_json = "application/json" in call.request.headers.get("accept", "")
    if call.issuer.switches.form_encoded and not wants_json:
        return Response(urlencode(body), media_type="application/x-www-form-urlencoded", headers=NO_STORE)
    return JSONResponse(dict(body), headers=NO_STORE)


def _known(issuer: Issuer, token: str) -> dict[str, object]:
    found = issuer.tokens.known(token)
    if found is None:
        return {"active": False}
    said: dict[str, object] = {
        "active": True,
        "iss": issuer.url,
        "sub": found.consent.person,
        "client_id": found.consent.client_id,
        "scope": " ".join(sorted(found.scopes)),
        "token_type": "Bearer",
        "exp": int(found.expires_at),
    }
    return said | ({"aud": found.consent.resource} if found.consent.resource else {})
