"""The client that an operator registered by hand, as the SDK wants to know it. A rule: no I/O."""

from __future__ import annotations

from mcp.shared.auth import OAuthClientInformationFull, OAuthMetadata

from bot.catalog.servers import Server


def by_hand(server: Server, redirect_uri: str, metadata: OAuthMetadata | None) -> OAuthClientInformationFull:
    """Servers that do not say how, take the secret in the form."""
    own = server.own_client
    assert own is not None, "only then there is such a client"
    offered = (metadata.token_endpoint_auth_methods_supported if metadata else None) or ["client_secret_post"]
    method = "client_secret_post" if "client_secret_post" in offered else "client_secret_basic"
    return OAuthClientInformationFull.model_validate(
        {
            "client_id": own.client_id,
            "client_secret": own.client_secret or None,
            "redirect_uris": [redirect_uri],
            "token_endpoint_auth_method": method if own.client_secret else "none",
        }
    )
