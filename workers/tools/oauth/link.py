"""Where a person's browser goes to sign in: the authorization request, as an address. A rule: no I/O."""

from __future__ import annotations

from urllib.parse import urlencode

from mcp.client.auth.oauth2 import OAuthContext


def to(context: OAuthContext, *, client_id: str, redirect_uri: str, state: str, challenge: str) -> str:
    """At the page that the server's metadata name, or at the usual address where there are none."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if context.should_include_resource_param(context.protocol_version):
        asked["resource"] = context.get_resource_url()
    if scope := context.client_metadata.scope:
        asked["scope"] = scope
        if "offline_access" in scope.split():
            asked["prompt"] = "consent"  # OpenID wants it with that scope
    base = f"{context.get_authorization_base_url(context.server_url)}/authorize"
    if context.oauth_metadata:
        base = str(context.oauth_metadata.authorization_endpoint)
    return f"{base}{'&' if '?' in base else '?'}{urlencode(asked)}"
