"""The services' own keys, and several verifiers in a row: a token that none of them knows is nobody's."""

from __future__ import annotations

from collections.abc import Mapping

from playground.authorization.grants import Grant, Verifier


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
