"""The clients of an issuer: registered beforehand, by themselves (RFC 7591), or named by their metadata document."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

AuthMethod = Literal["none", "client_secret_basic", "client_secret_post"]
AUTH_METHODS: tuple[AuthMethod, ...] = ("none", "client_secret_basic", "client_secret_post")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """`auth_methods`: how it may prove itself at the token endpoint; GitHub's may do it in either way."""

    id: str
    name: str
    redirect_uris: tuple[str, ...]
    secret: str | None = None
    auth_methods: tuple[AuthMethod, ...] = ("none",)
    uri: str | None = None

    def allows(self, redirect_uri: str) -> bool:
        return any(same(known, redirect_uri) for known in self.redirect_uris)


class Clients:
    def __init__(self, registered_beforehand: Iterable[Client]) -> None:
        self._beforehand = {client.id: client for client in registered_beforehand}
        self._known = dict(self._beforehand)

    def find(self, client_id: str) -> Client | None:
        return self._known.get(client_id)

    def add(self, client: Client) -> None:
        self._known[client.id] = client

    def clear(self) -> None:
        self._known = dict(self._beforehand)

    def registered(self) -> list[Client]:
        """Those that came by themselves."""
        return [client for id_, client in self._known.items() if id_ not in self._beforehand]

    def all(self) -> list[Client]:
        return list(self._known.values())


def same(known: str, asked: str) -> bool:
    """Character by character; of a loopback address only the port may differ (RFC 8252, section 7.3)."""
    if known == asked:
        return True
    try:
        mine, theirs = urlsplit(known), urlsplit(asked)
        ours = (mine.scheme, mine.hostname, mine.path, mine.query, mine.fragment, mine.username)
        return (
            is_loopback(mine.hostname)
            and mine.scheme == "http"
            and ours == (theirs.scheme, theirs.hostname, theirs.path, theirs.query, theirs.fragment, theirs.username)
            and theirs.port is not None
        )
    except ValueError:  # a port that is none
        return False


def is_loopback(host: str | None, *, by_name: bool = False) -> bool:
    """`localhost` is a name that anybody may resolve in another way; it counts only where that is said."""
    if host == "localhost":
        return by_name
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
