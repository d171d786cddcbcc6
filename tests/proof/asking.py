"""Who asks: each process reaches the stand-ins under a path of its own, and a rule may hit whoever asks.

A `kill` rule without `pid` hits the process whose request it is; that is how a test says "the worker that starts the
stream" without knowing which worker has the thread. `fired` lists what was hit, in order; `asked` lists, for a while,
who asked for what: that is how a rehearsal learns the steps of a turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from starlette.types import ASGIApp, Receive, Scope, Send

from playground.faults import Fault, Faults

PREFIX = "/as/"

_asker: ContextVar[int | None] = ContextVar("asker", default=None)


Where = Literal["slack", "mistral", "redis"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that hit the process `pid`."""

    at: float
    pid: int
    what: str


class Aim:
    """The door to the stand-ins for all processes; `pid_of` knows the one that runs under a name just now."""

    def __init__(self, pid_of: Callable[[str], int | None]) -> None:
        self._pid_of = pid_of
        self.fired: list[Hit] = []
        self.asked: list[tuple[int | None, Where, str]] | None = None  # a list while somebody wants to know

    def door(self, app: ASGIApp) -> ASGIApp:
        """`app`, also under `/as/<name>/…`."""

        async def through(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"].startswith(PREFIX):
                name, _, path = scope["path"].removeprefix(PREFIX).partition("/")
                _asker.set(self._pid_of(name))
                scope = {**scope, "path": "/" + path, "raw_path": ("/" + path).encode()}
            await app(scope, receive, send)

        return through

    def note(self, pid: int | None, where: Where, request: str) -> None:
        if self.asked is not None:
            self.asked.append((pid, where, request))

    def take(self, faults: Faults, where: Where) -> None:
        """From now on `kill` rules of `faults` that name no process hit the one that asks."""
        hit = faults.hit

        def aimed(request: str) -> list[Fault]:
            self.note(_asker.get(), where, request)
            return [self.aimed(rule, request, _asker.get()) for rule in hit(request)]

        faults.hit = aimed  # type: ignore[method-assign]  # the stand-in holds this very object in many places

    def aimed(self, rule: Fault, request: str, pid: int | None) -> Fault:
        if rule.kind != "kill" or rule.pid is not None:
            return rule
        if pid is None:
            return Fault(request=request, kind="delay")  # nobody of ours asked: nothing happens
        self.fired.append(Hit(time.time(), pid, f"{request} {rule.when}"))
        return rule.model_copy(update={"pid": pid})
