"""Whose token it is, for what, and what it may do: all that a protected resource has to know.

A resource asks a `Verifier` and compares `resource` with its own address: a token for another one is nobody's there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

FOR_NOTHING = ""  # the resource of a token that was asked for none; no address is equal to it


@dataclass(frozen=True, slots=True)
class Grant:
    """`person` is a name in the workspace (`ada`), as in `playground/services/colleagues.py`. `resource` is what the
    token was asked for (RFC 8707), `FOR_NOTHING` of one for no resource; None for a key that is good everywhere in its
    service, which no authorization server gives out."""

    person: str
    scopes: frozenset[str] = frozenset()
    resource: str | None = None


class Verifier(Protocol):
    async def person_of(self, token: str) -> Grant | None:
        """Who gave this token, or None when it is unknown, expired or revoked."""
        ...
