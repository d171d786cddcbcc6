"""The names of the agents, for the page's `+`: read from their files as they are now, and again when one is saved.

Whether a file is right is the bot's to say; here a wrong one is only left out, and one that is not for everybody.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from watchfiles import awatch

FENCE = "---"


def offered(folders: Sequence[Path]) -> list[dict[str, str]]:
    """`{"name", "description"}` of each agent, by name."""
    found: dict[str, dict[str, str]] = {}
    for file in (file for folder in folders for file in sorted(folder.rglob("*.md"))):
        if (values := _front_matter(file)) is not None and not _is_private(values):
            name = str(values.get("name") or file.stem)
            found.setdefault(name, {"name": name, "description": str(values.get("description") or "")})
    return [found[name] for name in sorted(found)]


async def saved(folders: Sequence[Path]) -> AsyncIterator[None]:
    """Once for each time that something was saved in `folders`, which must exist."""
    async for _ in awatch(*folders):
        yield


def _is_private(values: dict[str, Any]) -> bool:
    access = values.get("access")
    return isinstance(access, dict) and any(access.get(who) for who in ("users", "groups", "channels"))


def _front_matter(file: Path) -> dict[str, Any] | None:
    try:
        text = file.read_text(encoding="utf-8")
        if not text.startswith(FENCE):
            return None
        values = yaml.safe_load(text.split(FENCE, 2)[1])
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    return values if isinstance(values, dict) else None
