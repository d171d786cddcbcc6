"""What went over the wire, for the page's inspector. Off unless wanted; keeps the newest entries only; no tokens."""

from __future__ import annotations

import itertools
import json
import time
from collections import deque
from typing import Any, Literal

from playground.slack.feed import Ring
from playground.slack.models import Json

KEPT = 500
Kind = Literal["web_api", "event", "interaction", "command", "response_url", "file", "socket"]
MOST_CHARACTERS = 20_000  # of one request or response; a file is not the inspector's business


class Traffic:
    def __init__(self, *, on: bool) -> None:
        self.on = on
        self.entries: deque[Json] = deque(maxlen=KEPT)
        self.ring: Ring[Json] = Ring(KEPT)
        self._ids = itertools.count(1)

    def add(
        self,
        kind: Kind,
        name: str,
        *,
        started: float,
        request: Any,
        response: Any,
        status: int | None = 200,
        error: str | None = None,
        attempt: int = 0,
        to_bot: bool = False,
    ) -> None:
        """Record one exchange that began at `started` (time.perf_counter). Call it only while `on`."""
        where = request if isinstance(request, dict) else {}
        if kind == "event":
            where = where.get("event", {})
        entry: Json = {
            "id": next(self._ids),
            "at": time.time(),
            "direction": "to_bot" if to_bot else "to_slack",
            "kind": kind,
            "name": name,
            "ok": error is None and (status is None or status < 400),
            "status": status,
            "error": error,
            "milliseconds": round((time.perf_counter() - started) * 1000, 2),
            "attempt": attempt,
            "channel": _word(where.get("channel") or where.get("channel_id")),
            "thread_ts": _word(where.get("thread_ts") or where.get("ts")),
            "request": _shown(request),
            "response": _shown(response),
        }
        self.entries.append(entry)
        self.ring.put(entry)

    def clear(self) -> None:
        self.entries.clear()


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _shown(value: Any) -> Any:
    """A copy as it is now, without tokens, cut when long."""
    if isinstance(value, dict):
        value = {name: each for name, each in value.items() if name != "token"}
    text = json.dumps(value, default=lambda other: f"<{type(other).__name__}>")
    return json.loads(text) if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + "…"
