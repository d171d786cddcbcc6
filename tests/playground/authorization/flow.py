"""A client of the authorization server in plain HTTP: each step of a sign-in by itself, so that each can go wrong."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from playground.authorization.issuer import Issuer
from playground.authorization.tokens import challenge_of

CALLBACK = "http://127.0.0.1:3000/callback"
RESOURCE = "http://127.0.0.1:9999/mcp"
SCOPE = "notes:read offline_access"


@dataclass
class Flow:
    """One client and its newest sign-in. `client_id` and `secret` are known after `register`."""

    issuer: Issuer
    http: httpx2.AsyncClient
    client_id: str = ""
    secret: str = ""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(8))

    async def register(self, **metadata: Any) -> httpx2.Response:
        wanted = {"redirect_uris": [CALLBACK], "client_name": "Threadwind", "token_endpoint_auth_method": "none"}
        answer = await self.http.post(f"{self.issuer.url}/register", json=wanted | metadata)
        if answer.status_code == 201:
            self.client_id, self.secret = answer.json()["client_id"], answer.json().get("client_secret", "")
        return answer

    async def authorize(self, **changes: str | None) -> httpx2.Response:
        """The browser comes to the issuer; a parameter that is None is left out."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "state": self.state,
            "scope": SCOPE,
            "prompt": "consent",
            "resource": RESOURCE,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        }
        parameters = {name: value for name, value in (asked | changes).items() if value is not None}
        return await self.http.get(f"{self.issuer.url}/authorize", params=parameters)

    async def code(self, person: str = "ada", /, **changes: str | None) -> str:
        """`person` allows what is asked."""
        shown = await self.authorize(**changes)
        assert shown.status_code == 200, shown.headers.get("location", shown.text)
        newest = self.issuer.pending.all()[-1]
        return answered(self.issuer.answer(person, waiting_id=newest.id))["code"]

    async def token(self, **form: str) -> httpx2.Response:
        body = {"client_id": self.client_id} | ({"client_secret": self.secret} if self.secret else {})
        return await self.http.post(f"{self.issuer.url}{self.issuer.settings.token_path}", data=body | form)

    async def redeem(self, code: str, /, **changes: str) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
            "resource": RESOURCE,
        }
        return await self.token(**(form | changes))

    async def renew(self, refresh_token: str, /, **changes: str) -> httpx2.Response:
        return await self.token(**({"grant_type": "refresh_token", "refresh_token": refresh_token} | changes))

    async def tokens(self, person: str = "ada", /, **changes: str | None) -> dict[str, Any]:
        """A whole sign-in."""
        answer = await self.redeem(await self.code(person, **changes))
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said


def answered(location: str) -> dict[str, str]:
    """What the callback was told."""
    return dict(parse_qsl(urlsplit(location).query))


def redirected(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(CALLBACK)
    return answered(answer.headers["location"])


def error(answer: httpx2.Response) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return answer.status_code, answer.json()["error"]
