"""What a fault run found: counted from what stands in the threads, in the tool's file and in Redis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

TAKEN_OVER_WITHIN = 4.0  # seconds after the lease


@dataclass(kw_only=True)
class Report:
    """`wrong` lists violations in words; a run is whole when there are none."""

    name: str
    seed: int
    lease: float
    blows: int = 0
    missed: list[str] = field(default_factory=list)
    messages: int = 0
    answered: int = 0
    refused: int = 0
    twice: list[str] = field(default_factory=list)
    open_turns: int = 0  # at the blows, summed
    tools: int = 0
    unknown: int = 0  # tool runs whose outcome nobody could know, and that were not repeated
    take_overs: list[float] = field(default_factory=list)
    disturbed: list[float] = field(default_factory=list)  # take-overs during which one more worker fell
    answer_times: list[float] = field(default_factory=list)
    late: int = 0  # answered in the order of arrival, which was not the order of writing
    read_early: int = 0  # as context of an earlier question, because its own event came late
    wrong: list[str] = field(default_factory=list)

    def line(self) -> str:
        return (
            f"{self.name}: seed {self.seed}, lease {self.lease:g} s: {self.blows} blows ({len(self.missed)} not met, "
            f"{self.open_turns} open turns hit), {self.messages} messages, {self.answered} answered, "
            f"{self.refused} refused, {len(self.twice)} twice, {self.tools} tool runs ({self.unknown} unknown), "
            f"take-over {spread(self.take_overs)} (and {len(self.disturbed)} hit on the way {spread(self.disturbed)}), "
            f"answer {spread(self.answer_times)}, "
            f"{self.late} in order of arrival only, {self.read_early} read early, {len(self.wrong)} wrong"
        )

    @property
    def slow(self) -> list[float]:
        """Take-overs that took longer than they may."""
        return [seconds for seconds in self.take_overs if seconds > self.lease + TAKEN_OVER_WITHIN]

    def check(self, *, twice: float = 0.0) -> None:
        """Nothing was lost, repeated, mixed up or left behind; `twice` is the share of open turns that may be."""
        wrong = [*self.wrong, *(f"taken over only after {seconds:.1f} s" for seconds in self.slow)]
        if len(self.twice) > twice * self.open_turns:
            wrong += [f"answered twice: {each}" for each in self.twice]
        if len(self.missed) > max(1, self.blows // 5):
            wrong += [f"never met: {each}" for each in self.missed]
        assert not wrong, "\n".join([self.line(), *wrong])


def spread(seconds: Sequence[float]) -> str:
    """Median, 99th percentile and most."""
    if not seconds:
        return "-"
    ranked = sorted(seconds)
    return f"{ranked[len(ranked) // 2]:.2f}/{ranked[int((len(ranked) - 1) * 0.99)]:.2f}/{ranked[-1]:.2f} s"
