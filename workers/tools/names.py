"""Names of tools that a model may call: `server__tool`, at most 64 letters, digits, `_` and `-`.

Always holds: the name depends on server and tool alone (a conversation keeps its tools for as long as it lives), two
different tools never share one, and what had to be changed ends in a hash of the original.
"""

from __future__ import annotations

import re
from hashlib import sha256

SEPARATOR = "__"
LIMIT = 64  # function names of models: ^[a-zA-Z0-9_-]{1,64}$
HASH_LENGTH = 10
HAND_TO_PERSON = "hand_to_person"  # the function that agents with an escalation list have
READ_MORE = "read_more"  # the function that reads on in an answer that was cut
# The functions that agents have whose file says `follow_ups: true`.
SCHEDULE_FOLLOW_UP, LIST_FOLLOW_UPS = "schedule_follow_up", "list_follow_ups"
CHANGE_FOLLOW_UP, CANCEL_FOLLOW_UP = "change_follow_up", "cancel_follow_up"
FOLLOW_UPS = (SCHEDULE_FOLLOW_UP, LIST_FOLLOW_UPS, CHANGE_FOLLOW_UP, CANCEL_FOLLOW_UP)
UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


def model_name(server: str, tool: str) -> str:
    """The name of `tool` of `server` for a model."""
    raw = full_name(server, tool)
    # "a__b" + "c" and "a" + "b__c" read the same; so the first separator must be the one we put in.
    ambiguous = SEPARATOR in server or server.endswith("_")
    if not ambiguous and len(raw) <= LIMIT and not UNSAFE.search(raw):
        return raw
    digest = sha256(f"{server}\0{tool}".encode()).hexdigest()[:HASH_LENGTH]
    return f"{UNSAFE.sub('_', raw)[: LIMIT - HASH_LENGTH - 1]}_{digest}"


def full_name(server: str, tool: str) -> str:
    """As people write it, whatever its length and signs."""
    return f"{server}{SEPARATOR}{tool}"


def safe_prefix(server: str) -> str:
    """How every model name of the server's tools begins."""
    return UNSAFE.sub("_", f"{server}{SEPARATOR}")[: LIMIT - HASH_LENGTH - 1]
