"""How far one turn may go: rounds, tokens, time."""

from __future__ import annotations

from dataclasses import dataclass

from workers.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    rounds: int
    tokens: int
    until: float  # epoch seconds

    def reached(self, journal: Journal, now: float) -> str:
        """The limit that forbids another round, by name; empty when there is none."""
        if journal.round + 1 >= self.rounds:
            return "limit_rounds"
        if int(journal.get("tokens") or 0) >= self.tokens:
            return "limit_tokens"
        if now >= self.until:
            return "limit_time"
        return ""
