"""The stand-in as an ASGI app, with its in-process handles: script, faults, switches, requests."""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from playground.agents_api import handbook, routes
from playground.agents_api.brains.port import Brain
from playground.agents_api.brains.rules import Rules
from playground.agents_api.brains.script import Script
from playground.agents_api.cabinet import Cabinet
from playground.agents_api.control import Control
from playground.agents_api.endpoint import Endpoint, Handler, Keys
from playground.agents_api.errors import gateway
from playground.agents_api.keep import kept
from playground.agents_api.locks import Locks
from playground.agents_api.roster import Roster
from playground.agents_api.seen import Log, Seen
from playground.agents_api.shelves import Pace, Shelves
from playground.agents_api.store import Store
from playground.agents_api.switches import Switches
from playground.faults import Fault, Faults
from playground.keeping import Keeper

KEY = "playground-mistral-key"
KEY_PREFIX = "playground-"


class AgentsApi:
    """An ASGI app; its state is in memory and, with a file as `state`, kept there over restarts.

    Serve it with `playground.serving`, which can break connections.
    """

    def __init__(
        self,
        *,
        keys: Keys,
        switches: Switches,
        model: Brain | None,
        seed: int,
        state: Path | None = None,
        with_handbook: bool = False,
    ) -> None:
        self.switches = switches
        self.script = Script()
        self.faults = Faults(random.Random(seed))  # noqa: S311  # a seeded draw, so that a fault run can be repeated
        self.log = Log()
        self.store, self.roster, self.locks = Store(), Roster(), Locks()
        self.cabinet = Cabinet()
        self.shelves = Shelves(lambda: Pace(self.switches.processing_reads, self.switches.processing_seconds))
        self.brains: dict[str, Brain] = {"script": self.script, "rules": Rules(lambda: self.switches.piece_seconds)}
        if model is not None:
            self.brains["model"] = model
        self._keys, self._first_switches = keys, switches.model_copy()
        self.switch(brain=switches.brain)
        self._state, self._with_handbook = state, with_handbook
        self._keeper: Keeper | None = None
        self._app = Starlette(
            routes=[*self._routes(), *Control(self).routes()],
            exception_handlers={404: no_route},
            lifespan=self._alive,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            # Whatever changes does so within a request, a turn whose stream was dropped included.
            if self._keeper is not None and scope["type"] == "http" and scope["method"] != "GET":
                self._keeper.changed()

    @contextlib.asynccontextmanager
    async def _alive(self, app: Starlette) -> AsyncIterator[None]:
        if self._state is None:
            self._begin()
            yield
            return
        async with kept(self, self._state) as self._keeper:
            self._begin()
            yield

    def _begin(self) -> None:
        if self._with_handbook:
            handbook.shelve(self.shelves, self._keys.key)

    def requests(self, name: str | None = None) -> list[Seen]:
        """The requests so far, oldest first."""
        return self.log.requests(name)

    def fault(self, request: str, kind: str, **rule: Any) -> None:
        """Add a rule; see `playground.faults.Fault`."""
        self.faults.add(Fault.model_validate({"request": request, "kind": kind, **rule}))

    def switch(self, **change: Any) -> None:
        """Change switches; all or none of them."""
        wanted = Switches.model_validate({**self.switches.model_dump(), **change})
        if wanted.brain not in self.brains:
            raise ValueError("The model brain needs an OpenAI-compatible server: set MODEL_URL and MODEL_NAME.")
        for name in change:
            setattr(self.switches, name, getattr(wanted, name))

    def reset(self) -> None:
        self.script.clear()
        self.faults.clear()
        self.faults.seen.clear()
        self.log.clear()
        self.store.clear()
        self.roster.clear()
        self.cabinet.clear()
        self.shelves.clear()
        self._begin()
        self.locks.clear()
        self.switch(**self._first_switches.model_dump())

    def stop(self) -> None:
        """Let go of what still waits, so that a server can close."""
        self.script.release()

    def _routes(self) -> list[Route]:
        keyed = [
            Route(path, self._endpoint(name, handler), methods=[method])
            for method, path, name, handler in routes.table(self)
        ]
        signed = [
            Route(path, self._endpoint(name, handler, signed=True), methods=[method])
            for method, path, name, handler in routes.of_signed(self)
        ]
        return [*keyed, *signed]

    def _endpoint(self, name: str, handler: Handler, *, signed: bool = False) -> Endpoint:
        return Endpoint(name, handler, self._keys, self.faults, self.log, self.switches, signed)


async def no_route(request: Request, problem: Exception) -> Response:
    """The gateway's words for a path that does not exist."""
    if isinstance(problem, HTTPException) and problem.status_code != 404:
        return JSONResponse({"detail": problem.detail}, status_code=problem.status_code)
    return JSONResponse(gateway(404, "no Route matched with those values").body, status_code=404)


def create(
    *,
    key: str = KEY,
    key_prefix: str = KEY_PREFIX,
    model: Brain | None = None,
    seed: int = 0,
    state: Path | None = None,
    with_handbook: bool = False,
    **switches: Any,
) -> AgentsApi:
    """The app. `switches` are those of `Switches`, e.g. `brain="script", lock_seconds=0`.

    `with_handbook`: `key` begins with a library that can be asked.
    """
    return AgentsApi(
        keys=Keys(key, key_prefix),
        switches=Switches(**switches),
        model=model,
        seed=seed,
        state=state,
        with_handbook=with_handbook,
    )
