"""The demo's accepted tools: those of the checkout with the demo's own beside them, in the one file that is read.

What somebody accepts from a terminal that joined the demo is written into the same file, and stays there for servers
that neither of the two names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playground.demo.choices import Choices
from playground.demo.files import LOCK

NAME = "tools.lock.json"


def file(choices: Choices, environment: Mapping[str, str]) -> Path:
    """Written anew where something else stands in one of the two. A file of the checkout that cannot be read is left to
    the bot, which says what is wrong with it."""
    own = choices.world / NAME
    given = Path(environment.get("TOOLS_LOCK", NAME))
    if given == own:  # `.demo/env` was sourced before
        given = Path(NAME)
    if not choices.with_services:
        return given
    kept, theirs, ours = _read(own), _read(given), _read(LOCK)
    if theirs is None or ours is None:
        return given
    text = json.dumps(
        {**ours, **theirs, "servers": {**(kept or {}).get("servers", {}), **ours["servers"], **theirs["servers"]}}
    )
    if kept is None or json.loads(text) != kept:
        beside = own.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(own)
    return own


def _read(lock: Path) -> dict[str, Any] | None:
    """None where it is none; one that is not there holds nothing."""
    try:
        found = json.loads(lock.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"servers": {}}
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("servers"), dict) else None
