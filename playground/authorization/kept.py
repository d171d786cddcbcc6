"""What an authorization server keeps over a restart: its clients, and what people gave them.

Without it an application that registered itself once would come back as nobody, and everybody would be asked again.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from playground.authorization.clients import Client
from playground.authorization.issuer import Issuer
from playground.authorization.models import AccessToken, Code, Consent, RefreshToken


class Kept(BaseModel):
    """Of one issuer."""

    clients: list[Client]
    codes: dict[str, Code]
    access: dict[str, AccessToken]
    refresh: dict[str, RefreshToken]


class KeptServer(BaseModel):
    """By the issuers' paths."""

    issuers: dict[str, Kept]


def snapshot(issuers: Mapping[str, Issuer]) -> KeptServer:
    return KeptServer(issuers={path: _of(issuer) for path, issuer in issuers.items()})


def restore(issuers: Mapping[str, Issuer], kept: KeptServer) -> None:
    """An issuer that is not started this time is passed over."""
    for path, issuer in issuers.items():
        if (its := kept.issuers.get(path)) is not None:
            _put_back(issuer, its)


def _of(issuer: Issuer) -> Kept:
    tokens = issuer.tokens
    return Kept(clients=issuer.clients.registered(), codes=tokens.codes, access=tokens.access, refresh=tokens.refresh)


def _put_back(issuer: Issuer, kept: Kept) -> None:
    for client in kept.clients:
        issuer.clients.add(client)
    consents: dict[str, Consent] = {}
    every: list[Code | AccessToken | RefreshToken] = [
        *kept.codes.values(),
        *kept.access.values(),
        *kept.refresh.values(),
    ]
    for one in every:
        # One object again: revoking it ends all that came of it.
        one.consent = consents.setdefault(one.consent.id, one.consent)
    issuer.tokens.codes.update(kept.codes)
    issuer.tokens.access.update(kept.access)
    issuer.tokens.refresh.update(kept.refresh)
