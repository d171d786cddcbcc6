"""The requests that came to an issuer, counted and listed for assertions. No token, code or secret is kept."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass

KEPT = 5000


@dataclass(slots=True)
class Seen:
    """One request. `name` is that of faults: `token.refresh_token`. `status` stays 0 where nobody heard the answer.

    `error` is the standards' code of a refusal; `reused`: a spent code or refresh token came again.
    """

    number: int
    name: str
    at: float
    client_id: str = ""
    person: str = ""
    status: int = 0
    error: str = ""
    reused: bool = False


class Log:
    def __init__(self) -> None:
        self._seen: deque[Seen] = deque(maxlen=KEPT)
        self._number = 0

    def add(self, name: str, *, at: float) -> Seen:
        self._number += 1
        seen = Seen(self._number, name, at)
        self._seen.append(seen)
        return seen

    def requests(self, name: str | None = None, *, after: int = 0) -> list[Seen]:
        """Oldest first; only those called `name`, and with a number above `after`."""
        return [one for one in self._seen if (name is None or one.name == name) and one.number > after]

    def counts(self) -> dict[str, dict[str, int]]:
        """For each kind of request: how many came, were granted, were refused, and were told apart as a reuse."""
        found: dict[str, Counter[str]] = {}
        for one in self._seen:
            counter = found.setdefault(one.name, Counter(came=0, granted=0, refused=0, reused=0))
            counter["came"] += 1
            counter["granted"] += 0 < one.status < 400 and not one.error
            counter["refused"] += one.status >= 400 or bool(one.error)
            counter["reused"] += one.reused
        return {name: dict(counter) for name, counter in found.items()}

    def as_json(self, name: str | None = None, after: int = 0) -> list[dict[str, object]]:
        return [asdict(one) for one in self.requests(name, after=after)]

    def clear(self) -> None:
        self._seen.clear()
