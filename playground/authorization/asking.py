"""An authorization request: what a client may ask a person for, checked before the person sees it.

Whether it can be trusted enough to be answered by a redirect is decided first: an unknown client or an address that is
not registered is `Untrusted`; everything after that is an `OAuthError`, which the client hears of.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.datastructures import ImmutableMultiDict

from playground.authorization.clients import Client
from playground.authorization.errors import OAuthError, Untrusted

OFFLINE = "offline_access"
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url, without padding
PROMPTS = frozenset({"none", "login", "consent", "select_account"})

Parameters = ImmutableMultiDict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `client` asks for. `explicit_redirect`: the request named the address, so the token request must, too."""

    client: Client
    redirect_uri: str
    explicit_redirect: bool
    state: str | None
    scopes: tuple[str, ...]
    resource: str | None
    challenge: str
    prompts: frozenset[str]

    def location(self, answer: Mapping[str, str]) -> str:
        return location(self.redirect_uri, self.state, answer)


def redirect_of(client: Client, parameters: Parameters) -> str:
    """Where the answer goes. Raises `Untrusted`."""
    given = parameters.getlist("redirect_uri")
    if len(given) > 1:
        raise Untrusted("invalid_request", "The request names several redirect addresses.")
    if not given:
        if len(client.redirect_uris) == 1:
            return client.redirect_uris[0]
        raise Untrusted("invalid_request", "The request does not say where the answer should go.")
    if not client.allows(given[0]):
        raise Untrusted("invalid_request", "The address for the answer is not one that this client registered.")
    return given[0]


def read(client: Client, redirect_uri: str, parameters: Parameters, *, scopes: Collection[str]) -> Asked:
    """The request, as far as a person can decide on it. `scopes`: those that exist. Raises `OAuthError`."""
    for name in set(parameters) - {"resource"}:
        if len(parameters.getlist(name)) > 1:
            raise OAuthError("invalid_request", f"The parameter {name} comes more than once.")
    if parameters.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "Only the response type code is known.")
    return Asked(
        client=client,
        redirect_uri=redirect_uri,
        explicit_redirect="redirect_uri" in parameters,
        state=parameters.get("state"),
        scopes=_scopes(parameters, scopes),
        resource=resource_of(parameters),
        challenge=_challenge(parameters),
        prompts=_prompts(parameters),
    )


def resource_of(parameters: Parameters) -> str | None:
    """What the token is for (RFC 8707): one absolute address without a fragment, or nothing."""
    given = parameters.getlist("resource")
    if len(given) > 1:
        raise OAuthError("invalid_target", "A token is for one resource.")
    if not given:
        return None
    parts = urlsplit(given[0])
    if not (parts.scheme and parts.netloc) or "#" in given[0]:
        raise OAuthError("invalid_target", "A resource is an absolute address without a fragment.")
    return given[0]


def location(redirect_uri: str, state: str | None, answer: Mapping[str, str]) -> str:
    """The address with the answer in its query, beside what was there already."""
    parts = urlsplit(redirect_uri)
    said = {**answer, **({"state": state} if state is not None else {})}
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *said.items()])
    return urlunsplit(parts._replace(query=query))


def _scopes(parameters: Parameters, known: Collection[str]) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(parameters.get("scope", "").split()))
    if unknown := [scope for scope in asked if scope not in known]:
        raise OAuthError("invalid_scope", f"There is no scope {unknown[0]}.")
    return asked


def _challenge(parameters: Parameters) -> str:
    challenge = parameters.get("code_challenge")
    if challenge is None:
        raise OAuthError("invalid_request", "A code_challenge is required (PKCE).")
    if parameters.get("code_challenge_method") != "S256":  # left out, it means plain
        raise OAuthError("invalid_request", "The code_challenge_method must be S256.")
    if not CHALLENGE.fullmatch(challenge):
        raise OAuthError("invalid_request", "The code_challenge is not a SHA-256 in base64url.")
    return challenge


def _prompts(parameters: Parameters) -> frozenset[str]:
    prompts = frozenset(parameters.get("prompt", "").split())
    if prompts - PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise OAuthError("invalid_request", "The prompt is not one that OpenID Connect knows.")
    return prompts
