"""A sign-in on its way through a person's browser, step by step, each found by a secret and kept for ten minutes.

The private link (`offer`) becomes, by a click, a state that only the clicking browser can bring back (`open`): a nonce
in its cookie. What it brings back (`answer`) waits sealed for the worker. Secrets are looked up by their hash, so who
reads the store's keys can follow no link; each row opens only at its own place.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import WatchError

from bot.connections.models import Principal
from bot.threads import keys
from bot.threads.models import ThreadKey
from bot.vault import Unreadable, Vault

DENIED = "access_denied"  # what a ticket's `error` is when the person said no (RFC 6749, 4.1.2.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Whose sign-in it is, at which server (`host` is where the person will be sent), and which call waits for it.

    Where no call waits, `thread` is an errand of its own, and `view` the modal in which it was begun; where a command
    waits, it is empty. `url` is the authorization server's page; `state` and `verifier` are the flow's. `nonce` is the
    hash of what the browser's cookie must hold; `code`, `iss` and `error` are what the browser brought back.
    """

    team: str
    user: str
    name: str
    locale: str
    server: str
    host: str
    scope: str
    url: str = field(repr=False)
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    issuer: str
    documents: dict[str, Any] = field(repr=False)
    thread: str
    turn: str
    tool_call_id: str
    view: str = ""
    nonce: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    iss: str | None = None
    error: str = ""

    @property
    def principal(self) -> Principal:
        return Principal(self.team, self.user)

    @property
    def thread_key(self) -> ThreadKey:
        return ThreadKey.parse(self.thread)


class OtherBrowser(Exception):
    """What came back was begun in another browser: somebody passed a link on, or stole one."""


class Tickets:
    """The rows. Raises redis-py's errors, and `NoKeys` without VAULT_KEYS."""

    def __init__(self, redis: Redis, vault: Vault) -> None:
        self._redis = redis
        self._vault = vault

    async def offer(self, ticket: Ticket) -> str:
        """The secret of a link for it."""
        secret = secrets.token_urlsafe(32)
        await self._put(_key("link", secret), ticket)
        return secret

    async def offered(self, secret: str) -> Ticket | None:
        """To be shown; links are opened by machines, too, so this uses nothing up."""
        return await self._get(_key("link", secret))

    async def open(self, secret: str) -> tuple[Ticket, str] | None:
        """The person goes on: the link is used up, and the nonce goes into their browser's cookie.

        Both or neither: where the store goes away, the link is good again. Of two clicks at once one goes on.
        """
        key, nonce = _key("link", secret), secrets.token_urlsafe(32)
        async with self._redis.pipeline(transaction=True) as together:
            await together.watch(key)
            ticket = self._read(key, await together.get(key))
            if ticket is None:
                return None
            together.multi()  # type: ignore[no-untyped-call]  # it has no types at redis-py
            together.delete(key)
            state = _key("state", ticket.state)
            together.set(state, self._sealed(state, replace(ticket, nonce=_hash(nonce))), ex=keys.SIGN_IN_FOR)
            try:
                await together.execute()
            except WatchError:
                return None
        return ticket, nonce

    async def returned(self, state: str, nonce: str) -> Ticket | None:
        """What the browser that holds `nonce` comes back to; None where it is over. Raises `OtherBrowser`.

        It stays until `done`, so that a browser may come again after a fault of ours.
        """
        ticket = await self._get(_key("state", state))
        if ticket is not None and not secrets.compare_digest(ticket.nonce, _hash(nonce)):
            raise OtherBrowser
        return ticket

    async def answer(self, ticket: Ticket) -> str:
        """Keep what the browser brought; by which name the worker finds it."""
        name = _answer(ticket.state)
        await self._put(_key("answer", name), ticket)
        return name

    async def done(self, state: str) -> None:
        await self._redis.delete(_key("state", state))

    async def take(self, name: str) -> Ticket | None:
        """The worker takes an answer, once."""
        key = _key("answer", name)
        return self._read(key, await self._redis.getdel(key))

    async def brought(self, state: str) -> Ticket | None:
        """The same for whoever waits for it by its state; None where nothing came yet."""
        return await self.take(_answer(state))

    async def _put(self, key: str, ticket: Ticket) -> None:
        await self._redis.set(key, self._sealed(key, ticket), ex=keys.SIGN_IN_FOR)

    def _sealed(self, key: str, ticket: Ticket) -> str:
        return self._vault.seal(json.dumps(asdict(ticket)), place=key)

    async def _get(self, key: str) -> Ticket | None:
        return self._read(key, await self._redis.get(key))

    def _read(self, key: str, sealed: bytes | None) -> Ticket | None:
        if sealed is None:
            return None
        try:
            return Ticket(**json.loads(self._vault.unseal(sealed.decode(), place=key)))
        except Unreadable:
            return None  # the keys were changed meanwhile: the person begins again


def cookie_name(state: str, *, secure: bool) -> str:
    """One for each sign-in, so that two may be under way in one browser. Browsers bind `__Host-` to https and host."""
    return f"{'__Host-' if secure else ''}tw-{_hash(state)[:16]}"


def _answer(state: str) -> str:
    return _hash(f"answer {state}")


def _key(step: str, secret: str) -> str:
    return keys.sign_in(_hash(f"{step}\n{secret}"))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
