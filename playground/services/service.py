"""A service as an ASGI app: its routes behind doors, its control, its faults, and what it keeps.

State is in memory and, with a file as `state`, kept there over restarts. Serve it with `playground.serving`, which can
break connections.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ExceptionHandler, Receive, Scope, Send

from playground import keeping
from playground.faults import Fault, Faults
from playground.services.control import Control
from playground.services.door import Door, Naming, Wording, is_known
from playground.services.face import Face
from playground.services.hook_control import HookControl
from playground.services.letters import HookSwitches
from playground.services.open_requests import OpenRequests
from playground.services.outbox import Outbox
from playground.services.seen import Log, Seen

Kept = TypeVar("Kept", bound=BaseModel)


class Service(Generic[Kept]):
    """`form` is the type of what is kept; a service says how it begins, and what it counts. `sends`: how its webhooks
    are sent when nobody switches anything."""

    form: type[Kept]
    sends = HookSwitches()

    def __init__(self, *, state: Path | None, seed: int) -> None:
        self.faults = Faults(random.Random(seed))  # noqa: S311  # a seeded draw, so that a fault run can be repeated
        self.log = Log()
        self.outbox = Outbox(self.faults, self.sends)
        self.streams = OpenRequests()  # those that clients hold; who serves it closes them
        self._state = state
        self._keeper: keeping.Keeper | None = None
        self._app: Starlette | None = None
        self._face: Face | None = None

    # ---- what each service says

    def begin(self, kept: Kept | None) -> None:
        """Start from what was kept, or anew."""
        raise NotImplementedError

    def snapshot(self) -> Kept:
        raise NotImplementedError

    def counts(self) -> dict[str, int]:
        raise NotImplementedError

    # ---- what all have

    def open(self, routes: list[BaseRoute], face: Face, handlers: Mapping[Any, ExceptionHandler] | None = None) -> None:
        self._face = face
        self._app = Starlette(
            routes=[*Control(self).routes(), *HookControl(self).routes(), *routes],
            exception_handlers=handlers,
            lifespan=self._alive,
        )

    def door(self, app: Any, name: str | Naming, wording: Wording) -> Door:
        return Door(app, name=name, faults=self.faults, log=self.log, wording=wording)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._app is not None
        try:
            await self._app(scope, receive, send)
        finally:
            if self._keeper is not None and scope["type"] == "http" and scope["method"] != "GET":
                self._keeper.changed()

    def fault(self, request: str, kind: str, **rule: Any) -> None:
        """Add a rule; see `playground.faults.Fault`."""
        fault = Fault.model_validate({"request": request, "kind": kind, **rule})
        if not is_known(fault):
            raise ValueError(f"A service knows no fault of kind {kind}.")
        self.faults.add(fault)

    def requests(self, name: str | None = None) -> list[Seen]:
        """The requests so far, oldest first."""
        return self.log.requests(name)

    def reset(self) -> None:
        """Back to the beginning; no rule and no request survives."""
        self.begin(None)
        self.faults.clear()
        self.faults.seen.clear()
        self.log.clear()
        self.outbox.clear(self.sends)

    @contextlib.asynccontextmanager
    async def _alive(self, app: Starlette) -> AsyncIterator[None]:
        assert self._face is not None
        async with self._face.running(), self.outbox.running(), self._keeping():
            yield

    @contextlib.asynccontextmanager
    async def _keeping(self) -> AsyncIterator[None]:
        if self._state is None:
            yield
            return
        if (kept := keeping.read(self._state, self.form)) is not None:
            self.begin(kept)
        self._keeper = keeping.Keeper(self._state, self.snapshot)
        async with self._keeper.keeping():
            yield
