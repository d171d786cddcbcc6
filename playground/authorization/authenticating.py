"""Which client asks at the token endpoint, and how it proves that (RFC 6749, section 2.3)."""

from __future__ import annotations

import base64
import binascii
import secrets
from urllib.parse import unquote_plus

from starlette.requests import Request

from playground.authorization.asking import Parameters
from playground.authorization.clients import AuthMethod, Client, Clients
from playground.authorization.errors import OAuthError, invalid_client


def client_of(request: Request, form: Parameters, clients: Clients) -> Client:
    """Raises `OAuthError`. A client proves itself in one way, and in a way that it is known for."""
    client_id, secret, method = _shown(request, form)
    client = clients.find(client_id)
    if client is None:
        raise invalid_client("There is no such client.")
    if method not in client.auth_methods:
        raise invalid_client(f"This client proves itself by {' or '.join(client.auth_methods)}.")
    if client.secret is not None and not secrets.compare_digest(secret.encode(), client.secret.encode()):
        raise invalid_client("The client's secret is wrong.")
    return client


def _shown(request: Request, form: Parameters) -> tuple[str, str, AuthMethod]:
    header = request.headers.get("authorization")
    if header is not None:
        if "client_secret" in form:
            raise OAuthError("invalid_request", "The client proves itself in two ways at once.")
        client_id, secret = _basic(header)
        if form.get("client_id", client_id) != client_id:
            raise OAuthError("invalid_request", "The header and the body name different clients.")
        return client_id, secret, "client_secret_basic"
    if "client_id" not in form:
        raise invalid_client("The request does not say which client asks.")
    return form["client_id"], form.get("client_secret", ""), "client_secret_post" if "client_secret" in form else "none"


def _basic(header: str) -> tuple[str, str]:
    scheme, _, credentials = header.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        colon = ""
    if scheme.lower() != "basic" or not colon:
        raise invalid_client("The Authorization header is not a client's.")
    return unquote_plus(client_id), unquote_plus(secret)
