"""One authorization server: its clients, what waits for a person, its tokens, its switches; with handles for tests."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import httpx2

from playground.authorization import deciding
from playground.authorization.clients import Clients
from playground.authorization.grants import Grant
from playground.authorization.pending import Pending, Waiting
from playground.authorization.seen import Log, Seen
from playground.authorization.settings import Settings
from playground.authorization.switches import Switches
from playground.authorization.tokens import Tokens
from playground.faults import Fault, Faults

FAULT_SEED = 20261123
NO_SUCH_REQUEST = "There is no such request that waits for an answer."


class Issuer:
    """`url` is the issuer's identifier: known once the first request came, or `server_url` was set.

    It is a `Verifier` for resources in the same process. `http` fetches clients' metadata documents.
    """

    def __init__(self, settings: Settings, http: httpx2.AsyncClient, now: Callable[[], float] = time.time) -> None:
        self.settings, self.http, self.now = settings, http, now
        self.server_url = ""
        self.switches = settings.switches.model_copy(deep=True)
        self.faults = Faults(random.Random(FAULT_SEED))  # noqa: S311  # repeatable, not secret
        self.log = Log()
        self.clients = Clients(settings.clients)
        self.pending = Pending(now)
        self.tokens = Tokens(self.switches, now)

    @property
    def url(self) -> str:
        return f"{self.server_url}{self.settings.path}"

    @property
    def people(self) -> set[str]:
        return {person.name for person in self.settings.people}

    async def person_of(self, token: str) -> Grant | None:
        return await self.tokens.person_of(token)

    def answer(
        self, person: str, *, allow: bool = True, scopes: list[str] | None = None, waiting_id: str | None = None
    ) -> str:
        """What `person` does on the page with the one request that waits, or with the one named; where the browser
        goes then. Raises `LookupError` where it is not clear which, or nobody waits."""
        self._check_person(person)
        waiting = self.pending.take(waiting_id or self._only_one().id)
        if waiting is None:
            raise LookupError(NO_SUCH_REQUEST)
        if not allow:
            return self.deny(waiting)
        return deciding.allowed(waiting.asked, person, tokens=self.tokens, issuer=self.url, scopes=scopes)

    def deny(self, waiting: Waiting) -> str:
        why = "The person did not allow it."
        return deciding.refused(waiting.asked, "access_denied", why, issuer=self.url, switches=self.switches)

    def requests(self, name: str | None = None) -> list[Seen]:
        """The requests so far, oldest first."""
        return self.log.requests(name)

    def fault(self, request: str, kind: str, **rule: Any) -> None:
        """Add a rule; see `playground.faults.Fault`."""
        self.faults.add(Fault.model_validate({"request": request, "kind": kind, **rule}))

    def switch(self, **change: Any) -> None:
        """Change switches; all or none of them."""
        wanted = Switches.model_validate({**self.switches.model_dump(), **change})
        if wanted.answered_by is not None:
            self._check_person(wanted.answered_by)
        for name in change:
            setattr(self.switches, name, getattr(wanted, name))

    def reset(self) -> None:
        """Back to the beginnings: no token, client, rule or request of before is known any more."""
        self.faults.clear()
        self.faults.seen.clear()
        self.log.clear()
        self.clients.clear()
        self.pending.clear()
        self.tokens.clear()
        self.switch(**self.settings.switches.model_dump())

    def _only_one(self) -> Waiting:
        waiting = self.pending.all()
        if len(waiting) != 1:
            raise LookupError(
                f"{len(waiting)} requests wait for an answer; name one by its id." if waiting else NO_SUCH_REQUEST
            )
        return waiting[0]

    def _check_person(self, person: str) -> None:
        if person not in self.people:
            raise ValueError(f"There is no {person}; there are {', '.join(sorted(self.people))}.")
