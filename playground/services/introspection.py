"""Asks an authorization server in another process whose token it is: RFC 7662.

A token counts only if it was issued for this service (`aud`), as the MCP specification asks of every server.
"""

from __future__ import annotations

from typing import Any

import httpx2

from playground.services.grants import Grant

ASKS_WITHIN_SECONDS = 5


class Introspection:
    """`url` is the endpoint, `audience` the address of this service. A server that is away knows nobody."""

    def __init__(self, url: str, audience: str) -> None:
        self._url, self._audience = url, audience.rstrip("/")
        self._tls = httpx2.create_ssl_context()  # once: it costs more than the request

    async def person_of(self, token: str) -> Grant | None:
        try:
            async with httpx2.AsyncClient(timeout=ASKS_WITHIN_SECONDS, verify=self._tls) as http:
                said = (await http.post(self._url, data={"token": token})).raise_for_status().json()
        except (httpx2.HTTPError, ValueError):
            return None
        if said.get("active") is not True or not self._is_meant(said.get("aud")):
            return None
        return Grant(str(said["sub"]), frozenset(str(said.get("scope", "")).split()))

    def _is_meant(self, audience: Any) -> bool:
        named = audience if isinstance(audience, list) else [audience]
        return any(one == self._audience or str(one).startswith(f"{self._audience}/") for one in named)
