"""Ids that people read out and type: ten characters, none of which looks like another.

49 bits: short enough to be read out, long enough never to meet again.
"""

from __future__ import annotations

import hashlib
import secrets

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
LENGTH = 10


def new_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def id_from(*parts: str) -> str:
    """The id of what is made by one cause (an errand; a turn and its tool call), the same each time."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:LENGTH])
