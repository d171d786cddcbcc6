"""Who is signed in where: a person's tokens for one MCP server, sealed in Redis.

Always holds: a row opens only at its own place, so one person's tokens are never another's; a sign-in counts at the
address where it was made, whatever server has the name later; one that cannot be opened counts as none, and its owner
is asked again. Tokens are renewed by one process at a time, under `refreshing`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import LockNotOwnedError, WatchError

from bot.catalog.servers import Server
from bot.connections.models import Principal
from bot.threads import keys
from bot.vault import Unreadable, Vault

RENEWAL_SECONDS = 40.0  # longer than one request to a token endpoint may take (15 s)
PATIENCE_SECONDS = 45.0  # of those who wait for another's renewal
LOOK_SECONDS = 0.05

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What a sign-in brought. `id` is new with each sign-in and stays through renewals, as does `at`, when it was.

    `url` is the server's, at which it counts and nowhere else. Times are in seconds since the epoch; `expires_at` is
    None where the server does not say. `documents` is what the worker's flow needs to renew and to revoke: the
    authorization server's metadata, and as whom we are registered.
    """

    id: str
    url: str = field(repr=False)
    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: float | None = None
    scope: str = ""
    at: float = 0.0
    documents: dict[str, Any] = field(default_factory=dict, repr=False)


class Connections:
    """The rows. Raises redis-py's errors, and `NoKeys` where something is to be sealed without VAULT_KEYS."""

    def __init__(self, redis: Redis, vault: Vault) -> None:
        self._redis = redis
        self._vault = vault

    @property
    def can_keep(self) -> bool:
        return self._vault.has_keys

    async def get(self, principal: Principal, server: str) -> SignedIn | None:
        """Wherever it counts."""
        key = keys.connection(principal.team, server, principal.user)
        return self._opened(key, await self._redis.get(key))

    async def at(self, principal: Principal, server: Server) -> SignedIn | None:
        """What may be sent to the server; None also where the person signed in when its name led elsewhere."""
        signed_in = await self.get(principal, server.name)
        return signed_in if signed_in and signed_in.url == server.url else None

    async def put(self, principal: Principal, server: str, signed_in: SignedIn) -> None:
        key = keys.connection(principal.team, server, principal.user)
        async with self._redis.pipeline(transaction=True) as together:
            together.set(key, self._vault.seal(json.dumps(asdict(signed_in)), place=key))
            together.sadd(keys.connections(principal.team, principal.user), server)
            await together.execute()

    async def renew(self, principal: Principal, server: str, spent: str, after: SignedIn | None) -> bool:
        """Put `after` (None: nothing) in the place of the one with the token `spent`; whether that was still there.

        Who renews may have lost the lock on the way, and another renewed, or the person signed out, meanwhile.
        """
        key = keys.connection(principal.team, server, principal.user)
        async with self._redis.pipeline(transaction=True) as together:
            await together.watch(key)
            held = self._opened(key, await together.get(key))
            if held is None or held.access_token != spent:
                return False
            together.multi()  # type: ignore[no-untyped-call]  # it has no types at redis-py
            if after is None:
                together.delete(key)
                together.srem(keys.connections(principal.team, principal.user), server)
            else:
                together.set(key, self._vault.seal(json.dumps(asdict(after)), place=key))
            try:
                await together.execute()
            except WatchError:
                return False
        return True

    async def drop(self, principal: Principal, server: str) -> SignedIn | None:
        """Forget it; what it was, so that it can be revoked."""
        key = keys.connection(principal.team, server, principal.user)
        async with self._redis.pipeline(transaction=True) as together:
            together.getdel(key)
            together.srem(keys.connections(principal.team, principal.user), server)
            [sealed, _] = await together.execute()
        return self._opened(key, sealed)

    async def servers_of(self, principal: Principal) -> set[str]:
        """The names of the servers where this person is signed in."""
        key = keys.connections(principal.team, principal.user)
        return {name.decode() for name in await self._redis.smembers(key)}  # type: ignore[misc]  # sync or async to mypy

    async def forget_team(self, team: str) -> None:
        """The app was uninstalled: nobody there is signed in any more."""
        for pattern in (keys.connection(team, "*", "*"), keys.connections(team, "*")):
            async for key in self._redis.scan_iter(match=pattern, count=500):
                await self._redis.delete(key)

    @asynccontextmanager
    async def refreshing(self, principal: Principal, server: str) -> AsyncIterator[None]:
        """Only one process at a time is inside; raises redis-py's `LockError` when it takes too long to get there."""
        lock = self._redis.lock(
            keys.refreshing(principal.team, server, principal.user),
            timeout=RENEWAL_SECONDS,
            blocking_timeout=PATIENCE_SECONDS,
            sleep=LOOK_SECONDS,
        )
        try:
            async with lock:
                yield
        except LockNotOwnedError:
            log.warning("connection.renewal_was_slow", server=server)

    # ---- as whom we are registered ----------------------------------------------------------------------------------

    async def client(self, server_url: str, redirect_uri: str) -> dict[str, Any] | None:
        """As whom we are registered for this server, in the shape of RFC 7591."""
        key = _registered(server_url, redirect_uri)
        text = self._unsealed(key, await self._redis.get(key))
        return json.loads(text) if text else None

    async def keep_client(self, server_url: str, redirect_uri: str, client: dict[str, Any]) -> None:
        key = _registered(server_url, redirect_uri)
        await self._redis.set(key, self._vault.seal(json.dumps(client), place=key), ex=keys.REGISTERED_FOR)

    async def forget_client(self, server_url: str, redirect_uri: str) -> None:
        """The server no longer knows it: whoever signs in next registers anew."""
        await self._redis.delete(_registered(server_url, redirect_uri))

    def _opened(self, key: str, sealed: bytes | None) -> SignedIn | None:
        text = self._unsealed(key, sealed)
        return SignedIn(**{"url": "", **json.loads(text)}) if text else None

    def _unsealed(self, key: str, sealed: bytes | None) -> str | None:
        if sealed is None:
            return None
        try:
            return self._vault.unseal(sealed.decode(), place=key)
        except Unreadable as error:
            log.error("connection.unreadable", problem=str(error))
            return None


def _registered(server_url: str, redirect_uri: str) -> str:
    return keys.registered(hashlib.sha256(f"{server_url}\n{redirect_uri}".encode()).hexdigest())
