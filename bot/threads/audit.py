"""One action that an agent wanted: who asked, which tool, as whom, who decided, what came of it. Never what was said.

Always holds: no argument, no result and no secret is in it; the arguments are there as a digest, with which two calls
can be compared. It is written in the same step as the call's record (`turns.py`), so no action is told without it. A
step that was sent twice leaves two rows of one call: whoever reads takes the first.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any

from redis.asyncio import Redis

from bot.threads import keys

AT_ONCE = 1000  # rows of one answer of Redis
AT_MISTRAL = "@mistral"  # the server of what Mistral runs itself, its own tools and connectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """`result`: ok, failed, unknown (cut off), refused (by a rule), denied (by a person or the time-out), cancelled,
    confirmed (Mistral makes the call), or ran (Mistral made it by itself, and does not say how it ended). `decided_by`
    is who allowed or denied it, empty where nobody was asked. `account`: a call that a server got was made as the
    `person`, signed in there, or by the `service` account that the operator configured; it is empty where no server got
    it, or the worker that made it did not live to say so. `tokens` is what the turn had used of its models by then: a
    tool costs what its words cost.
    """

    call: str
    turn: str
    thread: str
    person: str
    agent: str
    tool: str
    server: str
    arguments: str
    result: str
    decided_by: str = ""
    seconds: str = ""
    account: str = ""
    tokens: str = ""

    def dump(self) -> list[str]:
        """Field, value, and so on, as a stream takes them; without what is empty."""
        return [part for name, value in asdict(self).items() if value for part in (name, value)]


@dataclass(frozen=True, slots=True)
class Row:
    """`at` is in seconds since the epoch, by Redis' clock."""

    at: float
    action: Action


NAMES = frozenset(field.name for field in fields(Action))


def digest(arguments: str) -> str:
    """The same for the same arguments, however a model spaces or orders them."""
    with contextlib.suppress(ValueError, RecursionError):  # no JSON: then the text itself
        arguments = json.dumps(json.loads(arguments or "{}"), sort_keys=True, separators=(",", ":"))
    return sha256(arguments.encode("utf-8", "surrogatepass")).hexdigest()[:16]


async def rows(redis: Redis, team: str, *, since: float) -> AsyncIterator[Row]:
    """All actions since then (seconds since the epoch), oldest first, each call once."""
    seen: set[tuple[str, str]] = set()
    start = str(int(since * 1000))
    while found := await redis.xrange(keys.audit(team), start, "+", count=AT_ONCE):
        for row_id, said in found:
            row = _row(row_id.decode(), said)
            if (key := (row.action.turn, row.action.call)) not in seen:
                seen.add(key)
                yield row
        start = f"({found[-1][0].decode()}"


def _row(row_id: str, said: Mapping[bytes, bytes]) -> Row:
    known: dict[str, Any] = dict.fromkeys(NAMES, "")
    known |= {name.decode(): value.decode() for name, value in said.items() if name.decode() in NAMES}
    return Row(int(row_id.partition("-")[0]) / 1000, Action(**known))
