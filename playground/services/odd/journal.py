"""How often each tool really ran, so that a test can prove that one ran exactly once.

A line is written when a tool's body begins, before it does anything: a server that dies in it has counted it. The file
may be shared by several servers; a line is the tool and the process.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path


class Journal:
    """`file` is optional; the counts are those of this process."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self.counts: Counter[str] = Counter()

    def ran(self, tool: str) -> None:
        self.counts[tool] += 1
        if self._file is not None:
            note(self._file, f"{tool} {os.getpid()}")


def note(file: Path, line: str) -> None:
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"{line}\n")


def ran(file: Path, tool: str) -> int:
    """How often, by all processes that share the file."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return sum(line.split()[0] == tool for line in lines)
