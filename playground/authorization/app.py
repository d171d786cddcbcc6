"""The authorization server as one ASGI app: an issuer at the root, or several, each below a path of its own.

`create` makes it, `running` serves it on a port for as long as a block lasts.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import httpx2
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from playground import keeping, serving
from playground.authorization import kept, profiles, routes
from playground.authorization.documents import FETCH_SECONDS
from playground.authorization.issuer import Issuer
from playground.authorization.settings import Settings


class AuthorizationServer(Starlette):
    """The ASGI app and, by their paths, the issuers in it. With `state`, what they know is kept in that file."""

    def __init__(
        self, settings: Sequence[Settings], http: httpx2.AsyncClient, now: Callable[[], float], state: Path | None
    ) -> None:
        self.issuers = {each.path: Issuer(each, http, now) for each in settings}
        self._http = http
        self._state = state
        self._keeper: keeping.Keeper | None = None
        deepest_first = sorted(self.issuers.values(), key=lambda issuer: len(issuer.settings.path), reverse=True)
        super().__init__(routes=[route for issuer in deepest_first for route in routes.of(issuer)], lifespan=_alive)

    @property
    def issuer(self) -> Issuer:
        """The only one."""
        [issuer] = self.issuers.values()
        return issuer

    def served_at(self, url: str) -> None:
        """How others reach this server, which is part of each issuer's name: what it was first, it stays."""
        for issuer in self.issuers.values():
            issuer.server_url = issuer.server_url or url.rstrip("/")

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.served_at(f"http://{dict(scope['headers']).get(b'host', b'').decode('latin-1')}")
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._keeper is not None and scope["type"] == "http":
                self._keeper.changed()

    @contextlib.asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        if self._state is None:
            yield
            return
        if (found := keeping.read(self._state, kept.KeptServer)) is not None:
            kept.restore(self.issuers, found)
        self._keeper = keeping.Keeper(self._state, lambda: kept.snapshot(self.issuers))
        async with self._keeper.keeping():
            yield


@contextlib.asynccontextmanager
async def _alive(app: Starlette) -> AsyncIterator[None]:
    assert isinstance(app, AuthorizationServer)
    async with app.keeping():
        yield
    await app.aclose()


def create(
    *settings: Settings,
    public_url: str | None = None,
    http: httpx2.AsyncClient | None = None,
    now: Callable[[], float] = time.time,
    state: Path | None = None,
) -> AuthorizationServer:
    """The app. `http` fetches clients' metadata documents; `now` is the clock of all that expires; `state` is the file
    in which clients and tokens are kept."""
    http = http or httpx2.AsyncClient(timeout=FETCH_SECONDS)
    app = AuthorizationServer(settings or [profiles.notes()], http, now, state)
    if public_url:
        app.served_at(public_url)
    return app


@contextlib.asynccontextmanager
async def running(
    *settings: Settings,
    port: int = 0,
    http: httpx2.AsyncClient | None = None,
    now: Callable[[], float] = time.time,
    state: Path | None = None,
) -> AsyncIterator[AuthorizationServer]:
    """A server on a port of its own; each issuer's `url` is known."""
    app = create(*settings, http=http, now=now, state=state)
    async with serving.serve(app, port=port) as url:
        app.served_at(url)
        yield app
