"""What comes of an authorization request: an answer that the client's address is given.

Nothing here speaks HTTP: the page, the control routes and the switches all end in `allowed` or `refused`.
"""

from __future__ import annotations

from collections.abc import Collection

from playground.authorization.asking import OFFLINE, Asked
from playground.authorization.switches import Switches
from playground.authorization.tokens import Tokens

ANOTHER_ISSUER = "https://another-issuer.example"


def allowed(asked: Asked, person: str, *, tokens: Tokens, issuer: str, scopes: Collection[str] | None = None) -> str:
    """`person` said yes, perhaps to fewer `scopes`; where the browser goes now."""
    granted = frozenset(asked.scopes if scopes is None else set(asked.scopes).intersection(scopes))
    refreshable = _refreshable(asked, granted, tokens.switches)
    code = tokens.code(asked, person, granted, refreshable=refreshable)
    return asked.location({"code": code} | iss(issuer, tokens.switches))


def refused(asked: Asked, error: str, description: str, *, issuer: str, switches: Switches) -> str:
    return asked.location({"error": error, "error_description": description} | iss(issuer, switches))


def iss(issuer: str, switches: Switches) -> dict[str, str]:
    """Who answers (RFC 9207)."""
    if switches.iss == "off":
        return {}
    return {"iss": ANOTHER_ISSUER if switches.iss == "wrong" else issuer}


def remembered(asked: Asked, person: str | None, tokens: Tokens) -> bool:
    """Whether `person` need not be asked again: they gave this client as much before, and it can prove who it is."""
    if person is None or asked.client.secret is None or asked.prompts & {"consent", "login", "select_account"}:
        return False
    return any(
        (one.person, one.client_id, one.resource) == (person, asked.client.id, asked.resource)
        and one.scopes.issuperset(asked.scopes)
        for one in tokens.consents()
    )


def _refreshable(asked: Asked, granted: frozenset[str], switches: Switches) -> bool:
    """OpenID Connect, section 11: `offline_access` counts only where the person is asked for consent."""
    if switches.refresh == "offline_access":
        return OFFLINE in granted and "consent" in asked.prompts
    return switches.refresh == "always"
