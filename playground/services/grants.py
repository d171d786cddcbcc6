"""Whose token it is, and what it may do.

A service asks a `Verifier`. Static keys are one (`Tokens`); an authorization server is another. A token that no
verifier knows is nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Grant:
    """`person` is a name in the workspace (`ada`), as in `playground/services/colleagues.py`."""

    person: str
    scopes: frozenset[str] = frozenset()


class Verifier(Protocol):
    async def person_of(self, token: str) -> Grant | None:
        """Who gave this token, or None when it is unknown, expired or revoked."""
        ...


class Tokens:
    """Static keys."""

    def __init__(self, known: Mapping[str, Grant]) -> None:
        self._known = dict(known)

    async def person_of(self, token: str) -> Grant | None:
        return self._known.get(token)


class FirstOf:
    """Several verifiers; the first that knows a token answers."""

    def __init__(self, *verifiers: Verifier) -> None:
        self._verifiers = verifiers

    async def person_of(self, token: str) -> Grant | None:
        for verifier in self._verifiers:
            if grant := await verifier.person_of(token):
                return grant
        return None
