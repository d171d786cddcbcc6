"""How an issuer says no.

Refusal
├── OAuthError   the client is at fault; answered as RFC 6749 says, or by a redirect back to the client
└── Untrusted    who asks, or where the answer should go, is not known: told to the person, never redirected
"""

from __future__ import annotations


class Refusal(Exception):
    """`code` is one that the standards list; `description` one sentence for whoever reads the log."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description = code, description


class OAuthError(Refusal):
    def __init__(self, code: str, description: str, *, status: int = 400, reused: bool = False) -> None:
        super().__init__(code, description)
        self.status = status
        self.reused = reused  # a spent code or refresh token came again, and took its grant along

    @property
    def body(self) -> dict[str, str]:
        return {"error": self.code, "error_description": self.description}


class Untrusted(Refusal):
    pass


def invalid_client(description: str) -> OAuthError:
    return OAuthError("invalid_client", description, status=401)


def invalid_grant(description: str, *, reused: bool = False) -> OAuthError:
    return OAuthError("invalid_grant", description, reused=reused)
