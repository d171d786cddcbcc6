"""The stand-in as one ASGI app. `create` makes it, `running` serves it on a port for as long as a block lasts."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from playground import serving
from playground.slack.addresses import Addresses
from playground.slack.control.routes import Control
from playground.slack.keep import kept
from playground.slack.settings import Settings
from playground.slack.standin import Standin
from playground.slack.web_api.answer import WebApi

PAGE = Path(__file__).parent / "page"


class SlackApp(Starlette):
    """The ASGI app and, as `standin`, everything in it."""

    def __init__(self, standin: Standin, state: Path | None = None) -> None:
        self.standin = standin
        self._state = state
        routes: list[BaseRoute] = [
            Route("/api/{method}", WebApi(standin).handle, methods=["GET", "POST"]),  # first: it is the busiest
            *Control(standin).routes(),
            *Addresses(standin).routes(),
            WebSocketRoute("/link/", standin.sockets.serve),
        ]
        if PAGE.is_dir():
            routes.append(Mount("/", StaticFiles(directory=PAGE, html=True)))
        super().__init__(routes=routes, lifespan=self._alive)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.standin.base_url and scope["type"] in ("http", "websocket"):
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
            self.standin.base_url = f"http://{host}"
        await super().__call__(scope, receive, send)

    @contextlib.asynccontextmanager
    async def _alive(self, app: Starlette) -> AsyncIterator[None]:
        async with kept(self.standin, self._state), self.standin.delivery:
            yield
        self.standin.close()


def create(settings: Settings | None = None, *, state: Path | None = None) -> SlackApp:
    """The app; with a file as `state` the workspace goes on where it was and is kept there."""
    return SlackApp(Standin(settings or Settings()), state)


@contextlib.asynccontextmanager
async def running(
    settings: Settings | None = None, *, port: int = 0, state: Path | None = None
) -> AsyncIterator[tuple[Standin, str]]:
    """A stand-in on a port of its own: what it holds, and its base URL (the Web API is at `<url>/api/`)."""
    app = create(settings, state=state)
    async with serving.serve(app, port=port, on_stop=app.standin.close) as url:
        app.standin.base_url = app.standin.base_url or url
        yield app.standin, url
