"""Client id metadata documents: a client whose id is the URL at which it describes itself.

Follows draft-ietf-oauth-client-id-metadata-document. The document is fetched anew for each authorization request, from
https or from this machine, without redirects and up to a size. What else an address leads to is not looked at: this
issuer runs on a developer's machine.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from playground.authorization.clients import Client, is_loopback
from playground.authorization.errors import Untrusted
from playground.authorization.registration import wrong_redirect

BYTES_MAX = 5 * 1024  # as the draft recommends
FETCH_SECONDS = 5.0


class Document(BaseModel):
    """What counts here of a client's own description."""

    model_config = ConfigDict(extra="ignore")

    client_id: str
    client_name: str = ""
    client_uri: str | None = None
    redirect_uris: list[str] = Field(min_length=1)
    application_type: str = "web"
    token_endpoint_auth_method: str = "none"
    client_secret: str | None = None


def is_address(client_id: str) -> bool:
    """Whether a client id names a document, rather than a client that registered."""
    return client_id.startswith(("https://", "http://"))


async def client(client_id: str, http: httpx2.AsyncClient) -> Client:
    """The client that describes itself at `client_id`. Raises `Untrusted`."""
    _check_address(client_id)
    return _client(client_id, await _fetched(client_id, http))


def _check_address(client_id: str) -> None:
    parts = urlsplit(client_id)
    if parts.scheme == "http" and not is_loopback(parts.hostname, by_name=True):
        raise Untrusted("invalid_client", "A client id that is an address begins with https.")
    if parts.path in ("", "/") or parts.fragment or parts.username:
        raise Untrusted("invalid_client", "A client id that is an address has a path, no fragment and no user.")
    if any(segment in (".", "..") for segment in parts.path.split("/")):
        raise Untrusted("invalid_client", "A client id that is an address has no dots for segments.")


async def _fetched(client_id: str, http: httpx2.AsyncClient) -> bytes:
    headers = {"Accept": "application/json"}
    try:
        async with http.stream("GET", client_id, headers=headers, follow_redirects=False) as response:
            if response.status_code != 200:
                raise Untrusted("invalid_client", f"The client's document answered {response.status_code}.")
            content = bytearray()
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > BYTES_MAX:
                    raise Untrusted("invalid_client", f"The client's document has more than {BYTES_MAX} bytes.")
            return bytes(content)
    except httpx2.HTTPError as exc:
        raise Untrusted("invalid_client", f"The client's document cannot be fetched ({type(exc).__name__}).") from exc


def _client(client_id: str, content: bytes) -> Client:
    try:
        document = Document.model_validate_json(content)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        raise Untrusted("invalid_client", f"The client's document is not as it should be ({where}).") from None
    if document.client_id != client_id:
        raise Untrusted("invalid_client", "The client's document names another client id.")
    if document.client_secret is not None or document.token_endpoint_auth_method != "none":
        raise Untrusted("invalid_client", "A client known by its document has no secret to prove itself with.")
    for uri in document.redirect_uris:
        if wrong := wrong_redirect(uri, application_type=document.application_type):
            raise Untrusted("invalid_client", f"The client's document has a bad redirect address ({uri}): {wrong}.")
    name = document.client_name or (urlsplit(client_id).hostname or client_id)
    return Client(id=client_id, name=name, redirect_uris=tuple(document.redirect_uris), uri=document.client_uri)
