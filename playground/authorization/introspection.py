"""A `Verifier` for resources in another process: asks the issuer about each token (RFC 7662)."""

from __future__ import annotations

import httpx2

from playground.authorization.grants import Grant
from playground.authorization.settings import RESOURCE_KEY


class Introspection:
    """`issuer` is its URL. What cannot be asked is not let in: a failing issuer raises, and the request fails."""

    def __init__(self, issuer: str, http: httpx2.AsyncClient, *, key: str = RESOURCE_KEY) -> None:
        self._address, self._http = f"{issuer.rstrip('/')}/introspect", http
        self._headers = {"Authorization": f"Bearer {key}"}

    async def person_of(self, token: str) -> Grant | None:
        answer = await self._http.post(self._address, data={"token": token}, headers=self._headers)
        answer.raise_for_status()
        said = answer.json()
        if not said["active"]:
            return None
        return Grant(said["sub"], frozenset(said["scope"].split()), said.get("aud"))
