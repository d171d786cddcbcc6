"""Ids, times and sizes in the shape the real service gives them."""

from __future__ import annotations

import secrets
import string
import uuid
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

CALL_ALPHABET = string.ascii_letters + string.digits
CHARACTERS_PER_TOKEN = 4  # a rule of thumb; nothing here counts real tokens


def new_id(prefix: str) -> str:
    """`prefix_` and 32 hexadecimal digits."""
    return f"{prefix}_{uuid.uuid4().hex}"


def new_call_id() -> str:
    """Nine letters or digits, as `tool_call_id` looks in the samples."""
    return "".join(secrets.choice(CALL_ALPHABET) for _ in range(9))


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)
