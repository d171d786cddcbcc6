"""A person's access token on each request to a server, renewed ahead of its end, and once when it is refused.

Nothing waits for another request here: renewing alone is done one at a time. The token goes to its server only, for
the SDK follows redirects within an origin alone.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

import httpx2
from redis.exceptions import RedisError

from bot.catalog.servers import Server
from bot.connections.models import Principal
from bot.connections.signed_in import SignedIn
from workers.tools.oauth.errors import SignInError
from workers.tools.oauth.sign_ins import SignIns
from workers.tools.soft_http import HEARD

AHEAD_SECONDS = 60.0  # longer than a request is under way before it is checked


class Tokens:
    """One person's, for one server."""

    def __init__(self, sign_ins: SignIns, server: Server, principal: Principal, now: Callable[[], float]) -> None:
        self._sign_ins = sign_ins
        self._server = server
        self._principal = principal
        self._now = now
        self._last: str | None = None

    async def fresh(self) -> SignedIn | None:
        """What the person has, good for another while; None where there is no sign-in. Raises `SignInError`."""
        held = await self._sign_ins.connections.at(self._principal, self._server)
        if held and held.refresh_token and held.expires_at and held.expires_at - self._now() < AHEAD_SECONDS:
            held = await self._sign_ins.renewed(self._server, self._principal, held.access_token)
        self._last = held.access_token if held else None
        return held

    async def current(self) -> str | None:
        """The token of now: another process may have renewed it, or its owner taken it back."""
        try:
            held = await self._sign_ins.connections.at(self._principal, self._server)
        except RedisError:
            return self._last  # an error in the middle of a request would end the connection for all its calls
        self._last = held.access_token if held else None
        return self._last

    async def are_of(self, sign_in: str) -> bool:
        """Whether they are still those of this sign-in; where nobody can say now, they are."""
        try:
            held = await self._sign_ins.connections.at(self._principal, self._server)
        except RedisError:
            return True
        return held is not None and held.id == sign_in

    async def renewed(self, spent: str) -> str | None:
        held = await self._sign_ins.renewed(self._server, self._principal, spent)
        return held.access_token if held else None


class Bearer(httpx2.Auth):
    """With None it stands for somebody who has no sign-in yet: what the server says to that is heard."""

    def __init__(self, tokens: Tokens | None) -> None:
        self._tokens = tokens

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        token = await self._tokens.current() if self._tokens else None
        if token:
            request.headers["authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code != 401 or not token or not self._tokens:
            return
        try:
            renewed = await self._tokens.renewed(token)
        except (SignInError, RedisError):
            if heard := HEARD.get():
                heard.cannot_renew = True
            return
        if renewed:
            if heard := HEARD.get():
                heard.refused = None
            request.headers["authorization"] = f"Bearer {renewed}"
            yield request
