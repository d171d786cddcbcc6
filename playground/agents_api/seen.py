"""The requests that came, for assertions and for the inspector. Bounded; keys are not kept."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass

from playground.agents_api.ids import Json

KEPT = 5000


@dataclass(slots=True)
class Seen:
    """One request; `status` is 0 while it is unanswered, and stays so when the answer was lost.

    `dropped`: its stream broke, or its client went away and the server has noticed.
    """

    number: int
    name: str
    method: str
    path: str
    conversation_id: str | None
    body: Json | None
    at: float
    status: int = 0
    dropped: bool = False


class Log:
    def __init__(self) -> None:
        self._seen: deque[Seen] = deque(maxlen=KEPT)
        self._count = 0

    def add(self, **fields: object) -> Seen:
        self._count += 1
        seen = Seen(number=self._count, **fields)  # type: ignore[arg-type]  # the caller's keywords are Seen's fields
        self._seen.append(seen)
        return seen

    def requests(self, name: str | None = None, *, after: int = 0) -> list[Seen]:
        """Oldest first; only those called `name`, and with a number above `after`."""
        return [one for one in self._seen if (name is None or one.name == name) and one.number > after]

    def as_json(self, name: str | None, after: int) -> list[Json]:
        return [asdict(one) for one in self.requests(name, after=after)]

    def clear(self) -> None:
        self._seen.clear()
