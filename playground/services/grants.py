"""Whose token it is, what it may do, and what it was given out for.

A service asks a `Verifier`. Static keys are one (`Tokens`); an authorization server is another, whose own form of a
grant will do. A token that no verifier knows is nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Granted(Protocol):
    """`person` is a name in the workspace (`ada`), as in `playground/services/colleagues.py`. `resource` is what the
    token was given out for (RFC 8707); None for a key that is good everywhere in its service."""

    @property
    def person(self) -> str: ...
    @property
    def scopes(self) -> frozenset[str]: ...
    @property
    def resource(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Grant:
    """The form of a `Granted` that the services themselves make."""

    person: str
    scopes: frozenset[str] = frozenset()
    resource: str | None = None


class Verifier(Protocol):
    async def person_of(self, token: str) -> Granted | None:
        """Who gave this token, or None when it is unknown, expired or revoked."""
        ...


class Tokens:
    """Static keys."""

    def __init__(self, known: Mapping[str, Granted]) -> None:
        self._known = dict(known)

    async def person_of(self, token: str) -> Granted | None:
        return self._known.get(token)


class FirstOf:
    """Several verifiers; the first that knows a token answers."""

    def __init__(self, *verifiers: Verifier) -> None:
        self._verifiers = verifiers

    async def person_of(self, token: str) -> Granted | None:
        for verifier in self._verifiers:
            if grant := await verifier.person_of(token):
                return grant
        return None
