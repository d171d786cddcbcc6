"""What a model wrote as a call's arguments, read as one JSON object; or the sentence by which it can do better."""

from __future__ import annotations

import json
from typing import Any

from workers.tools.specs import Outcome, failure


def read(name: str, arguments: str) -> dict[str, Any] | Outcome:
    """The arguments as an object; models send no text at all where a tool takes none."""
    if not arguments.strip():
        return {}
    try:
        values = json.loads(arguments)
    except (ValueError, RecursionError) as exc:
        where = f" ({exc.msg} at character {exc.pos})" if isinstance(exc, json.JSONDecodeError) else ""
        return failure(f"The arguments for {name} are not valid JSON{where}. Send one JSON object.", ran="no")
    if not isinstance(values, dict):
        kind = {list: "a list", str: "a text", bool: "a boolean", type(None): "null"}.get(type(values), "a number")
        return failure(f"The arguments for {name} must be one JSON object, not {kind}.", ran="no")
    return values
