"""The requests that came to a service, for assertions and for people who watch. Bounded; tokens are not kept."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 5000


@dataclass(slots=True)
class Seen:
    """One request. `person` is empty where no token was known; `status` is 0 until the answer begins, or for good
    where nobody heard it."""

    number: int
    name: str
    method: str
    path: str
    body: Any
    at: float
    person: str = ""
    status: int = 0


class Log:
    def __init__(self) -> None:
        self._seen: deque[Seen] = deque(maxlen=KEPT)
        self._count = 0

    def add(self, *, name: str, method: str, path: str, body: Any, at: float) -> Seen:
        self._count += 1
        seen = Seen(self._count, name, method, path, body, at)
        self._seen.append(seen)
        return seen

    def requests(self, name: str | None = None, *, after: int = 0) -> list[Seen]:
        """Oldest first; only those called `name`, and with a number above `after`."""
        return [one for one in self._seen if (name is None or one.name == name) and one.number > after]

    def as_json(self, name: str | None, after: int) -> list[dict[str, Any]]:
        return [asdict(one) for one in self.requests(name, after=after)]

    def clear(self) -> None:
        self._seen.clear()
