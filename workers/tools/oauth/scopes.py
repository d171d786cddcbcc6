"""Which rights a person is asked for, and we are registered for: an operator's choice goes before the server's.

Rules: no I/O.
"""

from __future__ import annotations

import json

import httpx2
from mcp.client.auth.utils import union_scopes
from mcp.shared.auth import OAuthClientInformationFull

from bot.catalog.servers import Server


def chosen(server: Server, *, granted: str | None, lacking: str | None) -> str | None:
    """The operator's choice, with what was granted before and what the server then found missing; None: no choice."""
    if not server.oauth or not server.oauth.scopes:
        return None
    return union_scopes(union_scopes(" ".join(server.oauth.scopes), granted), lacking)


def suffices(client: OAuthClientInformationFull, scope: str | None) -> bool:
    """Whether who is registered as `client` may ask for that; one that was registered for nothing in particular may."""
    return not scope or client.scope is None or set(scope.split()) <= set(client.scope.split())


def registration(request: httpx2.Request, scope: str | None) -> httpx2.Request:
    """The SDK's request to register, which is for whatever the server names; for `scope` where that was chosen."""
    if scope is None:
        return request
    return httpx2.Request("POST", request.url, json={**json.loads(request.content), "scope": scope})
