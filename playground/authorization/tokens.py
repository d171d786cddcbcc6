"""Codes and tokens of one issuer: what each stands for, how long it is good, what takes it away.

All that comes of one consent hangs together: revoking the consent ends its code, its access tokens and its refresh
tokens at once. A code is good once. With rotation a refresh token is good once, too; whoever brings a spent one has it
from somebody else, or somebody else has it from him, so the whole consent is revoked (OAuth 2.1, section 4.3.1).
"""

from __future__ import annotations

import base64
import hashlib
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from playground.authorization.asking import Asked
from playground.authorization.errors import OAuthError, invalid_grant
from playground.authorization.grants import FOR_NOTHING, Grant
from playground.authorization.models import AccessToken, Code, Consent, Issued, RefreshToken
from playground.authorization.switches import Switches


@dataclass(slots=True)
class Tokens:
    """`now` is the only clock; `switches` are read anew each time, for they may change."""

    switches: Switches
    now: Callable[[], float]
    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, AccessToken] = field(default_factory=dict)
    refresh: dict[str, RefreshToken] = field(default_factory=dict)

    def code(self, asked: Asked, person: str, scopes: frozenset[str], *, refreshable: bool) -> str:
        """A code for what `person` allowed."""
        code = f"pgc_{secrets.token_urlsafe(24)}"
        consent = Consent(
            person=person,
            client_id=asked.client.id,
            scopes=scopes,
            resource=asked.resource,
            refreshable=refreshable,
        )
        self.codes[code] = Code(
            consent=consent,
            redirect_uri=asked.redirect_uri,
            explicit_redirect=asked.explicit_redirect,
            challenge=asked.challenge,
            expires_at=self.now() + self.switches.code_seconds,
        )
        return code

    def redeem(
        self, code: str, *, client_id: str, redirect_uri: str | None, verifier: str, resource: str | None
    ) -> Issued:
        """Tokens for a code. Raises `OAuthError`."""
        known = self.codes.get(code)
        if known is None or known.consent.client_id != client_id:
            raise invalid_grant("The code is unknown, or was given to another client.")
        if known.used:
            known.consent.revoked = True
            raise invalid_grant("The code was used before; what it gave is revoked.", reused=True)
        if known.consent.revoked or self.now() >= known.expires_at:
            raise invalid_grant("The code has expired.")
        if (known.explicit_redirect or redirect_uri is not None) and redirect_uri != known.redirect_uri:
            raise invalid_grant("The redirect_uri is not that of the authorization request.")
        if not secrets.compare_digest(challenge_of(verifier), known.challenge):
            raise invalid_grant("The code_verifier does not fit the code_challenge.")
        _check_resource(known.consent, resource)
        known.used = known.consent.redeemed = True
        return self._issue(known.consent, known.consent.scopes, self._new_refresh(known.consent))

    def renew(self, token: str, *, client_id: str, scopes: frozenset[str] | None, resource: str | None) -> Issued:
        """Tokens for a refresh token, for the same or fewer `scopes`. Raises `OAuthError`."""
        known = self.refresh.get(token)
        if known is None or known.consent.client_id != client_id:
            raise invalid_grant("The refresh token is unknown, or was given to another client.")
        if known.spent:
            known.consent.revoked = True
            raise invalid_grant("The refresh token was used before; all that came of it is revoked.", reused=True)
        if known.consent.revoked or (known.expires_at is not None and self.now() >= known.expires_at):
            raise invalid_grant("The refresh token has expired or was revoked.")
        if scopes is not None and scopes - known.consent.scopes:
            raise OAuthError("invalid_scope", "A refresh cannot bring more scopes than were granted.")
        _check_resource(known.consent, resource)
        if not self.switches.rotation:
            return self._issue(known.consent, scopes or known.consent.scopes, token)
        known.spent = True
        return self._issue(known.consent, scopes or known.consent.scopes, self._new_refresh(known.consent))

    def revoke(self, token: str, *, client_id: str) -> None:
        """Take a token away (RFC 7009); with a refresh token, all that came of its consent. One unknown is gone."""
        known = self.refresh.get(token) or self.access.get(token)
        if known is None:
            return
        if known.consent.client_id != client_id:
            raise invalid_grant("The token was given to another client.")
        if isinstance(known, RefreshToken):
            known.consent.revoked = True
        else:
            del self.access[token]

    def revoke_of(self, person: str, client_id: str | None = None) -> int:
        """A person takes back what they gave, to one client or to all; how many consents that were."""
        found = [one for one in self.consents() if one.person == person and client_id in (None, one.client_id)]
        for consent in found:
            consent.revoked = True
        return len(found)

    def expire(self, *, access: bool = True, refresh: bool = False) -> None:
        """Everything that was issued so far is out of date now."""
        for token in self.access.values() if access else ():
            token.expires_at = min(token.expires_at, self.now())
        for kept in self.refresh.values() if refresh else ():
            kept.expires_at = self.now()

    def consents(self) -> list[Consent]:
        """Those in force."""
        every = {id(code.consent): code.consent for code in self.codes.values()}
        return [consent for consent in every.values() if consent.redeemed and not consent.revoked]

    def known(self, token: str) -> AccessToken | None:
        """An access token that is good now."""
        found = self.access.get(token)
        if found is None or found.consent.revoked or self.now() >= found.expires_at:
            return None
        return found

    async def person_of(self, token: str) -> Grant | None:
        """A `Verifier`, for resources in the same process."""
        found = self.known(token)
        return Grant(found.consent.person, found.scopes, found.consent.resource or FOR_NOTHING) if found else None

    def clear(self) -> None:
        self.codes.clear()
        self.access.clear()
        self.refresh.clear()

    def _issue(self, consent: Consent, scopes: frozenset[str], refresh_token: str | None) -> Issued:
        token = f"pga_{secrets.token_urlsafe(32)}"
        seconds = self.switches.access_seconds
        self.access[token] = AccessToken(consent=consent, scopes=scopes, expires_at=self.now() + seconds)
        return Issued(token, math.ceil(seconds), scopes, refresh_token, consent.person)

    def _new_refresh(self, consent: Consent) -> str | None:
        if not consent.refreshable:
            return None
        token = f"pgr_{secrets.token_urlsafe(32)}"
        life = self.switches.refresh_seconds
        self.refresh[token] = RefreshToken(consent=consent, expires_at=self.now() + life if life else None)
        return token


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _check_resource(consent: Consent, resource: str | None) -> None:
    if resource is not None and resource != consent.resource:
        raise OAuthError("invalid_target", "The token was asked for another resource.")
