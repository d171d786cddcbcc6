"""What the demo shows in the terminal: each line with the part that says it, in that part's colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

COLOURS = {
    "demo": "1",
    "store": "34",
    "slack": "35",
    "mistral": "33",
    "bot": "32",
    "push": "32",
    "worker": "36",
    "services": "35",
}
WIDTH = max(map(len, COLOURS))


class Terminal:
    """Colours only where somebody looks: not in a file or a pipe, nor with NO_COLOR; FORCE_COLOR wants them."""

    def __init__(self, out: TextIO, environment: Mapping[str, str]) -> None:
        self._out: TextIO | None = out
        wanted = out.isatty() and environment.get("TERM") != "dumb"
        self._colours = bool(environment.get("FORCE_COLOR")) or (wanted and not environment.get("NO_COLOR"))

    def say(self, part: str, line: str) -> None:
        name = f"{part:<{WIDTH}} │"
        if self._colours:
            name = f"\033[{COLOURS[part]}m{name}\033[0m"
        self._write(f"{name} {line}")

    def show(self, text: str, *, strong: bool = False) -> None:
        """A line of its own, without a part; `strong`: not to be overlooked."""
        self._write(f"\033[1m{text}\033[0m" if self._colours and strong else text)

    def _write(self, line: str) -> None:
        if self._out is None:
            return
        try:
            print(line, file=self._out, flush=True)
        except OSError:
            self._out = None  # nobody reads any more (a closed window); the parts still have to be stopped
