"""The authorization endpoint: checks what a client asks, shows it to a person, sends the browser back with the answer.

What cannot be trusted is told on a page and goes nowhere. A person's choice of who they are is kept in a cookie, so the
next page begins with it.
"""

from __future__ import annotations

from starlette.responses import HTMLResponse, RedirectResponse, Response

from playground.authorization import asking, deciding, documents, page
from playground.authorization.asking import Asked, Parameters
from playground.authorization.clients import Client
from playground.authorization.endpoint import Call
from playground.authorization.errors import OAuthError, Untrusted
from playground.authorization.token_endpoint import form_of
from playground.authorization.words import language_of, say

COOKIE = "playground_person"
COOKIE_SECONDS = 86400
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


async def ask(call: Call) -> Response:
    """A client's request: a page, or at once an answer."""
    try:
        parameters: Parameters = call.request.query_params
        if call.request.method == "POST":
            parameters = await form_of(call.request)
        client = await _client(call, parameters)
        redirect_uri = asking.redirect_of(client, parameters)
    except (Untrusted, OAuthError) as problem:
        call.seen.error = problem.code
        return _refused(call, problem.description, 400)
    try:
        asked = asking.read(
            client, redirect_uri, parameters, scopes=[scope.name for scope in call.issuer.settings.scopes]
        )
        _check_resource(call, asked)
        location = _at_once(call, asked)
    except OAuthError as problem:
        call.seen.error = problem.code
        said = problem.body | deciding.iss(call.issuer.url, call.issuer.switches)
        return _go(asking.location(redirect_uri, parameters.get("state"), said))
    return _go(location) if location else _page(call, asked)


async def decide(call: Call) -> Response:
    """What the person did on the page."""
    form, language = await form_of(call.request), _language(call)
    waiting = call.issuer.pending.take(call.request.path_params["id"])
    if waiting is None:
        return _refused(call, say("over", language), 410, why_in=language)
    person = form.get("person", "")
    call.seen.client_id = waiting.asked.client.id
    if form.get("decision") != "allow" or person not in call.issuer.people:
        call.seen.error = "access_denied"
        return _go(call.issuer.deny(waiting))
    call.seen.person = person
    response = _go(deciding.allowed(waiting.asked, person, tokens=call.issuer.tokens, issuer=call.issuer.url))
    response.set_cookie(COOKIE, person, max_age=COOKIE_SECONDS, httponly=True, samesite="lax")
    return response


async def _client(call: Call, parameters: Parameters) -> Client:
    issuer, client_id = call.issuer, parameters.get("client_id", "")
    if issuer.switches.cimd and documents.is_address(client_id):
        client = await documents.client(client_id, issuer.http)
        issuer.clients.add(client)
    else:
        known = issuer.clients.find(client_id)
        if known is None:
            raise Untrusted("invalid_client", "The client that sent you here is not known.")
        client = known
    call.seen.client_id = client.id
    return client


def _check_resource(call: Call, asked: Asked) -> None:
    known = call.issuer.settings.resources
    if known and asked.resource is not None and asked.resource not in known:
        raise OAuthError("invalid_target", "Tokens for this resource are not given here.")


def _at_once(call: Call, asked: Asked) -> str | None:
    """Where the browser goes without a page, if a switch or an earlier consent says so. Raises `OAuthError`."""
    issuer = call.issuer
    signed_in = issuer.switches.answered_by or call.request.cookies.get(COOKIE)
    if issuer.switches.denies:
        raise OAuthError("access_denied", "The person did not allow it.")
    known = issuer.settings.remembers and deciding.remembered(asked, signed_in, issuer.tokens)
    if issuer.switches.answered_by or known:
        call.seen.person = signed_in or ""
        return deciding.allowed(asked, call.seen.person, tokens=issuer.tokens, issuer=issuer.url)
    if "none" in asked.prompts:
        why = "The person would have to be asked."
        raise OAuthError("consent_required" if signed_in else "login_required", why)
    return None


def _page(call: Call, asked: Asked) -> Response:
    issuer = call.issuer
    waiting = issuer.pending.add(asked)
    shown = page.consent(
        asked,
        service=issuer.settings.name,
        action=f"{issuer.settings.path}/authorize/{waiting.id}",
        styles=f"{issuer.settings.path}/page",
        people=issuer.settings.people,
        scopes=issuer.settings.scopes,
        signed_in=call.request.cookies.get(COOKIE),
        language=_language(call),
        beforehand=asked.client in issuer.settings.clients,
    )
    return HTMLResponse(shown, headers=HEADERS)


def _refused(call: Call, why: str, status: int, *, why_in: str = "en") -> Response:
    settings, language = call.issuer.settings, _language(call)
    styles = f"{settings.path}/page"
    shown = page.refusal(why, why_in=why_in, service=settings.name, styles=styles, language=language)
    return HTMLResponse(shown, status, HEADERS)


def _go(location: str) -> Response:
    return RedirectResponse(location, 303, {"Cache-Control": "no-store"})  # also after the form: the browser gets it


def _language(call: Call) -> str:
    return language_of(call.request.headers.get("accept-language"))
