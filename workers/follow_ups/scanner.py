"""A place in a text that is read from left to right, one pattern after the other.

Patterns know no case. They begin after white space and a comma, and end where a word does: "9" is not found in "9:30".
"""

from __future__ import annotations

import re
from functools import lru_cache

ENDS = r"(?!\w|[:/.,'-]\d|['’-]\w)"
SIGNS = str.maketrans({"’": "'", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})  # one for one


class Scanner:
    """`text` reads as it was typed, signs aside, with every letter at its place; `at` is the place."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text = text.translate(SIGNS)
        self.at = at

    def take(self, *patterns: str) -> re.Match[str] | None:
        """The first pattern that is found here; the place is behind it then."""
        for pattern in patterns:
            if found := _compiled(pattern).match(self.text, self.at):
                self.at = found.end()
                return found
        return None

    def sees(self, pattern: str) -> bool:
        return bool(_compiled(pattern).match(self.text, self.at))

    @property
    def rest(self) -> str:
        return self.text[self.at :]


@lru_cache(maxsize=256)  # more than there are patterns
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\s*,?\s*(?:{pattern}){ENDS}", re.IGNORECASE)
