"""What of a sign-in's flow is kept between its halves and for renewals, as plain JSON. Rules: no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from mcp.client.auth.oauth2 import OAuthContext
from mcp.shared.auth import OAuthClientInformationFull, OAuthMetadata, ProtectedResourceMetadata
from pydantic import BaseModel

T = TypeVar("T", bound=BaseModel)


def read_into(context: OAuthContext, documents: Mapping[str, Any]) -> None:
    """Raises pydantic's error where a document is none."""
    context.protected_resource_metadata = _read(ProtectedResourceMetadata, documents.get("resource"))
    context.oauth_metadata = _read(OAuthMetadata, documents.get("server"))
    context.auth_server_url = documents.get("issuer")
    context.protocol_version = documents.get("protocol")
    context.client_metadata.scope = documents.get("scope")
    context.client_info = _read(OAuthClientInformationFull, documents.get("client"))


def of(context: OAuthContext) -> dict[str, Any]:
    return {
        "resource": written(context.protected_resource_metadata),
        "server": written(context.oauth_metadata),
        "issuer": context.auth_server_url,
        "protocol": context.protocol_version,
        "scope": context.client_metadata.scope,
        "client": written(context.client_info),
    }


def written(model: BaseModel | None) -> dict[str, Any] | None:
    return model.model_dump(mode="json", by_alias=True, exclude_none=True) if model else None


def _read(kind: type[T], document: Mapping[str, Any] | None) -> T | None:
    return kind.model_validate(document) if document else None
