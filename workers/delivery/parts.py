"""The parts of one turn's answer: a new one begins where another agent, or a person, takes over. Rules, no I/O.

A part is settled when its messages hold all of its words; then the next speaker's begins. What was settled is on record
with the length and the fingerprint of the words so far, so that a later owner of the turn, or another try of the same
request, knows which parts still stand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.slack.ledger import Row
from bot.slack.voices import APP, Voice

FIELD = "parts"  # of the journal
PASSED = "passed"  # begins the names of the notices that say who takes over


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A settled part: up to which character of the turn's words it goes, their fingerprint, and who speaks after it."""

    upto: int
    print: str
    name: str = ""
    icon: str = ""

    @property
    def next_voice(self) -> Voice:
        return Voice(name=self.name, icon=self.icon)


def settled(said: str, next_voice: Voice) -> Part:
    return Part(upto=len(said), print=fingerprint(said), name=next_voice.name, icon=next_voice.icon)


def fingerprint(said: str) -> str:
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def load(text: str | None) -> list[Part]:
    return [Part(**part) for part in json.loads(text or "[]")]


def dump(parts: Sequence[Part]) -> dict[str, str]:
    return {FIELD: json.dumps([asdict(part) for part in parts], ensure_ascii=False)}


def standing(parts: Sequence[Part], said: str) -> list[Part]:
    """The parts that the words `said` still begin with."""
    kept = []
    for part in parts:
        if part.upto > len(said) or part.print != fingerprint(said[: part.upto]):
            break
        kept.append(part)
    return kept


def voice_of(parts: Sequence[Part], first: Voice = APP) -> Voice:
    """Who speaks after `parts`."""
    return parts[-1].next_voice if parts else first


def is_taken_back(row: Row, part: int) -> bool:
    """Whether the message goes when the turn goes back to `part`; its streams stay, they are written anew."""
    if row.kind == "file":
        return False
    return row.part > part or (row.part == part and row.name.startswith((prefix(part) + "answer", PASSED)))


def prefix(part: int) -> str:
    """Before the names of a part's rows; the first one's are as they always were."""
    return f"part{part}-" if part else ""
