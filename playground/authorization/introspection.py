"""A `Verifier` for resources in another process: asks the authorization server about each token (RFC 7662)."""

from __future__ import annotations

import httpx2

from playground.authorization.grants import FOR_NOTHING, Grant

ASKS_WITHIN_SECONDS = 5


class Introspection:
    """`url` is the endpoint, `key` what resources show there. A server that is away or refuses knows nobody."""

    def __init__(self, url: str, key: str = "") -> None:
        self._url = url
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._tls = httpx2.create_ssl_context()  # once: it costs more than the request

    async def person_of(self, token: str) -> Grant | None:
        try:
            async with httpx2.AsyncClient(timeout=ASKS_WITHIN_SECONDS, verify=self._tls, trust_env=False) as http:
                answer = await http.post(self._url, data={"token": token}, headers=self._headers)
                said = answer.raise_for_status().json()
        except (httpx2.HTTPError, ValueError):
            return None
        if said.get("active") is not True:
            return None
        return Grant(str(said["sub"]), frozenset(str(said.get("scope", "")).split()), said.get("aud") or FOR_NOTHING)
