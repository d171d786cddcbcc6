"""Who owns which thread, from what the straits see: exact to the millisecond, whatever falls in between."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

KEPT = 10


@dataclass(slots=True)
class Orphan:
    """A thread whose owner fell at `at`; `falls` is how many processes had fallen by then, this one included."""

    at: float
    falls: int


@dataclass
class Owners:
    """`take_overs`: seconds from an owner's fall to the next claim; those in which another worker fell are `disturbed`.

    `handed_on`: seconds from giving back to the next claim. `usurped`: claims of threads whose owner only slept.
    """

    of: dict[str, int] = field(default_factory=dict)
    orphans: dict[str, Orphan] = field(default_factory=dict)
    take_overs: list[float] = field(default_factory=list)
    disturbed: list[float] = field(default_factory=list)
    handed_on: list[float] = field(default_factory=list)
    charged: dict[str, int] = field(default_factory=dict)  # thread -> owners that fell since it was last at rest
    slowest: list[tuple[float, str, float]] = field(default_factory=list)  # seconds, thread, when the owner fell
    hit: int = 0
    usurped: int = 0
    _fallen: dict[int, float] = field(default_factory=dict)
    _given_back: dict[str, float] = field(default_factory=dict)

    def claimed(self, thread: str, pid: int) -> None:
        now = time.time()
        if (orphan := self.orphans.pop(thread, None)) is not None:
            undisturbed = orphan.falls == len(self._fallen)
            (self.take_overs if undisturbed else self.disturbed).append(now - orphan.at)
            self.slowest = sorted([*self.slowest, (now - orphan.at, thread, orphan.at)], reverse=True)[:KEPT]
        elif (given_back := self._given_back.pop(thread, None)) is not None:
            self.handed_on.append(now - given_back)
        elif self.of.get(thread, pid) != pid:
            self.usurped += 1
        self.of[thread] = pid
        if pid in self._fallen:  # the answer came to nobody
            self._orphaned(thread, now)

    def released(self, thread: str) -> None:
        self.of.pop(thread, None)
        self.charged.pop(thread, None)

    @property
    def most_charged(self) -> int:
        return max(self.charged.values(), default=0)

    def given_back(self, thread: str) -> None:
        self.of.pop(thread, None)
        self._given_back[thread] = time.time()

    def fell(self, pid: int) -> None:
        now = self._fallen[pid] = time.time()
        for thread, owner in self.of.items():
            if owner == pid and thread not in self.orphans:
                self._orphaned(thread, now)

    def _orphaned(self, thread: str, at: float) -> None:
        self.orphans[thread] = Orphan(at, len(self._fallen))
        self.charged[thread] = self.charged.get(thread, 0) + 1
        self.hit += 1
