"""What can be made to go wrong in a stand-in, said by rules that count requests.

A rule names a request (`chat.postMessage`, `conversations.append`; `*` matches as in file names), which of them it
hits, and what happens. Both stand-ins ask `before` a request is applied and `after` it was applied but not answered,
so a test can tell "never happened" from "happened, and nobody heard". Rules come through the control API, as JSON.
"""

from __future__ import annotations

import asyncio
import fnmatch
import os
import signal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FaultKind = Literal["status", "error", "lost", "delay", "kill", "cut", "duplicate", "reorder", "garbage", "tamper"]


class Fault(BaseModel):
    """One rule. `skip` requests pass, then the next `times` are hit (`times=0`: all of them).

    kind `status`: answer HTTP `status` (429 carries `retry_after`) without applying anything.
         `error`:  answer the vendor's own error `code` under HTTP 200 (Slack) or as its body (Mistral).
         `lost`:   apply the request, then drop the connection without an answer.
         `delay`:  wait `seconds` first.
         `kill`:   send SIGKILL to `pid`, `when` the request has come in or has been applied; then drop the connection.
         `cut`:    streams only: break the stream after `events` events. Slack's `events`: drop the app's socket first.
         `duplicate`: Slack's `events` only: deliver it twice.
         `reorder`: Slack's `events` only: hold it back until the next one was sent, at most `seconds`.
         `tamper`: webhooks only (`hook.issues`): send it with a signature that does not fit.
         `garbage`: MCP servers only: apply the request, then answer `text`, in which `{id}` becomes the request's id.
    """

    model_config = ConfigDict(extra="forbid")

    request: str
    kind: FaultKind
    skip: int = Field(default=0, ge=0)
    times: int = Field(default=1, ge=0)
    chance: float = Field(default=1.0, ge=0, le=1)
    status: int = 500
    retry_after: float | None = None
    code: str = "internal_error"
    seconds: float = Field(default=0, ge=0, le=120)
    pid: int | None = None
    when: Literal["before", "after"] = "before"
    events: int = Field(default=1, ge=0)
    signal: Literal["KILL", "TERM", "STOP"] = "KILL"
    text: str = ""


class Faults:
    """The rules in force, and how often each request came so far (`seen`)."""

    def __init__(self, chance: object | None = None) -> None:
        self._rules: list[Fault] = []
        self._passed: dict[int, int] = {}
        self.seen: dict[str, int] = {}
        self._chance = chance

    @property
    def rules(self) -> list[Fault]:
        return list(self._rules)

    def add(self, fault: Fault) -> None:
        self._rules.append(fault)

    def clear(self) -> None:
        self._rules.clear()
        self._passed.clear()

    def hit(self, request: str) -> list[Fault]:
        """Count `request` and return the rules that hit this one. Call it once a request."""
        self.seen[request] = self.seen.get(request, 0) + 1
        return [rule for rule in self._rules if fnmatch.fnmatchcase(request, rule.request) and self._takes(rule)]

    def _takes(self, rule: Fault) -> bool:
        passed = self._passed.get(id(rule), 0)
        self._passed[id(rule)] = passed + 1
        if passed < rule.skip or (rule.times and passed >= rule.skip + rule.times):
            return False
        return rule.chance >= 1.0 or self._draw() < rule.chance

    def _draw(self) -> float:
        draw = getattr(self._chance, "random", None)
        if draw is None:
            raise ValueError("a fault with `chance` below 1 needs a seeded random.Random given to Faults(...)")
        return float(draw())


def kill(fault: Fault) -> None:
    """Send the rule's signal to its process; one that is gone already is fine."""
    if fault.pid is None:
        raise ValueError("a fault of kind 'kill' needs `pid`")
    try:
        os.kill(fault.pid, getattr(signal, f"SIG{fault.signal}"))
    except ProcessLookupError:
        return


async def delay(faults: list[Fault]) -> None:
    """Wait as long as the rules that hit say."""
    for fault in faults:
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
