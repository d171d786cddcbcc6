"""What is wrong with a file an operator edits: where it stands, and one sentence that says how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

CLOSE = 0.6  # difflib's own measure of likeness, and its default


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` counts from 1; None where the file has no line for it. `field` is dotted, empty for the whole file."""

    file: Path
    line: int | None
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        said = f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"
        return said.encode(errors="replace").decode()  # names of files and YAML can hold halves of characters


def nearest(word: str, known: Iterable[str], *, limit: int = 1, cutoff: float = CLOSE) -> list[str]:
    """The known words that look most like `word`, best first; none when nothing is close."""
    by_lower = {name.lower(): name for name in known}
    return [by_lower[match] for match in get_close_matches(word.lower(), by_lower, n=limit, cutoff=cutoff)]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A clause for the end of a sentence: the nearest allowed word, else all of them."""
    known = sorted(known)
    if close := nearest(word, known):
        return f'did you mean "{close[0]}"?'
    return f"allowed: {', '.join(known)}" if known else "there are none"
