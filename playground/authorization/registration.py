"""Dynamic client registration (RFC 7591): what a client says of itself becomes a client, or is refused."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from playground.authorization.clients import AuthMethod, Client, is_loopback
from playground.authorization.errors import OAuthError

GRANTS = ("authorization_code", "refresh_token")
# Schemes that a browser acts on itself; as a redirect they would run or read something.
DANGEROUS = frozenset({"javascript", "data", "vbscript", "file", "about", "blob"})


class Wanted(BaseModel):
    """A registration request; what is not known here is passed over, as RFC 7591 asks."""

    model_config = ConfigDict(extra="ignore")

    redirect_uris: list[str] = Field(min_length=1)
    client_name: str = "An unnamed client"
    client_uri: str | None = None
    application_type: Literal["web", "native"] = "web"
    token_endpoint_auth_method: AuthMethod = "client_secret_basic"
    grant_types: list[str] = ["authorization_code"]
    response_types: list[str] = ["code"]
    scope: str | None = None


def read(body: bytes) -> Wanted:
    try:
        wanted = Wanted.model_validate_json(body)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        code = "invalid_redirect_uri" if where.startswith("redirect_uris") else "invalid_client_metadata"
        raise OAuthError(code, f"{where or 'body'}: {first['msg']}") from None
    for uri in wanted.redirect_uris:
        if problem_of := wrong_redirect(uri, application_type=wanted.application_type):
            raise OAuthError("invalid_redirect_uri", f"{uri}: {problem_of}")
    if "authorization_code" not in wanted.grant_types or "code" not in wanted.response_types:
        raise OAuthError(
            "invalid_client_metadata", "Only the grant authorization_code and the response code are known."
        )
    return wanted


def made(wanted: Wanted, *, client_id: str, secret: str) -> Client:
    public = wanted.token_endpoint_auth_method == "none"
    return Client(
        id=client_id,
        name=wanted.client_name,
        redirect_uris=tuple(wanted.redirect_uris),
        secret=None if public else secret,
        auth_methods=(wanted.token_endpoint_auth_method,),
        uri=wanted.client_uri,
    )


def answer(client: Client, wanted: Wanted, *, now: float) -> dict[str, Any]:
    said: dict[str, Any] = {
        "client_id": client.id,
        "client_id_issued_at": int(now),
        "client_name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "application_type": wanted.application_type,
        "token_endpoint_auth_method": wanted.token_endpoint_auth_method,
        "grant_types": [grant for grant in wanted.grant_types if grant in GRANTS],
        "response_types": ["code"],
    }
    if wanted.scope is not None:
        said["scope"] = wanted.scope
    if client.secret is not None:
        said |= {"client_secret": client.secret, "client_secret_expires_at": 0}  # 0: never
    return said


def wrong_redirect(uri: str, *, application_type: str) -> str | None:
    """What is wrong with a redirect address, if anything: https, or http on this machine; apps may have a scheme."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return "is not an address"
    if not parts.scheme or parts.scheme in DANGEROUS:
        return "needs a scheme that leads back to the client"
    if parts.fragment or "#" in uri:
        return "must not have a fragment"
    if parts.scheme == "http" and not is_loopback(parts.hostname, by_name=True):
        return "http is for this machine only"
    if parts.scheme in ("http", "https"):
        return None if parts.hostname else "has no host"
    return None if application_type == "native" else "a scheme of its own is for native applications only"
