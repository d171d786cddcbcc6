"""What a call of a tool would do, where the tool does one thing or another by one of its arguments. Rules: no I/O.

Always holds: a yes for one of them is none for another, and where nobody can say which it is, none is lasting.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

CREATE, UPDATE = "create", "update"
UNNAMED = "?"  # it has to do one of them, and these arguments do not say which
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}")  # it stands on a button and in the list of what was allowed


@dataclass(frozen=True, slots=True)
class Chooses:
    """`argument` decides: by its value (`by_value`), or it updates what the argument names and creates without it."""

    argument: str
    by_value: bool = False

    def does(self, arguments: str) -> str:
        """What a call with these would do; `arguments` is the model's JSON text."""
        try:
            given = json.loads(arguments or "{}")
        except (ValueError, RecursionError):
            given = None
        value = given.get(self.argument) if isinstance(given, dict) else None
        if self.by_value:
            return value if isinstance(value, str) and NAME.fullmatch(value) else UNNAMED
        return CREATE if isinstance(given, dict) and value in (None, "") else UPDATE


def kind(does: str) -> str:
    """By which words it is said to people: `create`, `update`, `method` for any other; empty for a tool of one kind."""
    return does if does in ("", CREATE, UPDATE) else "method"
