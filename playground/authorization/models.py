"""What an issuer remembers: consents, and the codes and tokens that came of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Consent:
    """What a person gave a client. `redeemed`: a code became tokens, so that it counts as given."""

    person: str
    client_id: str
    scopes: frozenset[str]
    resource: str | None
    refreshable: bool
    revoked: bool = False
    redeemed: bool = False
    id: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass(slots=True, kw_only=True)
class Code:
    consent: Consent
    redirect_uri: str
    explicit_redirect: bool
    challenge: str
    expires_at: float
    used: bool = False


@dataclass(slots=True, kw_only=True)
class AccessToken:
    consent: Consent
    scopes: frozenset[str]
    expires_at: float


@dataclass(slots=True, kw_only=True)
class RefreshToken:
    consent: Consent
    expires_at: float | None
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """What the token endpoint answers with."""

    access_token: str
    expires_in: int
    scopes: frozenset[str]
    refresh_token: str | None
    person: str
