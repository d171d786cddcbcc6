"""What an issuer says of itself (RFC 8414, and the same document where OpenID Connect looks for it)."""

from __future__ import annotations

from playground.authorization.clients import AUTH_METHODS
from playground.authorization.settings import Settings
from playground.authorization.switches import Form, Switches

WELL_KNOWN = {"oauth": "/.well-known/oauth-authorization-server", "openid": "/.well-known/openid-configuration"}


def document(issuer: str, settings: Settings, switches: Switches) -> dict[str, object]:
    at = (switches.endpoints_at or issuer).rstrip("/")
    public = [] if settings.clients and not switches.registration and not switches.cimd else ["none"]
    said: dict[str, object] = {
        "issuer": switches.metadata_issuer or issuer,
        "authorization_endpoint": f"{at}/authorize",
        "token_endpoint": f"{at}{settings.token_path}",
        "revocation_endpoint": f"{at}/revoke",
        "introspection_endpoint": f"{at}/introspect",
        "scopes_supported": [scope.name for scope in settings.scopes],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": [*public, *(method for method in AUTH_METHODS if method != "none")],
        "authorization_response_iss_parameter_supported": _announced(switches),
        "client_id_metadata_document_supported": switches.cimd,
    }
    if switches.registration:
        said["registration_endpoint"] = f"{at}/register"
    if switches.challenge_methods is not None:
        said["code_challenge_methods_supported"] = switches.challenge_methods
    return said


def addresses(path: str) -> dict[Form, str]:
    """Where the document of the issuer at `path` is looked for."""
    return {
        "oauth": f"{WELL_KNOWN['oauth']}{path}",
        "openid": f"{WELL_KNOWN['openid']}{path}",
        "openid_appended": f"{path}{WELL_KNOWN['openid']}",
    }


def _announced(switches: Switches) -> bool:
    return switches.iss != "off" if switches.iss_announced is None else switches.iss_announced
