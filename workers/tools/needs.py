"""What a call needs of a person before it can be made or finished: a sign-in, or an answer to the server's question.

Values that a journal keeps, so that another worker can go on from them. Nothing of a person's is in here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The server refused the call for want of a sign-in, or of more rights: what it said.

    `status` is 401 or 403, `challenge` its `WWW-Authenticate`, `protocol` the protocol's version spoken with it.
    """

    server: str
    status: int
    challenge: str = ""
    protocol: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """The server asks a person something in the middle of the call. `asked` is its `InputRequiredResult` as JSON."""

    server: str
    asked: str


Need = SignIn | Input

KINDS: dict[str, type[Need]] = {"sign_in": SignIn, "input": Input}
NAMES = {kind: name for name, kind in KINDS.items()}


def kind_of(need: Need) -> str:
    return NAMES[type(need)]


def dump(need: Need) -> str:
    return json.dumps({"kind": kind_of(need), **asdict(need)}, ensure_ascii=False)


def load(text: str) -> Need:
    fields = json.loads(text)
    return KINDS[fields.pop("kind")](**fields)
